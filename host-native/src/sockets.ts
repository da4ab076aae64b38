// Socket pairs, poll, shutdown, passing of descriptors (sockets.c). None throws; each returns a count or the negative errno.

/** Descriptors of one {@link SocketCalls.poll}, at most, and numbers of a record: descriptor, events, answer. */
export const POLL_MAX = 64;
export const POLL_FIELDS = 3;
/** Bits of a poll's events and answers. */
export const POLL_IN = 1;
export const POLL_OUT = 4;
export const POLL_ERROR = 8;
export const POLL_HANGUP = 16;

/** What {@link SocketCalls.shutdownSocket} ends. */
export const SHUT_READING = 0;
export const SHUT_WRITING = 1;

/** Descriptors of one message, at most. */
export const PASSED_MAX = 16;

export interface SocketCalls {
  /** Two connected Unix sockets, close-on-exec: a stream, or with `packets` messages that stay whole. */
  socketPair(packets: boolean, ends: Float64Array): number;
  /** Waits for at most so long (−1: for ever) until one is ready; fills the answers and says how many are. EINTR is possible. */
  poll(records: Float64Array, count: number, timeoutMs: number): number;
  /** Reading: who waits in a read of it wakes up at the end. Writing: the other side reads the end after all that was sent. */
  shutdownSocket(socket: number, how: number): number;
  setBlocking(descriptor: number, blocking: boolean): number;
  /** A second descriptor of the same open file, close-on-exec. */
  dupDescriptor(descriptor: number): number;
  /** Sets the kernel's buffer of one direction (0: only asks) and says what it is now: Linux gives twice what is asked. */
  setSocketBuffer(socket: number, sending: boolean, lengthBytes: number): number;
  /** Sets an option that is one int; level and option by the kernel's numbers. */
  setSocketOption(socket: number, level: number, option: number, value: number): number;
  /**
   * Sends bytes (at least one) and up to {@link PASSED_MAX} descriptors over a Unix socket; −EAGAIN when there is no room.
   * The caller's descriptors stay open.
   */
  sendDescriptors(socket: number, bytes: Uint8Array, descriptors: Float64Array, count: number): number;
  /**
   * Receives one message: bytes (0: the end), and in `descriptors` how many came and then which, close-on-exec.
   * −EMSGSIZE, −EMFILE: it did not fit; its descriptors are closed.
   */
  receiveDescriptors(socket: number, into: Uint8Array, descriptors: Float64Array): number;
}
