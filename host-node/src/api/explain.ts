// --explain PATH: runs the command line as a dry run that tells everything, and says what decides for one path (docs/explain.md).
// Changes nothing on either side.
import { lstatSync, type Stats } from 'node:fs';
import path from 'node:path';
import { debugLevelsOf } from '../options/debug-flags.ts';
import { type Endpoints, resolveEndpoints } from '../options/endpoint.ts';
import { infoLevelsOf } from '../options/info-flags.ts';
import type { Options } from '../options/options.ts';
import { Explanation, type ExplanationResult, type Seen } from '../report/explanation.ts';
import { RunError } from '../session/run-error.ts';
import { runClient } from './client.ts';
import type { ClientEnvironment, ClientResult } from './client-environment.ts';

const EXIT_SYNTAX = 1;

export interface ExplainedRun {
  readonly result: ClientResult;
  readonly explanation: ExplanationResult;
  /** Errors and warnings of the dry run. */
  readonly faults: readonly string[];
}

/** The dry run of these options, and what it tells about `options.explain`. RunError when there is nothing to run. */
export async function explainPath(
  options: Options,
  environment: Omit<ClientEnvironment, 'sink'>,
): Promise<ExplainedRun> {
  if (options.explain === null || options.listOnly || options.batch !== null) {
    throw new RunError('ERR_EXPLAIN', '--explain needs a source and a destination', EXIT_SYNTAX);
  }
  const endpoints = resolveEndpoints(options, process.platform === 'win32');
  const explanation = new Explanation({
    names: namesOf(options.explain, endpoints, options.relative),
    deletes: options.delete,
    times: options.times,
    seesDestination: endpoints.direction !== 'push',
    look: (side, name) => look(endpoints, side, name),
  });
  const result = await runClient(tellingEverything(options), { ...environment, sink: explanation });
  return { result, explanation: explanation.result(), faults: explanation.faults };
}

/** A dry run in which every entry has a line, and everything that is left alone its reason. */
function tellingEverything(options: Options): Options {
  const levels = { ...infoLevelsOf(2), skip: 2, progress: 0, stats: 0 };
  return {
    ...options,
    dryRun: true,
    explain: null,
    json: false,
    quiet: false,
    progress: false,
    logFile: null,
    verbose: 2,
    info: levels,
    infoExplicit: ['skip'],
    debug: { ...debugLevelsOf(0), filter: 1 },
    itemize: 2,
    outFormat: null,
    itemFormat: '%i %n%L',
    itemFormatBeforeTransfer: true,
    formatHasItemize: true,
    formatHasOperation: true,
    showUnchanged: true,
  };
}

function clean(name: string): string {
  return path.posix.normalize(name).replace(/(.)\/$/, '$1');
}

/** How the path may stand in the transfer: as it is, or below one of the arguments. */
function namesOf(typed: string, endpoints: Endpoints, relative: boolean): string[] {
  const name = clean(typed);
  const names = [name.replace(/^\/+/, '')];
  for (const argument of argumentsOf(endpoints)) {
    const root = clean(argument);
    const isContents = /(^|\/)\.?$/.test(argument);
    if (name !== root && !name.startsWith(root === '/' ? '/' : `${root}/`)) continue;
    const below = name.slice(root.length).replace(/^\/+/, '');
    if (relative) continue;
    const base = isContents ? '' : path.posix.basename(root);
    names.unshift([base, below].filter((part) => part !== '').join('/') || '.');
  }
  const destination = endpoints.direction === 'push' ? endpoints.remote.paths[0] : endpoints.destination;
  const root = clean(destination ?? '.');
  if (name.startsWith(`${root}/`)) names.push(name.slice(root.length + 1));
  return [...new Set(names)];
}

function argumentsOf(endpoints: Endpoints): readonly string[] {
  return endpoints.direction === 'pull' ? endpoints.remote.paths : endpoints.sources;
}

/** What is at a name of this machine's side of the transfer; undefined: nothing, or the side is elsewhere. */
function look(endpoints: Endpoints, side: 'source' | 'destination', name: string): Seen | undefined {
  if (side === 'destination') {
    if (endpoints.direction === 'push') return undefined;
    return seen(`${endpoints.destination ?? '.'}/${name}`);
  }
  if (endpoints.direction === 'pull') return undefined;
  for (const argument of endpoints.sources) {
    const isContents = /(^|\/)\.?$/.test(argument);
    const found = seen(isContents ? `${argument}/${name}` : `${path.posix.dirname(argument)}/${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function seen(file: string): Seen | undefined {
  let stat: Stats | undefined;
  try {
    stat = lstatSync(Buffer.from(file, 'latin1'), { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
  if (stat === undefined) return undefined;
  const { size: lengthBytes, mode, uid, gid } = stat;
  return { kind: kindOf(stat), lengthBytes, mtimeSeconds: Math.floor(stat.mtimeMs / 1000), mode, uid, gid };
}

function kindOf(stat: Stats): Seen['kind'] {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'symlink';
  return stat.isBlockDevice() || stat.isCharacterDevice() ? 'device' : 'special';
}
