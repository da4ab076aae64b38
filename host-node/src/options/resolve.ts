// From what was typed to what it means: environment, implications, conflicts (docs/protocol/05-options.md §6, §7, §8).
import { byteString } from './byte-strings.ts';
import { parseChecksumChoice, parseCompressChoice, preferenceList } from './choices.ts';
import { INFO_FLAG_NAMES } from './info-flags.ts';
import type { InfoFlag, InfoLevels } from './info-flags.ts';
import { formatHas } from './item-format.ts';
import { bareError, notSupported, usageError } from './option-error.ts';
import { debugLevelsOf } from './debug-flags.ts';
import { DEFAULT_OPTIONS, infoLevelsOf } from './options.ts';
import type { Options } from './options.ts';
import type { RawOptions } from './raw-options.ts';
import { leadingInteger } from './values.ts';
import { NEWEST_PROTOCOL, OLDEST_PROTOCOL } from './version.ts';

/** The environment as Node gives it (UTF-16 text). */
export type Environment = Readonly<Record<string, string | undefined>>;

type OutputFields =
  | 'info'
  | 'itemFormat'
  | 'itemFormatBeforeTransfer'
  | 'formatHasItemize'
  | 'formatHasOperation'
  | 'showUnchanged';
type DataFields =
  | 'checksumChoice'
  | 'wholeFile'
  | 'inplace'
  | 'partial'
  | 'compress'
  | 'compressChoice'
  | 'compressChoiceText';

/** Settles everything that was left open. The first conflict in rsync's order is the one thrown. */
export function resolveOptions(raw: RawOptions, environment: Environment): Options {
  const oldArgs = argumentQuoting(raw, environment);
  const data = dataFields(raw);
  refuseEnvironment(raw, environment);
  const listOnly = raw.listOnly || (!raw.isServer && raw.operands.length < 2);
  const recursive = raw.recurse !== 0;
  const dirs = recursive || (raw.dirs ?? listOnly);
  const relative = raw.relative ?? false;
  checkConflicts(raw, dirs);
  const partial = keepsPartial(raw, environment);
  const server = raw.isServer;
  return Object.freeze({
    ...DEFAULT_OPTIONS,
    ...copied(raw),
    debug: debugLevelsOf(raw.verbose),
    ...data,
    ...outputFields(raw),
    partial,
    isServer: server,
    isServerSender: raw.isServerSender,
    clientCapabilities: server ? (raw.rsh ?? '') : '',
    operands: Object.freeze(server && raw.operands[0] === '.' ? raw.operands.slice(1) : [...raw.operands]),
    listOnly,
    listOnlyExplicit: raw.listOnly,
    recursive,
    dirs,
    dirsExplicit: raw.dirs === true,
    incRecursiveAllowed: raw.incRecursive,
    relative,
    impliedDirs: relative && raw.impliedDirs,
    rsh: server ? 'ssh' : (raw.rsh ?? nonEmpty(environment.RSYNC_RSH) ?? 'ssh'),
    rshExplicit: !server && raw.rsh !== null,
    oldArgs,
    checksumList: preferenceList(environment.RSYNC_CHECKSUM_LIST, server),
    compressList: preferenceList(environment.RSYNC_COMPRESS_LIST, server),
    password:
      server || environment.RSYNC_PASSWORD === undefined ? null : byteString(environment.RSYNC_PASSWORD),
    defaultUser: nonEmpty(environment.USER) ?? nonEmpty(environment.LOGNAME) ?? 'nobody',
    proxy: server ? null : nonEmpty(environment.RSYNC_PROXY),
  });
}

