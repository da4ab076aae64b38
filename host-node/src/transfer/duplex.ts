// The contract of a byte pipe between two ends: a remote shell's stdio, a socket, this process's own stdio, a test.

/** Takes what arrives. `data` may be called again from inside {@link Duplex.resume}; bytes are only valid during the call. */
export interface DuplexSink {
  data(bytes: Uint8Array): void;
  /** The peer will send nothing more. */
  end(): void;
  /** Reading or writing failed; `end` may or may not follow. */
  error(error: NodeJS.ErrnoException): void;
  /** Room again after {@link Duplex.write} returned false. */
  drain(): void;
}

export interface Duplex {
  /** Hands the flow to a sink; a second call replaces the first (greeting, then session). Nothing arrives before it. */
  attach(sink: DuplexSink): void;
  /**
   * Queues bytes, which the duplex owns until it calls `written` (or for ever). False: wait for `drain` before more.
   */
  write(bytes: Uint8Array, written?: () => void): boolean;
  /** Half-close: the peer sees our end after all that was written. */
  endOutput(): void;
  /** Calls back once everything written has left this process. */
  whenFlushed(done: () => void): void;
  pause(): void;
  resume(): void;
  /** Drops the connection at once. */
  destroy(): void;
}
