// A child's stdin and stdout as two socket pairs of our making, as rsync has them: each direction ends by itself, ours are
// close-on-exec, sending has a large buffer in the kernel, and receiving goes into one buffer. Where they cannot be made
// the child gets the pipes of node:child_process, which do the same with a quarter more CPU on pulls (bench/remote-shell.ts).
import { Socket } from 'node:net';
import { loadNative, type NativeHelper } from '@ocrsync/native/load';
import { SHUT_READING } from '@ocrsync/native/sockets';
import { errorOfNumber } from '../fs/errno.ts';
import type { FilesystemError } from '../fs/filesystem.ts';
import { StaticInput } from './static-input.ts';
import { StreamDuplex } from './stream-duplex.ts';

export type PairCalls = Pick<NativeHelper, 'socketPair' | 'shutdownSocket' | 'setSocketBuffer' | 'close'>;

/** Asked of the kernel, which may give less; its usual 208 KiB make a writer wait more often. */
const SEND_BUFFER_BYTES = 1 << 20;

/** What a child gets as its stdin and stdout. */
export interface ChildWire {
  /** What the child gets as descriptors 0 and 1. */
  readonly stdio: readonly [number | Socket, number | Socket];
  /** After the spawn, whatever came of it: the child has its own copies, and only it may keep them open. */
  closeChildEnds(): void;
  /** Our ends as the wire; they are closed with it. */
  connect(): StreamDuplex;
  /** Instead of {@link connect}, when there is no child. */
  close(): void;
  /** Whoever waits for the child's bytes finds the end, even if a process that it left behind keeps its end open. */
  endReading(): void;
}

export class ChildSockets implements ChildWire {
  readonly #native: PairCalls;
  /** The child's ends until they are closed here. */
  #childEnds: readonly number[];
  readonly #input: number;
  readonly #output: number;
  #connected: Socket | undefined;

  private constructor(native: PairCalls, toChild: readonly number[], fromChild: readonly number[]) {
    this.#native = native;
    this.#output = toChild[0]!;
    this.#input = fromChild[0]!;
    this.#childEnds = [toChild[1]!, fromChild[1]!];
  }

  /**
   * The error when the system has none to give (EMFILE, ENFILE, EPERM, ENOSYS); undefined where nobody could ask.
   * Whoever sends slowly on purpose keeps the kernel's usual buffer.
   */
  static make(
    native: Partial<PairCalls> | undefined,
    isSlowed = false,
  ): ChildSockets | FilesystemError | undefined {
    if (!native?.socketPair || !native.shutdownSocket || !native.setSocketBuffer || !native.close)
      return undefined;
    const calls = native as PairCalls;
    const ends = new Float64Array(2);
    const failed = (result: number): FilesystemError => errorOfNumber(-result, 'socketpair', '');
    const first = calls.socketPair(false, ends);
    if (first < 0) return failed(first);
    const toChild = [...ends];
    const second = calls.socketPair(false, ends);
    if (second < 0) {
      for (const end of toChild) calls.close(end);
      return failed(second);
    }
    if (!isSlowed) calls.setSocketBuffer(toChild[0]!, true, SEND_BUFFER_BYTES);
    return new ChildSockets(calls, toChild, [...ends]);
  }

  get stdio(): readonly [number, number] {
    return [this.#childEnds[0]!, this.#childEnds[1]!];
  }

  closeChildEnds(): void {
    for (const end of this.#childEnds) this.#native.close(end);
    this.#childEnds = [];
  }

  connect(): StreamDuplex {
    const received = new StaticInput();
    const input = new Socket({ fd: this.#input, readable: true, writable: false, onread: received.onread });
    const output = new Socket({ fd: this.#output, readable: false, writable: true });
    this.#connected = input;
    return new StreamDuplex(input, output, received.listen);
  }

  close(): void {
    this.#native.close(this.#input);
    this.#native.close(this.#output);
  }

  endReading(): void {
    if (this.#connected?.destroyed === false) this.#native.shutdownSocket(this.#input, SHUT_READING);
  }
}

/** Node alone takes descriptors as sockets this way; the helper of another runtime is not asked. */
export function socketCalls(): Partial<PairCalls> | undefined {
  const { versions } = process;
  return versions['bun'] === undefined && versions['deno'] === undefined ? loadNative() : undefined;
}
