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

/** The matches of upstream's greedy search, in file order. */
export function referenceMatches(
  file: Uint8Array,
  sums: ReferenceSums,
  digest: Digest,
  inPlace: boolean,
): Match[] {
  const { count, blockLength, remainder } = sums.head;
  const matches: Match[] = [];
  if (count === 0) return matches;
  const lengthOf = (i: number): number => (i === count - 1 && remainder !== 0 ? remainder : blockLength);
  const unchanged = new Set<number>();
  const candidates = new Map<number, number[]>();
  for (let i = count - 1; i >= 0; i--) {
    const list = candidates.get(sums.sum1[i]!);
    if (list === undefined) candidates.set(sums.sum1[i]!, [i]);
    else list.push(i);
  }
  const usable = (i: number, offset: number): boolean =>
    !inPlace || i * blockLength >= offset || unchanged.has(i);
  let want = 0;
  let offset = 0;
  const end = file.length + 1 - lengthOf(count - 1);
  let rolling: [number, number] | undefined;
  while (offset < end) {
    const length = Math.min(blockLength, file.length - offset);
    if (rolling === undefined) {
      const sum = rollingSum(file.subarray(offset, offset + length));
      rolling = [sum & 0xffff, sum >>> 16];
    }
    const sum1 = ((rolling[0] & 0xffff) | ((rolling[1] & 0xffff) << 16)) >>> 0;
    let strong: string | undefined;
    let found = -1;
    for (const i of candidates.get(sum1) ?? []) {
      if (!usable(i, offset) || lengthOf(i) !== length) continue;
      strong ??= digest(file.subarray(offset, offset + length));
      if (strong !== sums.digests[i]) continue;
      found = i;
      break;
    }
    if (found >= 0) {
      if (inPlace) {
        const own = Math.ceil(offset / blockLength);
        const at = own * blockLength;
        const aligned =
          own < count &&
          (at === offset || (sum1 === 0 && length === blockLength && at + length <= file.length)) &&
          (own === found ||
            (sums.sum1[own] === sum1 && lengthOf(own) === length && sums.digests[own] === strong)) &&
          (at === offset ||
            (rollingSum(file.subarray(at, at + length)) === sum1 &&
              digest(file.subarray(at, at + length)) === sums.digests[own]));
        if (aligned) {
          found = want = own;
          offset = at;
          unchanged.add(own);
        }
      }
      if (
        found !== want &&
        want < count &&
        usable(want, offset) &&
        sums.sum1[want] === sum1 &&
        lengthOf(want) === length &&
        sums.digests[want] === strong
      ) {
        found = want;
      }
      want = found + 1;
      matches.push({ offset, block: found });
      offset += lengthOf(found);
      rolling = undefined;
      continue;
    }
    const signed = (at: number): number => (file[at]! > 127 ? file[at]! - 256 : file[at]!);
    rolling[0] -= signed(offset);
    rolling[1] -= length * signed(offset);
    if (offset + length < file.length) {
      rolling[0] += signed(offset + length);
      rolling[1] += rolling[0];
    }
    rolling = [rolling[0] & 0xffff, rolling[1] & 0xffff];
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
