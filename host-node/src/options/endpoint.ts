// Source and destination arguments: local paths, remote shell, daemon (docs/protocol/05-options.md §10, texts of §7).
// Works on text alone: never looks at the disk or the network.
import { bareError, OptionError, usageError } from './option-error.ts';
import type { Options } from './options.ts';

/** One operand, taken apart. `host` is without brackets; empty in `:path`. */
export type Location =
  | { readonly kind: 'local'; readonly path: string }
  | { readonly kind: 'shell'; readonly host: string; readonly user: string | null; readonly path: string }
  | {
      readonly kind: 'daemon';
      readonly host: string;
      readonly user: string | null;
      /** From a URL; 0 = none given. */
      readonly port: number;
      /** `MODULE/PATH`; empty asks for the list of modules. */
      readonly path: string;
    };

export type RemoteLocation = Exclude<Location, { kind: 'local' }>;

/** Where a client's run takes place. */
export type Endpoints =
  | {
      readonly direction: 'local';
      readonly sources: readonly string[];
      /** null = list. */
      readonly destination: string | null;
    }
  | {
      readonly direction: 'push';
      readonly sources: readonly string[];
      readonly remote: Remote;
    }
  | {
      readonly direction: 'pull';
      readonly remote: Remote;
      /** null = list. */
      readonly destination: string | null;
    };

/** The other machine. `paths` are not quoted yet: the sources of a pull, or the one destination of a push. */
export interface Remote {
  readonly kind: 'shell' | 'daemon';
  /** A daemon reached through the remote shell (`host::module` with -e). */
  readonly daemonOverShell: boolean;
  readonly host: string;
  readonly user: string | null;
  /** Daemon: URL port, --port, 873; through a remote shell 0 when none is named. */
  readonly port: number;
  readonly paths: readonly string[];
}

const DAEMON_PORT = 873;
const URL_PREFIX = 'rsync://';

/** A host specification at the start of `text`: what follows it begins at `end`. */
interface HostSpec {
  readonly user: string | null;
  readonly host: string;
  readonly end: number;
}

/** §10.2: the host that ends at `:` (or, in a URL, at `/` or the end). null: none, so the operand is a local path. */
function scanHost(text: string, inUrl: boolean): HostSpec | null {
  let user: string | null = null;
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    const char = text[at];
    if (char === undefined || char === '/')
      return inUrl ? { user, host: text.slice(start, at), end: at } : null;
    if (char === ':') return { user, host: text.slice(start, at), end: at };
    if (char === '@') {
      user = text.slice(0, at);
      start = at + 1;
    } else if (char === '[') {
      if (at !== start) return null;
      const close = text.indexOf(']', at);
      const after = text[close + 1];
      if (close < at + 2 || (after !== undefined && after !== '/' && after !== ':')) return null;
      const host = text.slice(at + 1, close);
      if (after === undefined || after === '/') return inUrl ? { user, host, end: close + 1 } : null;
      return { user, host, end: close + 1 };
    }
  }
  return null;
}

function parseUrl(text: string): Location | null {
  const rest = text.slice(URL_PREFIX.length);
  const spec = scanHost(rest, true);
  if (spec === null) return null;
  let at = spec.end;
  let port = 0;
  if (rest[at] === ':') {
    const digits = /^\d*/.exec(rest.slice(at + 1))![0];
    at += 1 + digits.length;
    port = digits === '' ? 0 : Number(digits);
    if (port > 65535) throw bareError(`Invalid port number in URL: ${digits}`);
  }
  if (at < rest.length && rest[at] !== '/') return null;
  return { kind: 'daemon', host: spec.host, user: spec.user, port, path: rest.slice(at + 1) };
}

/** Takes one operand apart. */
export function parseLocation(operand: string, windows = false): Location {
  if (operand.slice(0, URL_PREFIX.length).toLowerCase() === URL_PREFIX) {
    const url = parseUrl(operand);
    if (url !== null) return url;
  }
  if (windows && /^[A-Za-z]:([\\/]|$)/.test(operand)) return { kind: 'local', path: operand };
  const spec = scanHost(operand, false);
  if (spec === null) return { kind: 'local', path: operand };
  const { user, host } = spec;
  if (operand[spec.end + 1] === ':') {
    return { kind: 'daemon', host, user, port: 0, path: operand.slice(spec.end + 2) };
  }
  return { kind: 'shell', host, user, path: operand.slice(spec.end + 1) };
}

/** The operand names something on this machine. An address that is no valid one is not local. */
export function isLocal(operand: string, windows: boolean): boolean {
  try {
    return parseLocation(operand, windows).kind === 'local';
  } catch (error) {
    if (error instanceof OptionError) return false;
    throw error;
  }
}

/**
 * Finds direction, sources and destination of a client's operands (§10.3, §10.4).
 * @param windows drive letters (`C:\x`) are local paths, never hosts
 * @throws OptionError with rsync's text
 */
export function resolveEndpoints(options: Options, windows = false): Endpoints {
  const operands = options.operands;
  if (operands.length === 0) throw usageError('no source or destination was given');
  const first = parseLocation(operands[0]!, windows);
  const endpoints =
    first.kind === 'local' ? fromLocal(options, windows) : fromRemote(options, first, windows);
  checkFilesFrom(options, windows);
  checkConnectionOptions(options, endpoints);
  return endpoints;
}

