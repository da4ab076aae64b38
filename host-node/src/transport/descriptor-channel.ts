// Hands open descriptors (a client's connection) to another process of ours, with the bytes that belong to them: how a
// daemon's listener gives a connection to a session process. Messages stay whole. Linux with the native helper; without it
// there is no channel and the caller serves the connection itself.
import { loadNative, type NativeHelper } from '@ocrsync/native/load';
import { PASSED_MAX, POLL_FIELDS, POLL_IN } from '@ocrsync/native/sockets';
import { errorOfNumber } from '../fs/errno.ts';

/** Bytes of one message, at most: what was read of a client before it is handed on. */
export const CHANNEL_MESSAGE_BYTES = 64 << 10;

const EINTR = 4;
const EAGAIN = 11;
const EPIPE = 32;
const ECONNRESET = 104;

type ChannelCalls = Pick<
  NativeHelper,
  'socketPair' | 'sendDescriptors' | 'receiveDescriptors' | 'poll' | 'close' | 'setSocketBuffer'
>;

export interface ChannelMessage {
  readonly bytes: Uint8Array;
  /** Now this process's own; whoever takes the message closes them. */
  readonly descriptors: readonly number[];
}

/** One end. Calls of the system that fail in a way not named here are a FilesystemError. */
export class DescriptorChannel {
  readonly #native: ChannelCalls;
  #socket: number;

  /** Takes over the socket: in a child, the number under which it was started with it. Throws without the native helper. */
  constructor(socket: number, native: Partial<ChannelCalls> | undefined = loadNative()) {
    if (!hasCalls(native)) throw errorOfNumber(38, 'recvmsg', 'native helper');
    this.#native = native;
    this.#socket = socket;
  }

  /** For the `stdio` of a spawn: the number of this end. The other process gets a copy; close this one after the spawn. */
  get socket(): number {
    return this.#socket;
  }

  /**
   * Sends copies of the descriptors; close yours when they are not needed any more. `full`: the other side has not taken what
   * was sent before, try again later. `gone`: there is no other side. Never waits.
   * @param bytes 1 to {@link CHANNEL_MESSAGE_BYTES}
   * @param descriptors at most 16
   */
  send(descriptors: readonly number[], bytes: Uint8Array): 'sent' | 'full' | 'gone' {
    if (bytes.length === 0 || bytes.length > CHANNEL_MESSAGE_BYTES || descriptors.length > PASSED_MAX) {
      throw new RangeError(`a message of ${bytes.length} bytes and ${descriptors.length} descriptors`);
    }
    const numbers = Float64Array.from(descriptors);
    const sent = this.#native.sendDescriptors(this.#socket, bytes, numbers, numbers.length);
    if (sent > 0) return 'sent';
    if (sent === -EAGAIN) return 'full';
    if (sent === -EPIPE || sent === -ECONNRESET) return 'gone';
    throw errorOfNumber(-sent, 'sendmsg', 'descriptor channel');
  }

  /** The next message; `end`: the other side has closed; `none` after so long without one (−1: wait for ever). Blocks the thread. */
  receive(timeoutMs: number): ChannelMessage | 'none' | 'end' {
    if (!this.#waitFor(timeoutMs)) return 'none';
    const into = new Uint8Array(CHANNEL_MESSAGE_BYTES);
    const numbers = new Float64Array(PASSED_MAX + 1);
    const received = this.#native.receiveDescriptors(this.#socket, into, numbers);
    if (received === -ECONNRESET || received === 0) return 'end';
    if (received < 0) throw errorOfNumber(-received, 'recvmsg', 'descriptor channel');
    return { bytes: into.slice(0, received), descriptors: [...numbers.subarray(1, 1 + numbers[0]!)] };
  }

  close(): void {
    if (this.#socket < 0) return;
    this.#native.close(this.#socket);
    this.#socket = -1;
  }

  #waitFor(timeoutMs: number): boolean {
    const record = Float64Array.of(this.#socket, POLL_IN, 0);
    const endMs = timeoutMs < 0 ? Infinity : performance.now() + timeoutMs;
    for (;;) {
      const leftMs = endMs === Infinity ? -1 : Math.max(0, Math.ceil(endMs - performance.now()));
      const ready = this.#native.poll(record, record.length / POLL_FIELDS, leftMs);
      if (ready > 0) return true;
      if (ready === 0) return false;
      if (ready !== -EINTR) throw errorOfNumber(-ready, 'poll', 'descriptor channel');
    }
  }
}

/** Two connected ends; undefined without the native helper. A FilesystemError when the system has no more (EMFILE, ENFILE). */
export function descriptorChannel(
  native: Partial<ChannelCalls> | undefined = loadNative(),
): readonly [DescriptorChannel, DescriptorChannel] | undefined {
  if (!hasCalls(native)) return undefined;
  const ends = new Float64Array(2);
  const result = native.socketPair(true, ends);
  if (result < 0) throw errorOfNumber(-result, 'socketpair', 'descriptor channel');
  for (const end of ends) native.setSocketBuffer(end, true, 4 * CHANNEL_MESSAGE_BYTES);
  return [new DescriptorChannel(ends[0]!, native), new DescriptorChannel(ends[1]!, native)];
}

function hasCalls(native: Partial<ChannelCalls> | undefined): native is ChannelCalls {
  return (
    native?.socketPair !== undefined &&
    native.sendDescriptors !== undefined &&
    native.receiveDescriptors !== undefined
  );
}
