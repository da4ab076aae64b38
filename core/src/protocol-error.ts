// What the peer did wrong: bytes that no version of the protocol has, or more of them than we accept.

/** A peer's fault, found at an exact place of its stream. `exitCode` is rsync's (docs/protocol/01-session.md §13.3). */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  /** Stable, machine-readable name of the fault, such as `ERR_VARINT_OVERFLOW`. */
  readonly code: string;
  /** rsync's exit code for this fault: 2 protocol incompatibility, 4 unsupported, 12 data stream, 22 memory. */
  readonly exitCode: number;
  /** Bytes of the peer's stream (frame headers included) that had been taken when the fault was found. */
  readonly byteOffset: number;

  constructor(code: string, message: string, exitCode: number, byteOffset: number) {
    super(message);
    this.code = code;
    this.exitCode = exitCode;
    this.byteOffset = byteOffset;
  }
}
