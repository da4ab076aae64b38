// From what was typed to what it means: environment, implications, conflicts (docs/protocol/05-options.md §6, §7, §8).
import { byteString } from './byte-strings.ts';
import { parseChecksumChoice, parseCompressChoice, preferenceList } from './choices.ts';
import { copiedOptions } from './copied-options.ts';
import { bareError, usageError } from './option-error.ts';
import type { Options } from './options.ts';
import type { RawOptions } from './raw-options.ts';
import { checkConflicts, checkProtocol, deletes } from './resolve-conflicts.ts';
import { outputFields } from './resolve-output.ts';
import {
  backupDirOf,
  batchOf,
  cleanPath,
  filesFromOf,
  filterArguments,
  partialDirOf,
  walkFields,
} from './resolve-paths.ts';
import { leadingInteger, parseSize } from './values.ts';

/** The environment as Node gives it (UTF-16 text). */
export type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_MAX_ALLOC = '1g';
const DEFAULT_MAX_ALLOC_BYTES = 2 ** 30;

/** Settles everything that was left open; `words` are what was typed. The first conflict in rsync's order is the one thrown. */
export function resolveOptions(words: readonly string[], raw: RawOptions, environment: Environment): Options {
  const server = raw.isServer;
  const maxAlloc = maxAllocOf(raw, environment);
  const quoting = argumentQuoting(raw, environment);
  const data = dataFields(raw);
  const outbuf = server ? null : outbufOf(raw.outbuf);
  const output = outputFields(raw);
  const iconv = iconvOf(raw, environment);
  const walk = walkFields(raw);
  checkConflicts(raw, walk.dirs);
  const partialDir = partialDirOf(raw, data.inplace, nonEmpty(environment.RSYNC_PARTIAL_DIR));
  const delayDirectory = partialDir !== null && raw.partialDir === null && raw.delayUpdates;
  const deletion = deletionFields(raw);
  const backup = backupFields(raw);
  const filesFrom = filesFromOf(raw);
  if (!server && raw.checksum && data.checksumChoice?.preTransfer === 'none') {
    throw bareError('Invalid checksum-choice for --checksum: none (0)', 4);
  }
  checkProtocol(raw);
  return Object.freeze({
    ...copiedOptions(raw),
    ...quoting,
    ...maxAlloc,
    ...data,
    ...output,
    ...walk,
    ...deletion,
    ...backup,
    outbuf,
    iconv,
    filesFrom,
    partial: !data.inplace && (raw.partial || raw.partialDir !== null || raw.delayUpdates),
    partialDir,
    partialDirImplied: delayDirectory,
    batch: batchOf(raw),
    filters: filterArguments(raw, { ...backup, delete: deletion.delete, partialDir }),
    alternateDestinations:
      raw.alternateKind === null
        ? null
        : { kind: raw.alternateKind, directories: Object.freeze([...raw.alternateDirectories]) },
    confineRoot: confineRootOf(raw),
    words,
    isServer: server,
    isServerSender: raw.isServerSender,
    clientCapabilities: server ? (raw.rsh ?? '') : '',
    operands: Object.freeze(server && raw.operands[0] === '.' ? raw.operands.slice(1) : [...raw.operands]),
    rsh: server ? 'ssh' : (raw.rsh ?? nonEmpty(environment.RSYNC_RSH) ?? 'ssh'),
    rshExplicit: !server && raw.rsh !== null,
    ...environmentFields(raw, environment),
  });
}

function environmentFields(raw: RawOptions, environment: Environment) {
  const server = raw.isServer;
  return {
    checksumList: preferenceList(environment.RSYNC_CHECKSUM_LIST, server),
    compressList: preferenceList(environment.RSYNC_COMPRESS_LIST, server),
    password:
      server || environment.RSYNC_PASSWORD === undefined ? null : byteString(environment.RSYNC_PASSWORD),
    defaultUser: nonEmpty(environment.USER) ?? nonEmpty(environment.LOGNAME) ?? 'nobody',
    proxy: server ? null : nonEmpty(environment.RSYNC_PROXY),
    connectProgram: server ? null : nonEmpty(environment.RSYNC_CONNECT_PROG),
    shell: nonEmpty(environment.RSYNC_SHELL),
  };
}

function nonEmpty(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : byteString(value);
}

/** --old-args, --secluded-args and their two variables (§8). */
function argumentQuoting(
  raw: RawOptions,
  environment: Environment,
): Pick<Options, 'oldArgs' | 'secludedArgs'> {
  let level = raw.oldArgs;
  let secluded = raw.secludedArgs;
  if (!raw.isServer && level < 0 && secluded !== true) {
    const old = nonEmpty(environment.RSYNC_OLD_ARGS);
    if (old !== null) {
      level = Math.max(0, leadingInteger(old));
      secluded = false;
    }
  }
  if (!raw.isServer && secluded === null && level <= 0) {
    const wanted = nonEmpty(environment.RSYNC_PROTECT_ARGS);
    secluded = wanted !== null && leadingInteger(wanted) !== 0;
  }
  if (secluded === true && level > 0) throw usageError('--secluded-args conflicts with --old-args.');
  return { oldArgs: Math.max(0, Math.min(level, 2)) as 0 | 1 | 2, secludedArgs: secluded === true };
}

