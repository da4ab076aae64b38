// A duplex over Node streams: a child's stdio, this process's stdio, a socket.
import type { Readable, Writable } from 'node:stream';
import type { Duplex, DuplexSink } from '../transfer/duplex.ts';

export class StreamDuplex implements Duplex {
  readonly #input: Readable;
  readonly #output: Writable;
  #sink: DuplexSink | undefined;
  #pending: Uint8Array[] = [];
  #ended = false;
  #failed: NodeJS.ErrnoException | undefined;

  /** `listen` says who gives the input's bytes when it is not its 'data' event (static-input.ts). */
  constructor(
    input: Readable,
    output: Writable,
    listen: (take: (bytes: Uint8Array) => void) => void = (take) => input.on('data', take),
  ) {
    this.#input = input;
    this.#output = output;
    listen((bytes) => {
      if (this.#sink) this.#sink.data(bytes);
      else {
        this.#pending.push(bytes.slice());
        input.pause();
      }
    });
    const ended = (): void => {
      if (this.#ended) return;
      this.#ended = true;
      this.#sink?.end();
    };
    input.on('end', ended);
    input.on('close', ended);
    input.on('error', (error: NodeJS.ErrnoException) => this.#error(error));
    output.on('error', (error: NodeJS.ErrnoException) => this.#error(error));
    output.on('drain', () => this.#sink?.drain());
  }

  attach(sink: DuplexSink): void {
    this.#sink = sink;
    const pending = this.#pending;
    this.#pending = [];
    for (const bytes of pending) sink.data(bytes);
    if (this.#failed) sink.error(this.#failed);
    if (this.#ended) sink.end();
    else this.#input.resume();
  }

  /** Bytes that a former sink read but did not use; they come again as the first ones of the next sink. */
  unshift(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#pending.unshift(bytes.slice());
  }

  detach(): void {
    this.#sink = undefined;
    this.#input.pause();
  }

  write(bytes: Uint8Array, written?: () => void): boolean {
    if (this.#output.destroyed) return true;
    return this.#output.write(bytes, written);
  }

  whenFlushed(done: () => void): void {
    if (this.#output.destroyed || this.#output.writableLength === 0) done();
    else this.#output.write('', () => done());
  }

  endOutput(): void {
    if (!this.#output.destroyed) this.#output.end();
  }

  pause(): void {
    this.#input.pause();
  }

  resume(): void {
    this.#input.resume();
  }

  destroy(): void {
    this.#input.destroy();
    if ((this.#output as unknown) !== (this.#input as unknown)) this.#output.end();
  }

  #error(error: NodeJS.ErrnoException): void {
    this.#failed = error;
    this.#sink?.error(error);
  }
}