/** Fields that mean what was typed. */
function copied(raw: RawOptions) {
  return {
    verbose: raw.verbose,
    quiet: raw.quiet,
    infoExplicit: Object.freeze(INFO_FLAG_NAMES.filter((flag) => raw.infoExplicit.has(flag))),
    stats: raw.stats,
    motd: raw.motd,
    humanReadable: Math.min(raw.humanReadable, 3) as 0 | 1 | 2 | 3,
    eightBitOutput: raw.eightBitOutput,
    itemize: Math.min(raw.itemize, 2) as 0 | 1 | 2,
    outFormat: raw.outFormat,
    progress: raw.progress,
    dryRun: raw.dryRun,
    json: raw.json,
    links: raw.links,
    copyLinks: raw.copyLinks,
    hardLinks: (raw.hardLinks === 0 ? 0 : 1) as 0 | 1,
    perms: raw.perms,
    times: raw.times,
    owner: raw.owner,
    group: raw.group,
    devices: raw.devices,
    specials: raw.specials,
    numericIds: raw.numericIds,
    privileges: raw.privileges,
    atimes: Math.min(raw.atimes, 2) as 0 | 1 | 2,
    openNoatime: raw.openNoatime || raw.atimes > 1,
    acls: raw.acls,
    xattrs: Math.min(raw.xattrs, 2) as 0 | 1 | 2,
    checksum: raw.checksum,
    checksumSeed: raw.checksumSeed,
    ignoreTimes: raw.ignoreTimes,
    sizeOnly: raw.sizeOnly,
    update: raw.update,
    existing: raw.existing,
    ignoreExisting: raw.ignoreExisting,
    blockSize: raw.blockSize,
    append: raw.append,
    compressCount: raw.compressCount,
    compressLevel: raw.compressLevel,
    confine:
      raw.confine === null ? ('auto' as const) : raw.confine ? ('required' as const) : ('off' as const),
    delete: raw.delete,
    deleteWhen: raw.deleteDuring ? ('during' as const) : ('default' as const),
    filters: Object.freeze([...raw.filters]),
    rsyncPath: raw.rsyncPath,
    timeoutSeconds: raw.timeoutSeconds,
    contimeoutSeconds: raw.contimeoutSeconds,
    bwlimitKiBPerSecond: raw.bwlimitKiBPerSecond,
    port: raw.port,
    passwordFile: raw.passwordFile,
    protocol: raw.protocol,
    ioUring: raw.ioUring,
  };
}

function nonEmpty(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : byteString(value);
}

/** --old-args, --secluded-args and their two variables (§8). */
function argumentQuoting(raw: RawOptions, environment: Environment): 0 | 1 | 2 {
  if (raw.isServer) return 0;
  if (raw.oldArgs !== null) return Math.min(raw.oldArgs, 2) as 0 | 1 | 2;
  const oldArgs = nonEmpty(environment.RSYNC_OLD_ARGS);
  if (oldArgs !== null) return Math.max(0, Math.min(leadingInteger(oldArgs), 2)) as 0 | 1 | 2;
  const secluded = nonEmpty(environment.RSYNC_PROTECT_ARGS);
  if (raw.secludedArgs === null && secluded !== null && leadingInteger(secluded) !== 0) {
    throw notSupported('RSYNC_PROTECT_ARGS (--secluded-args)');
  }
  return 0;
}

/** A variable that asks for an option we do not have is refused like the option. */
function refuseEnvironment(raw: RawOptions, environment: Environment): void {
  if (!raw.isServer && nonEmpty(environment.RSYNC_MAX_ALLOC) !== null) {
    throw notSupported('RSYNC_MAX_ALLOC (--max-alloc)');
  }
  if (raw.isServer || raw.iconv === false) return;
  const charset = nonEmpty(environment.RSYNC_ICONV);
  if (charset !== null && charset !== '-') throw notSupported('RSYNC_ICONV (--iconv)');
}

function keepsPartial(raw: RawOptions, environment: Environment): boolean {
  if (!raw.partial || raw.inplace || raw.append > 0) return false;
  if (!raw.isServer && nonEmpty(environment.RSYNC_PARTIAL_DIR) !== null) {
    throw notSupported('RSYNC_PARTIAL_DIR (--partial-dir)');
  }
  return true;
}

