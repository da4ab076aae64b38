// A slow, scalar matcher written from docs/protocol/04-transfer.md sections 6.2 and 6.3 alone, and random files for it.
import type { SumHead } from '@ocrsync/core/sum-head';

export interface Match {
  readonly offset: number;
  readonly block: number;
}

export interface ReferenceSums {
  readonly head: SumHead;
  readonly sum1: readonly number[];
  /** The first s2Length bytes of each digest. */
  readonly digests: readonly string[];
}

/** Blocks with one sum1 that are compared at one offset: a limit of 3.5.0 and ours, which 3.4.1 does not have. */
const CANDIDATE_LIMIT = 1024;

export type Digest = (bytes: Uint8Array) => string;

/** Sum of signed bytes, and sum of its running values, each cut to 16 bits. */
export function rollingSum(bytes: Uint8Array): number {
  let s1 = 0;
  let s2 = 0;
  for (const byte of bytes) {
    s1 += byte > 127 ? byte - 256 : byte;
    s2 += s1;
  }
  return (((s1 & 0xffff) | ((s2 & 0xffff) << 16)) >>> 0) as number;
}

export function referenceSums(basis: Uint8Array, head: SumHead, digest: Digest): ReferenceSums {
  const sum1: number[] = [];
  const digests: string[] = [];
  for (let i = 0; i < head.count; i++) {
    const block = basis.subarray(i * head.blockLength, Math.min(basis.length, (i + 1) * head.blockLength));
    sum1.push(rollingSum(block));
    digests.push(digest(block));
  }
  return { head, sum1, digests };
}

/** Upstream's search, one offset at a time, over a whole file in memory. */
class ReferenceSearch {
  want = 0;
  readonly #file: Uint8Array;
  readonly #sums: ReferenceSums;
  readonly #digest: Digest;
  readonly #inPlace: boolean;
  readonly #unchanged = new Set<number>();
  /** Blocks of each sum1, the highest first. */
  readonly #candidates = new Map<number, number[]>();

  constructor(file: Uint8Array, sums: ReferenceSums, digest: Digest, inPlace: boolean) {
    this.#file = file;
    this.#sums = sums;
    this.#digest = digest;
    this.#inPlace = inPlace;
    for (let i = sums.head.count - 1; i >= 0; i--) {
      const list = this.#candidates.get(sums.sum1[i]!);
      if (list === undefined) this.#candidates.set(sums.sum1[i]!, [i]);
      else list.push(i);
    }
  }

  lengthOf(block: number): number {
    const { count, blockLength, remainder } = this.#sums.head;
    return block === count - 1 && remainder !== 0 ? remainder : blockLength;
  }

  /** The match at an offset whose window of `length` bytes has this sum; in place it may begin further on. */
  matchAt(offset: number, length: number, sum1: number): Match | undefined {
    const { want } = this;
    const isWanted = (digest: string): boolean =>
      want < this.#sums.head.count && this.#usable(want, offset) && this.#is(want, length, sum1, digest);
    let strong: string | undefined;
    let tried = 0;
    for (const block of this.#candidates.get(sum1) ?? []) {
      if (!this.#usable(block, offset) || this.lengthOf(block) !== length) continue;
      strong ??= this.#digest(this.#file.subarray(offset, offset + length));
      if (strong !== this.#sums.digests[block]) {
        if (++tried < CANDIDATE_LIMIT) continue;
        if (!isWanted(strong)) return undefined;
        const aligned = this.#inPlace ? this.#ownPlace(offset, length, sum1, strong, want) : undefined;
        return aligned ?? { offset, block: want };
      }
      const own = this.#inPlace ? this.#ownPlace(offset, length, sum1, strong, block) : undefined;
      if (own !== undefined) return own;
      return { offset, block: isWanted(strong) ? want : block };
    }
    return undefined;
  }

  #usable(block: number, offset: number): boolean {
    return !this.#inPlace || block * this.#sums.head.blockLength >= offset || this.#unchanged.has(block);
  }

