// Options that do not go together, in the order in which rsync looks (docs/protocol/05-options.md §7). Texts are rsync's.
import { parseChecksumChoice } from './choices.ts';
import { bareError, usageError } from './option-error.ts';
import type { RawOptions } from './raw-options.ts';
import { backupDirOf } from './resolve-paths.ts';
import { NEWEST_PROTOCOL, OLDEST_PROTOCOL } from './version.ts';

const LONGEST_BATCH_NAME = 256;
const LONGEST_PATH = 4096;

/** @param dirs directories are transferred */
export function checkConflicts(raw: RawOptions, dirs: boolean): void {
  if (raw.confineRoot !== null && !raw.confineRoot.startsWith('/')) {
    throw usageError('--confine-root must be an absolute path');
  }
  if (raw.confineRoot !== null && raw.insecureLinks) {
    throw usageError('--insecure-links cannot be combined with --confine-root');
  }
  if (raw.privileges === 'fake' && raw.xattrs > 1) throw usageError('--fake-super conflicts with -XX');
  checkBatch(raw);
  checkLength('temp-dir', raw.tempDir);
  checkDeletion(raw, dirs);
  checkBackup(raw);
  checkInplace(raw);
}

export function checkProtocol(raw: RawOptions): void {
  if (raw.protocol > NEWEST_PROTOCOL) {
    throw bareError(`--protocol must be no more than ${NEWEST_PROTOCOL} on the Client.`, 2);
  }
  if (raw.protocol < OLDEST_PROTOCOL) {
    throw bareError(`--protocol must be at least ${OLDEST_PROTOCOL} on the Client.`, 2);
  }
}

function checkBatch(raw: RawOptions): void {
  const written = raw.writeBatch ?? raw.onlyWriteBatch;
  if (written !== null && raw.readBatch !== null) {
    throw usageError('--write-batch and --read-batch can not be used together');
  }
  if (raw.readBatch !== null) {
    if (raw.filesFrom !== null) throw usageError('--read-batch cannot be used with --files-from');
    if (raw.removeSourceFiles !== 'no') {
      throw usageError(`--read-batch cannot be used with --remove-${raw.removeSourceFiles}`);
    }
  }
  const name = written ?? raw.readBatch;
  if (name !== null && name.length > LONGEST_BATCH_NAME) {
    throw usageError('the batch-file name must be 256 characters or less.');
  }
}

function checkLength(name: string, path: string | null): void {
  if (path !== null && path.length > LONGEST_PATH) throw usageError(`the --${name} path is WAY too long.`);
}

function checkDeletion(raw: RawOptions, dirs: boolean): void {
  const whens = Number(raw.deleteBefore) + Number(raw.deleteDuring > 0) + Number(raw.deleteAfter);
  if (whens > 1) throw usageError('You may not combine multiple --delete-WHEN options.');
  if (deletes(raw) && !dirs) {
    throw usageError('--delete does not work without --recursive (-r) or --dirs (-d).');
  }
}

/** Any of the options that turn deletion on. */
export function deletes(raw: RawOptions): boolean {
  return raw.delete || raw.deleteBefore || raw.deleteDuring > 0 || raw.deleteAfter || raw.deleteExcluded;
}

function checkBackup(raw: RawOptions): void {
  const directory = backupDirOf(raw);
  const suffix = raw.suffix ?? (raw.backupDir === null ? '~' : '');
  if (suffix.includes('/')) throw usageError(`--suffix cannot contain slashes: ${suffix}`);
  checkLength('backup-dir', raw.backupDir);
  if (suffix !== '' || directory !== null) return;
  if (raw.backupDir !== null) {
    throw usageError('--suffix cannot be empty when --backup-dir is the same as the dest dir');
  }
  throw usageError('--suffix cannot be empty without a --backup-dir');
}

function checkInplace(raw: RawOptions): void {
  const whole = raw.wholeFile === true || parseChecksumChoice(raw.checksumChoice)?.transfer === 'none';
  if (raw.append > 0 && whole) throw usageError('--append cannot be used with --whole-file');
  if (raw.append === 0 && !raw.inplace && !raw.writeDevices) return;
  const name = raw.append > 0 ? '--append' : '--inplace';
  if (raw.partialDir === null && !raw.delayUpdates) return;
  throw usageError(`${name} cannot be used with ${raw.delayUpdates ? '--delay-updates' : '--partial-dir'}`);
}