function dataFields(raw: RawOptions): Pick<Options, Exclude<DataFields, 'partial'>> {
  const checksumChoice = parseChecksumChoice(raw.checksumChoice);
  if (raw.checksum && checksumChoice?.preTransfer === 'none') {
    throw bareError('Invalid checksum-choice for --checksum: none (0)', 4);
  }
  const chosen = parseCompressChoice(raw.compressChoice);
  const compressChoice = chosen ?? (raw.compressCount > 1 ? 'zlibx' : null);
  return {
    checksumChoice,
    wholeFile: checksumChoice?.transfer === 'none' ? true : raw.wholeFile,
    inplace: raw.inplace || raw.append > 0,
    compress:
      compressChoice === null
        ? raw.compressCount > 0 || raw.compressLevel !== null
        : compressChoice !== 'none',
    compressChoice,
    compressChoiceText: compressChoice === null ? '' : chosen === null ? 'zlibx' : raw.compressChoice!,
  };
}

function checkConflicts(raw: RawOptions, dirs: boolean): void {
  const server = raw.isServer;
  if (raw.hardLinks > 1) throw notSupported('-HH', server);
  if (raw.privileges === 'fake' && raw.xattrs > 1) throw usageError('--fake-super conflicts with -XX');
  if (raw.delete && !dirs) {
    throw usageError('--delete does not work without --recursive (-r) or --dirs (-d).');
  }
  const whole = raw.wholeFile === true || parseChecksumChoice(raw.checksumChoice)?.transfer === 'none';
  if (raw.append > 0 && whole) throw usageError('--append cannot be used with --whole-file');
  if (raw.timeoutSeconds < 0 || raw.contimeoutSeconds < 0) {
    throw usageError(`${raw.timeoutSeconds < 0 ? '--timeout' : '--contimeout'} must not be negative`);
  }
  if (raw.port < 0 || raw.port > 65535) throw usageError(`--port=${raw.port} is invalid`);
  if (raw.protocol > NEWEST_PROTOCOL) {
    throw bareError(`--protocol must be no more than ${NEWEST_PROTOCOL} on the Client.`, 2);
  }
  if (raw.protocol < OLDEST_PROTOCOL) {
    throw bareError(`--protocol must be at least ${OLDEST_PROTOCOL} on the Client.`, 2);
  }
}

/** §6.5: levels and the line format of items. */
function outputFields(raw: RawOptions): Pick<Options, OutputFields> {
  const levels: Record<InfoFlag, number> = { ...infoLevelsOf(raw.verbose) };
  const raise = (flag: InfoFlag, level: number): void => {
    levels[flag] = Math.max(levels[flag], level);
  };
  if (raw.stats) raise('stats', raw.verbose > 1 ? 3 : 2);
  for (const [flag, level] of raw.infoExplicit) levels[flag] = level;
  const imply = (flag: InfoFlag, level: number): void => {
    if (!raw.infoExplicit.has(flag)) raise(flag, level);
  };

  const format = raw.outFormat ?? (raw.itemize > 0 && !raw.isServer ? '%i %n%L' : null);
  const hasItemize = format !== null && formatHas(format, 'i');
  const before = format !== null && !formatHas(format, 'bcC');
  if (raw.progress && !raw.isServer) {
    if (!before && levels.name === 0) imply('name', 1);
    imply('flist', 2);
    imply('progress', 1);
  }
  const named = format === null && levels.name > 0 && !raw.isServer;
  const manyItems = raw.isServer ? (raw.outFormat ?? '').includes('%i%I') : raw.itemize > 1;
  return {
    info: Object.freeze(levels) as InfoLevels,
    itemFormat: named ? '%n%L' : format,
    itemFormatBeforeTransfer: named || format === null ? true : before,
    formatHasItemize: hasItemize,
    formatHasOperation: hasItemize || (format !== null && formatHas(format, 'o')),
    showUnchanged: hasItemize && (manyItems || levels.name > 1),
  };
}