  #is(block: number, length: number, sum1: number, strong: string): boolean {
    return (
      this.#sums.sum1[block] === sum1 &&
      this.lengthOf(block) === length &&
      this.#sums.digests[block] === strong
    );
  }

  /** The alignment step of section 6.3. */
  #ownPlace(offset: number, length: number, sum1: number, strong: string, found: number): Match | undefined {
    const { count, blockLength } = this.#sums.head;
    const block = Math.ceil(offset / blockLength);
    const at = block * blockLength;
    if (block >= count || (block !== found && !this.#is(block, length, sum1, strong))) return undefined;
    if (at !== offset) {
      if (sum1 !== 0 || length !== blockLength || at + length > this.#file.length) return undefined;
      const there = this.#file.subarray(at, at + length);
      if (rollingSum(there) !== sum1 || this.#digest(there) !== this.#sums.digests[block]) return undefined;
    }
    this.#unchanged.add(block);
    return { offset: at, block };
  }
}

/** The matches of upstream's greedy search, in file order. */
export function referenceMatches(
  file: Uint8Array,
  sums: ReferenceSums,
  digest: Digest,
  inPlace: boolean,
): Match[] {
  const { count, blockLength } = sums.head;
  const matches: Match[] = [];
  if (count === 0) return matches;
  const search = new ReferenceSearch(file, sums, digest, inPlace);
  const end = file.length + 1 - search.lengthOf(count - 1);
  const signed = (at: number): number => (file[at]! > 127 ? file[at]! - 256 : file[at]!);
  let rolling: [number, number] | undefined;
  let offset = 0;
  while (offset < end) {
    const length = Math.min(blockLength, file.length - offset);
    if (rolling === undefined) {
      const sum = rollingSum(file.subarray(offset, offset + length));
      rolling = [sum & 0xffff, sum >>> 16];
    }
    const match = search.matchAt(offset, length, (rolling[0] | (rolling[1] << 16)) >>> 0);
    if (match !== undefined) {
      matches.push(match);
      search.want = match.block + 1;
      offset = match.offset + search.lengthOf(match.block);
      rolling = undefined;
      continue;
    }
    let s1 = rolling[0] - signed(offset);
    let s2 = rolling[1] - length * signed(offset);
    if (offset + length < file.length) {
      s1 += signed(offset + length);
      s2 += s1;
    }
    rolling = [s1 & 0xffff, s2 & 0xffff];
    offset++;
  }
  return matches;
}

/** A small generator that is the same everywhere: numbers from a 32-bit seed. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 <= n < limit. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

/** Bytes of a kind that files have: random, few values, zeros, a repeated pattern. */
export function randomBytes(random: Random, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  let at = 0;
  while (at < lengthBytes) {
    const run = Math.min(lengthBytes - at, 1 + random.below(Math.max(1, lengthBytes >> 1)));
    const style = random.below(5);
    const period = 1 + random.below(40);
    for (let i = 0; i < run; i++) {
      const back = at + i - period;
      if (style <= 1) bytes[at + i] = random.below(256);
      else if (style === 2) bytes[at + i] = random.below(2);
      else if (style === 3 && back >= 0) bytes[at + i] = bytes[back]!;
    }
    at += run;
  }
  return bytes;
}

/** `bytes` after a few random edits: insert, delete, flip, move, zero a run, repeat a run. */
export function edited(random: Random, bytes: Uint8Array): Uint8Array {
  let file = bytes.slice();
  for (let edits = random.below(8); edits > 0; edits--) {
    const at = random.below(file.length + 1);
    const run = Math.min(file.length - at, random.below(Math.max(2, file.length >> 2)));
    const piece = file.slice(at, at + run);
    const rest = [file.subarray(0, at), file.subarray(at + run)] as const;
    switch (random.below(6)) {
      case 0:
        file = concat(file.subarray(0, at), randomBytes(random, random.below(100)), file.subarray(at));
        break;
      case 1:
        file = concat(...rest);
        break;
      case 2:
        if (at < file.length) file[at] = file[at]! ^ (1 + random.below(255));
        break;
      case 3: {
        const without = concat(...rest);
        const to = random.below(without.length + 1);
        file = concat(without.subarray(0, to), piece, without.subarray(to));
        break;
      }
      case 4:
        file.fill(0, at, at + run);
        break;
      default:
        file = concat(file.subarray(0, at), piece, piece, file.subarray(at + run));
    }
  }
  return file;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
