// Errors of system calls in the words of the C library, which rsync prints (docs/protocol/07-output.md §2.5).
// Node's own messages (libuv's) are other words; the table is glibc's, with Linux numbers.
import { FilesystemError } from './filesystem.ts';

const WORDS: readonly (readonly [number, string, string])[] = [
  [1, 'EPERM', 'Operation not permitted'],
  [2, 'ENOENT', 'No such file or directory'],
  [3, 'ESRCH', 'No such process'],
  [4, 'EINTR', 'Interrupted system call'],
  [5, 'EIO', 'Input/output error'],
  [6, 'ENXIO', 'No such device or address'],
  [7, 'E2BIG', 'Argument list too long'],
  [8, 'ENOEXEC', 'Exec format error'],
  [9, 'EBADF', 'Bad file descriptor'],
  [10, 'ECHILD', 'No child processes'],
  [11, 'EAGAIN', 'Resource temporarily unavailable'],
  [12, 'ENOMEM', 'Cannot allocate memory'],
  [13, 'EACCES', 'Permission denied'],
  [14, 'EFAULT', 'Bad address'],
  [15, 'ENOTBLK', 'Block device required'],
  [16, 'EBUSY', 'Device or resource busy'],
  [17, 'EEXIST', 'File exists'],
  [18, 'EXDEV', 'Invalid cross-device link'],
  [19, 'ENODEV', 'No such device'],
  [20, 'ENOTDIR', 'Not a directory'],
  [21, 'EISDIR', 'Is a directory'],
  [22, 'EINVAL', 'Invalid argument'],
  [23, 'ENFILE', 'Too many open files in system'],
  [24, 'EMFILE', 'Too many open files'],
  [25, 'ENOTTY', 'Inappropriate ioctl for device'],
  [26, 'ETXTBSY', 'Text file busy'],
  [27, 'EFBIG', 'File too large'],
  [28, 'ENOSPC', 'No space left on device'],
  [29, 'ESPIPE', 'Illegal seek'],
  [30, 'EROFS', 'Read-only file system'],
  [31, 'EMLINK', 'Too many links'],
  [32, 'EPIPE', 'Broken pipe'],
  [33, 'EDOM', 'Numerical argument out of domain'],
  [34, 'ERANGE', 'Numerical result out of range'],
  [35, 'EDEADLK', 'Resource deadlock avoided'],
  [36, 'ENAMETOOLONG', 'File name too long'],
  [37, 'ENOLCK', 'No locks available'],
  [38, 'ENOSYS', 'Function not implemented'],
  [39, 'ENOTEMPTY', 'Directory not empty'],
  [40, 'ELOOP', 'Too many levels of symbolic links'],
  [61, 'ENODATA', 'No data available'],
  [62, 'ETIME', 'Timer expired'],
  [71, 'EPROTO', 'Protocol error'],
  [74, 'EBADMSG', 'Bad message'],
  [75, 'EOVERFLOW', 'Value too large for defined data type'],
  [84, 'EILSEQ', 'Invalid or incomplete multibyte or wide character'],
  [92, 'ENOPROTOOPT', 'Protocol not available'],
  [95, 'EOPNOTSUPP', 'Operation not supported'],
  [104, 'ECONNRESET', 'Connection reset by peer'],
  [110, 'ETIMEDOUT', 'Connection timed out'],
  [111, 'ECONNREFUSED', 'Connection refused'],
  [112, 'EHOSTDOWN', 'Host is down'],
  [116, 'ESTALE', 'Stale file handle'],
  [117, 'EUCLEAN', 'Structure needs cleaning'],
  [121, 'EREMOTEIO', 'Remote I/O error'],
  [122, 'EDQUOT', 'Disk quota exceeded'],
  [124, 'EMEDIUMTYPE', 'Wrong medium type'],
  [125, 'ECANCELED', 'Operation canceled'],
];

const byCode = new Map(WORDS.map(([errno, code, words]) => [code, { errno, words }]));
const byNumber = new Map(WORDS.map(([errno, code, words]) => [errno, { code, words }]));

/** The error of a call that failed with this errno name, such as `ENOENT`. */
export function errorOfCode(code: string, call: string, file: string): FilesystemError {
  const known = byCode.get(code);
  return new FilesystemError(code, known?.errno ?? 0, known?.words ?? code, call, file);
}

/** The error of a call that failed with this positive number. */
export function errorOfNumber(errno: number, call: string, file: string): FilesystemError {
  const known = byNumber.get(errno);
  return new FilesystemError(
    known?.code ?? `E${errno}`,
    errno,
    known?.words ?? `Unknown error ${errno}`,
    call,
    file,
  );
}

/** What Node threw, as our error; anything that is no failed system call is returned as it is. */
export function translated(error: unknown, call: string, file: string): unknown {
  if (!(error instanceof Error)) return error;
  const { code, errno, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return error;
  if (byCode.has(code)) return errorOfCode(code, call, file);
  return new FilesystemError(code, Math.abs(errno ?? 0), code, call, file);
}

/** `Connection refused (111)`, as rsync ends its lines about failed system calls. */
export function systemErrorText(error: NodeJS.ErrnoException): string {
  const known = byCode.get(error.code ?? '');
  return known === undefined ? error.message : `${known.words} (${known.errno})`;
}