function maxAllocOf(raw: RawOptions, environment: Environment): Pick<Options, 'maxAlloc' | 'maxAllocText'> {
  const text = raw.maxAlloc ?? nonEmpty(environment.RSYNC_MAX_ALLOC) ?? DEFAULT_MAX_ALLOC;
  const bytes = parseSize(text, { unit: 'b', min: 1024 * 1024, max: 2 ** 63, unlimited: true });
  if (typeof bytes === 'string') throw usageError(`--max-alloc=${text} ${bytes}`);
  if (bytes === 0) throw usageError('max-alloc must be greater than zero');
  return { maxAlloc: bytes, maxAllocText: bytes === DEFAULT_MAX_ALLOC_BYTES ? null : text };
}

function outbufOf(text: string | null): Options['outbuf'] {
  if (text === null) return null;
  const letter = text.charAt(0).toUpperCase();
  if (letter === 'N' || letter === 'U') return 'none';
  if (letter === 'L') return 'line';
  if (letter === 'B' || letter === 'F') return 'full';
  throw usageError('Invalid --outbuf setting -- specify N, L, or B.');
}

/**
 * §4.7: a client converts between its own part and the one it tells the server. An empty value is the locale's charset like `.`;
 * to a server `-` is a name like any other.
 */
function iconvOf(raw: RawOptions, environment: Environment): Options['iconv'] {
  const text = raw.iconv ?? (raw.isServer ? null : nonEmpty(environment.RSYNC_ICONV));
  if (text === null || text === false || (text === '-' && !raw.isServer)) return null;
  const comma = text.indexOf(',');
  if (comma < 0) return { local: text, remote: text };
  return { local: text.slice(0, comma), remote: text.slice(comma + 1) };
}

function confineRootOf(raw: RawOptions): string | null {
  if (raw.confineRoot === null) return null;
  const root = cleanPath(raw.confineRoot);
  return root === '/' ? null : root;
}

type DeletionFields = 'delete' | 'deleteWhen' | 'deleteExcluded' | 'force' | 'ignoreErrors' | 'maxDelete';

function deletionFields(raw: RawOptions): Pick<Options, DeletionFields> {
  const during = raw.deleteDuring === 2 ? 'delay' : 'during';
  return {
    delete: deletes(raw),
    deleteWhen: raw.deleteBefore
      ? 'before'
      : raw.deleteAfter
        ? 'after'
        : raw.deleteDuring > 0
          ? during
          : 'default',
    deleteExcluded: raw.deleteExcluded,
    force: raw.force,
    ignoreErrors: raw.ignoreErrors,
    maxDelete: raw.maxDelete === null ? null : Math.max(raw.maxDelete, 0),
  };
}

type BackupFields = 'backup' | 'backupDir' | 'suffix' | 'omitDirTimes' | 'omitDirTimesExplicit';

/** §6.4. */
function backupFields(raw: RawOptions): Pick<Options, BackupFields> {
  const backup = raw.backup || raw.backupDir !== null;
  const backupDir = backupDirOf(raw);
  return {
    backup,
    backupDir,
    suffix: raw.suffix ?? (raw.backupDir === null ? '~' : ''),
    // Backups beside the files change the times of every directory they are made in.
    omitDirTimes: raw.omitDirTimes || (backup && backupDir === null),
    // rsync forgets a -O then.
    omitDirTimesExplicit: raw.omitDirTimes && !(backup && backupDir === null),
  };
}

type DataFields =
  'checksumChoice' | 'wholeFile' | 'inplace' | 'compress' | 'compressChoice' | 'compressChoiceText';

function dataFields(raw: RawOptions): Pick<Options, DataFields> {
  const checksumChoice = parseChecksumChoice(raw.checksumChoice);
  const chosen = parseCompressChoice(raw.compressChoice);
  const compressChoice = chosen ?? (raw.compressCount > 1 ? 'zlibx' : null);
  return {
    checksumChoice,
    wholeFile: checksumChoice?.transfer === 'none' ? true : raw.wholeFile,
    inplace: raw.inplace || raw.append > 0 || raw.writeDevices,
    compress:
      compressChoice === null
        ? raw.compressCount > 0 || raw.compressLevel !== null
        : compressChoice !== 'none',
    compressChoice,
    compressChoiceText: compressChoice === null ? '' : chosen === null ? 'zlibx' : raw.compressChoice!,
  };
}
