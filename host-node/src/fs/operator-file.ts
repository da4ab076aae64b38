// Opens a file that the operator named: a log, a batch, a list of names, a password (docs/protocol/09-rsync-3.5.md §2.1, §2.3).
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { errorOfCode, translated } from './errno.ts';
import { localFilesystem } from './local.ts';
import {
  type OperatorPlace,
  type OperatorRules,
  isOwnDescriptor,
  operatorPlace,
  processRules,
} from './operator-path.ts';

export type OperatorUse = 'read' | 'write' | 'append';

const FLAGS = {
  read: constants.O_RDONLY,
  write: constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC,
  append: constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND,
} as const;

/**
 * Opens the file (latin1 path). `insecureLinks`: symlinks of other users are followed as well. `mode`: of a new file, less the umask.
 * Throws a FilesystemError, ELOOP for a symlink of another user anywhere on the way.
 */
export function openOperatorFile(
  path: string,
  use: OperatorUse,
  insecureLinks: boolean,
  mode = 0o600,
): number {
  const rules = insecureLinks || isOwnDescriptor(path) ? undefined : processRules();
  if (rules === undefined) return opened(path, FLAGS[use], mode);
  const place = walked(path, rules);
  const descriptor = opened(place.path, FLAGS[use] | (constants.O_NOFOLLOW ?? 0), mode);
  const { stat } = place;
  const now = fstatSync(descriptor);
  if (stat !== undefined && (now.dev !== stat.dev || now.ino !== stat.ino)) {
    closeSync(descriptor);
    throw errorOfCode('ELOOP', 'open', path);
  }
  return descriptor;
}

function walked(path: string, rules: OperatorRules): OperatorPlace {
  const files = localFilesystem();
  try {
    return operatorPlace(files, path, rules);
  } finally {
    files.release();
  }
}

function opened(path: string, flags: number, mode: number): number {
  try {
    return openSync(Buffer.from(path, 'latin1'), flags, mode);
  } catch (error) {
    throw translated(error, 'open', path);
  }
}
