// What a synthetic tree holds, worked out from a seed and a shape at every question: nothing is stored, so that a tree of
// millions of files costs no memory. Part of synthetic-filesystem. Pure.
import type { FileStat } from './filesystem.ts';

/** `directories` below the top, each with `filesPerDirectory` files of `fileBytes` bytes. */
export interface SyntheticShape {
  readonly seed: number;
  readonly directories: number;
  readonly filesPerDirectory: number;
  readonly fileBytes: number;
}

/** One object: the top, a directory (by number) or a file (by directory and number). */
export type SyntheticNode =
  | { readonly kind: 'top' }
  | { readonly kind: 'directory'; readonly directory: number }
  | { readonly kind: 'file'; readonly directory: number; readonly file: number };

const DEVICE_NUMBER = 65;
const DIRECTORY_BYTES = 4096;
const DIRECTORY_MODE = 0o040755;
const FILE_MODE = 0o100644;
/** 2020-01-01: times lie in the two years after it. */
const FIRST_SECOND = 1_577_836_800;
const SPAN_SECONDS = 63_000_000;
const NAME_DIGITS = 7;
const WORD_BYTES = 4;

/** Scatters a number over 32 bits; a bijection. */
function mix(value: number): number {
  let mixed = value >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

const numbered = (letter: string, number: number): string =>
  letter + String(number).padStart(NAME_DIGITS, '0');

export class SyntheticTree {
  readonly shape: SyntheticShape;

  constructor(shape: SyntheticShape) {
    const { directories, filesPerDirectory } = shape;
    const limit = 10 ** NAME_DIGITS;
    if (directories > limit || filesPerDirectory > limit)
      throw new RangeError(`more than ${limit} of a kind`);
    this.shape = shape;
  }

  /** Names in a directory, in order. */
  *names(node: SyntheticNode): Generator<string> {
    const { directories, filesPerDirectory } = this.shape;
    const [letter, count] = node.kind === 'top' ? ['d', directories] : ['f', filesPerDirectory];
    for (let number = 0; number < count; number++) yield numbered(letter, number);
  }

  /** undefined: there is no such child. */
  child(node: SyntheticNode, name: string): SyntheticNode | undefined {
    if (node.kind === 'file') return undefined;
    const { directories, filesPerDirectory } = this.shape;
    const [letter, count] = node.kind === 'top' ? ['d', directories] : ['f', filesPerDirectory];
    const number = Number(name.slice(1));
    if (!(number < count) || name !== numbered(letter, number)) return undefined;
    return node.kind === 'top'
      ? { kind: 'directory', directory: number }
      : { kind: 'file', directory: node.directory, file: number };
  }

  stat(node: SyntheticNode): FileStat {
    const key = this.#key(node);
    const sec = FIRST_SECOND + (mix(key) % SPAN_SECONDS);
    const nsec = mix(key + 1) % 1_000_000_000;
    const isFile = node.kind === 'file';
    return {
      mode: isFile ? FILE_MODE : DIRECTORY_MODE,
      sizeBytes: isFile ? this.shape.fileBytes : DIRECTORY_BYTES,
      mtimeSec: sec,
      mtimeNsec: nsec,
      atimeSec: sec,
      atimeNsec: nsec,
      uid: 0,
      gid: 0,
      dev: DEVICE_NUMBER,
      ino: this.#ino(node),
      linkCount: this.#linkCount(node),
      rdevMajor: 0,
      rdevMinor: 0,
    };
  }

  /** The file's bytes from `position`; the count is less than asked for at the end only. */
  read(node: SyntheticNode, into: Uint8Array, position: number): number {
    const count = Math.max(0, Math.min(into.length, this.shape.fileBytes - position));
    const key = this.#key(node);
    for (let done = 0; done < count;) {
      const at = position + done;
      const word = mix(key + Math.floor(at / WORD_BYTES));
      for (let byte = at % WORD_BYTES; byte < WORD_BYTES && done < count; byte++) {
        into[done++] = word >>> (8 * byte);
      }
    }
    return count;
  }

  /** Above 2^53 numbers would repeat; a shape's limits stay below. */
  #ino(node: SyntheticNode): number {
    if (node.kind === 'top') return 1;
    const first = 2 + node.directory * (this.shape.filesPerDirectory + 1);
    return node.kind === 'directory' ? first : first + 1 + node.file;
  }

  #linkCount(node: SyntheticNode): number {
    if (node.kind === 'file') return 1;
    return node.kind === 'top' ? 2 + this.shape.directories : 2;
  }

  /** Where the scattered numbers of an object begin. */
  #key(node: SyntheticNode): number {
    const ino = this.#ino(node);
    return mix(mix(this.shape.seed ^ Math.floor(ino / 2 ** 32)) ^ (ino >>> 0));
  }
}
