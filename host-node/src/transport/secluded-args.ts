// The block of arguments that a client with --secluded-args writes before anything else (docs/protocol/01-session.md §15.3):
// words with a NUL each, an empty one at the end. Both directions; nothing is parsed here.
import { RunError } from '../session/run-error.ts';
import type { DuplexSink } from '../transfer/duplex.ts';
import type { StreamDuplex } from './stream-duplex.ts';

/** 3.5.0's limit for a daemon; nobody has more paths to say. */
const MOST_WORDS = 16000;
const MOST_BYTES = 4 << 20;

/** The bytes for latin1 words that follow the compact word. */
export function secludedBlock(words: readonly string[]): Buffer {
  const text = ['rsync', ...words.map((word) => (word === '' ? '.' : word))].map((word) => `${word}\0`);
  return Buffer.from(`${text.join('')}\0`, 'latin1');
}

/**
 * Reads the block at the start of a server's input; what follows it goes back to the duplex.
 * @returns the words without the first one, which is the program's name; latin1
 * @throws RunError (exit 12) when the input ends early, (exit 2) when it is too long
 */
export async function readSecludedWords(duplex: StreamDuplex): Promise<string[]> {
  const reader = new BlockReader();
  duplex.attach(reader);
  try {
    const words = await reader.words;
    return words.slice(1);
  } finally {
    duplex.detach();
    duplex.unshift(reader.rest);
  }
}

class BlockReader implements DuplexSink {
  readonly words: Promise<string[]>;
  /** Bytes after the block. */
  rest: Uint8Array = new Uint8Array(0);
  readonly #words: string[] = [];
  #partial = '';
  #bytes = 0;
  #settled = false;
  #resolve: (words: string[]) => void = () => undefined;
  #reject: (error: RunError) => void = () => undefined;

  constructor() {
    this.words = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  data(bytes: Uint8Array): void {
    if (this.#settled) {
      this.rest = Buffer.concat([this.rest, bytes]);
      return;
    }
    let start = 0;
    for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, start)) {
      const word = this.#partial + latin1(bytes.subarray(start, end));
      this.#partial = '';
      start = end + 1;
      if (word === '') {
        this.rest = bytes.slice(start);
        this.#settled = true;
        this.#resolve(this.#words);
        return;
      }
      this.#words.push(word);
      if (this.#words.length > MOST_WORDS) return this.#fail('too many arguments', 2);
    }
    this.#partial += latin1(bytes.subarray(start));
    this.#bytes += bytes.length;
    if (this.#bytes > MOST_BYTES) this.#fail('the arguments are too long', 2);
  }

  end(): void {
    this.#fail('the connection ended within the arguments', 12);
  }

  error(): void {
    this.end();
  }

  drain(): void {
    // Nothing is written while arguments are read.
  }

  #fail(text: string, exitCode: number): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#reject(new RunError('ERR_ARGUMENTS', `rsync: ${text}`, exitCode));
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
