// Exit codes and the last line of a failed run (docs/protocol/05-options.md §15, 01-session.md §13).
import { IO_ERROR_DELETE_LIMIT, IO_ERROR_GENERAL, IO_ERROR_VANISHED } from '../session/io-errors.ts';

export const EXIT_OK = 0;
export const EXIT_SYNTAX = 1;
export const EXIT_PROTOCOL = 2;
export const EXIT_FILE_SELECT = 3;
export const EXIT_UNSUPPORTED = 4;
export const EXIT_START_CLIENT = 5;
export const EXIT_SOCKET_IO = 10;
export const EXIT_FILE_IO = 11;
export const EXIT_STREAM_IO = 12;
export const EXIT_MESSAGE_IO = 13;
export const EXIT_IPC = 14;
export const EXIT_CRASHED = 15;
export const EXIT_TERMINATED = 16;
export const EXIT_SIGUSR1 = 19;
export const EXIT_SIGNAL = 20;
export const EXIT_WAITPID = 21;
export const EXIT_MALLOC = 22;
export const EXIT_PARTIAL = 23;
export const EXIT_VANISHED = 24;
export const EXIT_DELETE_LIMIT = 25;
export const EXIT_TIMEOUT = 30;
export const EXIT_CONNECT_TIMEOUT = 35;
export const EXIT_COMMAND_FAILED = 124;
export const EXIT_COMMAND_KILLED = 125;
export const EXIT_COMMAND_RUN = 126;
export const EXIT_COMMAND_NOT_FOUND = 127;

const TEXTS: ReadonlyMap<number, string> = new Map([
  [EXIT_SYNTAX, 'syntax or usage error'],
  [EXIT_PROTOCOL, 'protocol incompatibility'],
  [EXIT_FILE_SELECT, 'errors selecting input/output files, dirs'],
  [EXIT_UNSUPPORTED, 'requested action not supported'],
  [EXIT_START_CLIENT, 'error starting client-server protocol'],
  [EXIT_SOCKET_IO, 'error in socket IO'],
  [EXIT_FILE_IO, 'error in file IO'],
  [EXIT_STREAM_IO, 'error in rsync protocol data stream'],
  [EXIT_MESSAGE_IO, 'errors with program diagnostics'],
  [EXIT_IPC, 'error in IPC code'],
  [EXIT_CRASHED, 'sibling process crashed'],
  [EXIT_TERMINATED, 'sibling process terminated abnormally'],
  [EXIT_SIGUSR1, 'received SIGUSR1'],
  [EXIT_SIGNAL, 'received SIGINT, SIGTERM, or SIGHUP'],
  [EXIT_WAITPID, 'waitpid() failed'],
  [EXIT_MALLOC, 'error allocating core memory buffers'],
  [EXIT_PARTIAL, 'some files/attrs were not transferred (see previous errors)'],
  [EXIT_VANISHED, 'some files vanished before they could be transferred'],
  [EXIT_DELETE_LIMIT, 'the --max-delete limit stopped deletions'],
  [EXIT_TIMEOUT, 'timeout in data send/receive'],
  [EXIT_CONNECT_TIMEOUT, 'timeout waiting for daemon connection'],
  [EXIT_COMMAND_FAILED, 'remote shell failed'],
  [EXIT_COMMAND_KILLED, 'remote shell killed'],
  [EXIT_COMMAND_RUN, 'remote command could not be run'],
  [EXIT_COMMAND_NOT_FOUND, 'remote command not found'],
]);

/** Names of the processes of a run as they stand in `[ROLE=VERSION]`. `Receiver`: the receiving process before it split. */
export type ProcessRole = 'client' | 'server' | 'sender' | 'Receiver' | 'receiver' | 'generator';

/** rsync's words for an exit code. */
export function exitText(code: number): string {
  return TEXTS.get(code) ?? 'unexplained error';
}

/**
 * The last line of a run that failed, without newline; empty for code 0. Keeps the words scripts match:
 * `rsync error: ` / `rsync warning: `, `(code N)`, and the shape `at FILE(LINE) [ROLE=VERSION]`.
 */
export function exitLine(code: number, role: ProcessRole, version: string): string {
  if (code === EXIT_OK) return '';
  const kind = code === EXIT_VANISHED ? 'warning' : 'error';
  return `rsync ${kind}: ${exitText(code)} (code ${code}) at ocrsync(1) [${role}=${version}]`;
}

/** Exit code of a run that came to its end: 23 beats 24 beats 25 beats 0. */
export function finalExitCode(ioError: number, sawTransferError: boolean): number {
  if (sawTransferError || (ioError & IO_ERROR_GENERAL) !== 0) return EXIT_PARTIAL;
  if ((ioError & IO_ERROR_VANISHED) !== 0) return EXIT_VANISHED;
  if ((ioError & IO_ERROR_DELETE_LIMIT) !== 0) return EXIT_DELETE_LIMIT;
  return EXIT_OK;
}