function fromRemote(options: Options, first: RemoteLocation, windows: boolean): Endpoints {
  const operands = options.operands;
  const last = operands[operands.length - 1]!;
  // `host:a :b` has no destination: everything is a source.
  const listing = operands.length === 1 || last.startsWith(':');
  const sources = listing ? operands : operands.slice(0, -1);
  if (!listing && parseLocation(last, windows).kind !== 'local') {
    throw bareError('The source and destination cannot both be remote.');
  }
  const paths = [first.path, ...sources.slice(1).map((source) => furtherSource(source, first, windows))];
  const destination = listing ? null : last;
  if (destination === '' && options.oldArgs === 0) throw emptyDestination();
  return {
    direction: 'pull',
    remote: remoteOf(options, first, paths),
    destination: destination === '' ? '.' : destination,
  };
}

/** The path of the second, third … source of a pull: the same host, the same form. */
function furtherSource(operand: string, first: RemoteLocation, windows: boolean): string {
  if (operand === '') throw bareError('Empty source arg specified.');
  const location = parseLocation(operand, windows);
  if (location.kind === 'local') {
    throw bareError(
      `Unexpected local arg: ${operand}\nIf arg is a remote file/dir, prefix it with a colon (:).`,
    );
  }
  // The user belongs to the comparison: rsync refuses `h:a u@h:b` (observed).
  const named = location.host !== '' || location.user !== null;
  if (named && (location.host !== first.host || location.user !== first.user)) {
    throw bareError('All source args must come from the same machine.');
  }
  if (location.kind !== first.kind) throw bareError('All source args must use the same hostspec format.');
  if (
    location.kind === 'daemon' &&
    first.kind === 'daemon' &&
    location.port !== 0 &&
    location.port !== first.port
  ) {
    throw bareError('All source args must use the same port number.');
  }
  return location.path;
}

function fromLocal(options: Options, windows: boolean): Endpoints {
  const operands = options.operands;
  if (operands.length === 1) {
    return { direction: 'local', sources: localSources(operands, windows), destination: null };
  }
  const last = operands[operands.length - 1]!;
  const sources = localSources(operands.slice(0, -1), windows);
  const target = parseLocation(last, windows);
  if (target.kind !== 'local')
    return { direction: 'push', sources, remote: remoteOf(options, target, [target.path]) };
  if (last === '' && options.oldArgs === 0) throw emptyDestination();
  return { direction: 'local', sources, destination: last === '' ? '.' : last };
}

function localSources(operands: readonly string[], windows: boolean): readonly string[] {
  for (const operand of operands) {
    if (operand === '') throw bareError('Empty source arg specified.');
    if (parseLocation(operand, windows).kind !== 'local')
      throw bareError(`Unexpected remote arg: ${operand}`);
  }
  return operands;
}

function emptyDestination(): OptionError {
  return bareError('Empty destination arg specified (use "." or see --old-args).');
}

function remoteOf(options: Options, location: RemoteLocation, paths: readonly string[]): Remote {
  // It would be an option of the remote shell.
  if (location.host.startsWith('-') && (location.kind === 'shell' || options.rshExplicit)) {
    throw bareError("Invalid remote host: hostnames may not start with '-'.");
  }
  if (location.kind === 'shell') {
    return {
      kind: 'shell',
      daemonOverShell: false,
      host: location.host,
      user: location.user,
      port: 0,
      paths,
    };
  }
  if (paths.some((path) => path.startsWith('/'))) {
    const ending = options.rshExplicit ? '' : ' not a /';
    throw bareError(`ERROR: The remote path must start with a module name${ending}`, 5);
  }
  const overShell = options.rshExplicit;
  const named = location.port !== 0 ? location.port : options.port;
  const port = named !== 0 || overShell ? named : DAEMON_PORT;
  if (port < 0 || port > 65535) throw usageError(`--port=${port} is invalid`);
  return {
    kind: 'daemon',
    daemonOverShell: overShell,
    host: location.host,
    user: location.user,
    port,
    paths,
  };
}

/** A list that the other end reads stands on the machine of the transfer, under the same user. */
function checkFilesFrom({ filesFrom, operands }: Options, windows: boolean): void {
  if (filesFrom === null || filesFrom.where === 'local') return;
  const remote = operands.map((operand) => parseLocation(operand, windows)).find(isRemote);
  if (remote === undefined) throw bareError('--files-from cannot be remote when the transfer is local');
  if (filesFrom.host !== '' && filesFrom.host !== hostOf(remote)) {
    throw bareError('--files-from hostname is not the same as the transfer hostname');
  }
}

function isRemote(location: Location): location is RemoteLocation {
  return location.kind !== 'local';
}

/** `USER@HOST` as typed. */
export function hostOf({ user, host }: RemoteLocation): string {
  return user === null ? host : `${user}@${host}`;
}

function checkConnectionOptions(options: Options, endpoints: Endpoints): void {
  const remote = endpoints.direction === 'local' ? undefined : endpoints.remote;
  if (options.passwordFile !== null && remote?.kind !== 'daemon') {
    throw bareError('The --password-file option may only be used when accessing an rsync daemon.');
  }
  if (options.contimeoutSeconds !== 0 && (remote?.kind !== 'daemon' || remote.daemonOverShell)) {
    throw bareError('The --contimeout option may only be used when connecting to an rsync daemon.');
  }
}
