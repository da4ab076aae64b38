// From a command line's Options to what the engine needs to know (session/config.ts). Pure.
import { delaysUpdates } from '../options/resolve-paths.ts';
import { capabilityString, mayRecurseIncrementally } from '../options/server-letters.ts';
import type { Options } from '../options/options.ts';
import type { BatchHead } from '../session/batch-recorder.ts';
import type { NameCharset } from '../session/charset.ts';
import type { AgreedVersions, SessionConfig } from '../session/config.ts';
import type { CompressionMethod } from '../session/negotiated.ts';
import { streamFlagMask, streamFlags } from './batch-options.ts';
import { CHECKSUM_NAMES, COMPRESS_NAMES } from '../session/negotiation.ts';

export interface SessionRole {
  readonly role: 'client' | 'server';
  readonly side: 'sender' | 'receiver';
  readonly local: boolean;
  /** The head of the batch that stands for the other end. */
  readonly playedBatch?: BatchHead | undefined;
  /** Set by a daemon's greeting. */
  readonly greeting?: AgreedVersions;
  /** --iconv. */
  readonly charset?: NameCharset | undefined;
  /** Seed for a server that was not given one. */
  readonly freshSeed: number;
  readonly messagesInBand: boolean;
  /** Methods this platform can do; the advertised lists are cut down to them. */
  readonly availableMethods: readonly CompressionMethod[];
}

/** Who plays a batch cannot negotiate: what every rsync would use without it (01 §5.2). */
const BATCH_CHECKSUMS = ['md5', 'md4'];

export function sessionConfig(options: Options, role: SessionRole): SessionConfig {
  const server = role.role === 'server';
  const recorded = !server && options.batch !== null && options.batch.mode !== 'read';
  const checksumChoice = options.checksumChoice;
  // A list of the environment stands as it is; the server's own one ends in `none` (01 §5.2).
  const names = (own: readonly string[] | null, all: readonly string[]): string[] =>
    own === null ? [...all, ...(server ? ['none'] : [])] : knownNames(own, all);
  const methods = COMPRESS_NAMES.filter((name) => role.availableMethods.includes(name));
  return {
    role: role.role,
    side: role.side,
    ownProtocol: options.protocol,
    greeting: role.greeting,
    local: role.local,
    capabilities:
      server && !role.local
        ? options.clientCapabilities
        : capabilityString(options, role.side === 'receiver'),
    incrementalAllowed: mayRecurseIncrementally(options, role.side === 'receiver'),
    seed: options.checksumSeed !== 0 ? options.checksumSeed : role.freshSeed,
    checksumNames: recorded ? BATCH_CHECKSUMS : names(options.checksumList, CHECKSUM_NAMES),
    compressNames: recorded ? ['zlib'] : (names(options.compressList, methods) as CompressionMethod[]),
    checksumChoice:
      checksumChoice === null
        ? undefined
        : { transfer: checksumChoice.transfer, list: checksumChoice.preTransfer },
    compress: options.compress,
    compressChoice: options.compressChoice ?? undefined,
    compressionLevel: options.compressLevel ?? undefined,
    filterList: filterListTravels(options, role),
    forwardedNames: forwardedNames(options, role),
    mungesLinks: options.mungeLinks === true && role.side === 'receiver' && !role.local,
    charset: role.charset,
    wishesOf29: wishesOf29(options),
    list: listConfig(options),
    maxAlloc: options.maxAlloc,
    dryRun: options.dryRun && role.playedBatch === undefined,
    batchOnly: options.batch?.mode === 'only-write' || (options.dryRun && role.playedBatch !== undefined),
    recordsBatch: recorded ? (protocol) => streamFlags(options) & streamFlagMask(protocol) : undefined,
    playedBatch: role.playedBatch,
    listOnly: options.listOnly,
    deletes: options.delete || options.force,
    deletesDuring: options.delete && options.deleteWhen !== 'before' && options.deleteWhen !== 'after',
    deletesLate: lateDeletion(options),
    deleteExcluded: options.deleteExcluded,
    delaysUpdates: delaysUpdates(options),
    reportUnchanged: options.showUnchanged || options.info.name >= 2,
    matchSummary: options.debug.deltasum >= 1,
    statsWanted: options.info.stats >= 2,
    removeSourceFiles: options.removeSourceFiles !== 'no',
    removesUnsent: options.removeSourceFiles === 'source-files',
    ignoreErrors: options.ignoreErrors,
    messagesInBand: role.messagesInBand,
    timeoutSeconds: options.timeoutSeconds,
  };
}

/** What the entries of the lists carry. */
function listConfig(options: Options): SessionConfig['list'] {
  return {
    recursive: options.recursive,
    relative: options.relative,
    links: options.links,
    hardLinks: options.hardLinks > 0,
    owner: options.owner,
    group: options.group,
    devices: options.devices,
    specials: options.specials,
    checksum: options.checksum,
    numericIds: options.numericIds,
    atimes: options.atimes > 0,
    acls: options.acls,
    xattrs: options.xattrs > 0,
    missingArgs: options.missingArgs === 'delete',
  };
}

function lateDeletion({ delete: wanted, deleteWhen }: Options): SessionConfig['deletesLate'] {
  return wanted && (deleteWhen === 'delay' || deleteWhen === 'after') ? deleteWhen : 'no';
}

/** In upstream's order. */
function wishesOf29(options: Options): string[] {
  const { fuzzy, alternateDestinations, inplace, pruneEmptyDirs } = options;
  const wishes = fuzzy > 0 ? ['--fuzzy'] : [];
  if (alternateDestinations !== null) {
    const { kind, directories } = alternateDestinations;
    if (inplace) wishes.push(`--${kind}-dest with --inplace`);
    if (directories.length > 1) wishes.push(`Using more than one --${kind}-dest option`);
  }
  if (pruneEmptyDirs) wishes.push('--prune-empty-dirs');
  return wishes;
}

/** Unknown names and duplicates are dropped, the alias is replaced (01 §5.2). */
function knownNames(own: readonly string[], all: readonly string[]): string[] {
  const names = own.map((name) => name.toLowerCase()).map((name) => (name === 'xxhash' ? 'xxh64' : name));
  return [...new Set(names)].filter((name) => name === 'none' || all.includes(name));
}

/** 03 §3.4: names travel where the list of them is not read by the sender itself. */
function forwardedNames(
  { filesFrom }: Options,
  { role, side, local }: SessionRole,
): 'none' | 'received' | 'sent' {
  if (filesFrom === null || local) return 'none';
  if (role === 'server') return side === 'receiver' ? 'sent' : filesFrom.file === '-' ? 'received' : 'none';
  if (side === 'sender') return filesFrom.where === 'remote' ? 'received' : 'none';
  return filesFrom.where === 'local' ? 'sent' : 'none';
}

/** 01 §2.4 step 8: always on a pull, on a push only for deletions and pruning; never inside one process. */
function filterListTravels(options: Options, role: SessionRole): boolean {
  if (role.local) return false;
  const pull = (role.role === 'client') === (role.side === 'receiver');
  return pull || options.delete || options.pruneEmptyDirs;
}
