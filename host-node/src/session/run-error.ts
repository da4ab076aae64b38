// What ends a run at this end: a refused action, a failed disk, a time-out. What the peer did wrong is a ProtocolError.

/** Ends the run with rsync's exit code (docs/protocol/01-session.md §13.3). `message` is the text for the user. */
export class RunError extends Error {
  override readonly name = 'RunError';
  /** Stable, machine-readable name, such as `ERR_IO_TIMEOUT`. */
  readonly code: string;
  readonly exitCode: number;

  constructor(code: string, message: string, exitCode: number) {
    super(message);
    this.code = code;
    this.exitCode = exitCode;
  }
}

/** The peer announced its own end with MSG_ERROR_EXIT; nothing more is printed for it (01 §13.2). */
export class PeerExit extends Error {
  override readonly name = 'PeerExit';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`the peer ended with code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** --timeout: the peer has been waited for long enough. */
export function isTimedOut(error: Error | undefined): boolean {
  return error instanceof RunError && error.code === 'ERR_IO_TIMEOUT';
}
