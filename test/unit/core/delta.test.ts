// The matcher's choices one by one, the offsets beyond 4 GiB, append mode, and what hostile sums can cost.
import { describe, expect, test } from 'vitest';
import { KIND_MD5, KIND_NONE, KIND_SHA1, KIND_XXH128, KIND_XXH64 } from '@ocrsync/core/checksum-kinds';
import { DeltaMatcher } from '@ocrsync/core/delta';
import type { DeltaOptions, DeltaSink } from '@ocrsync/core/delta';
import { TokenCollector, patch } from '@ocrsync/core/delta-patch';
import type { DeltaToken } from '@ocrsync/core/delta-patch';
import { DeltaLimitError, MAX_BLOCKS } from '@ocrsync/core/delta-sums';
import { CoreInstance } from '@ocrsync/core/instance';
import { BlockSigner } from '@ocrsync/core/signature';
import { chooseSumHead } from '@ocrsync/core/sum-head';
import type { SumHead } from '@ocrsync/core/sum-head';

const SILENT: DeltaSink = { literal: () => undefined, match: () => undefined };

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

function headOf(basis: Uint8Array, blockLength: number, s2Length = 8): SumHead {
  return {
    count: Math.ceil(basis.length / blockLength),
    blockLength,
    s2Length,
    remainder: basis.length % blockLength,
  };
}

function signatureOf(basis: Uint8Array, head: SumHead, kind: number, seed: number): Uint8Array {
  const core = new CoreInstance();
  const signer = new BlockSigner(core);
  const pieces: Uint8Array[] = [];
  signer.open(head, kind, seed);
  for (let at = 0; !signer.done;) {
    const view = signer.window();
    view.set(basis.subarray(at, at + view.length));
    at += view.length;
    signer.feed(view.length, (address, n) => void pieces.push(core.u8.slice(address, address + n)));
  }
  return Buffer.concat(pieces);
}

function startWithSums(
  core: CoreInstance,
  head: SumHead,
  sums: Uint8Array,
  options: DeltaOptions,
): DeltaMatcher {
  const matcher = new DeltaMatcher(core);
  matcher.open(head, options);
  const wire = core.alloc(sums.length);
  core.u8.set(sums, wire);
  expect(matcher.sums.take(wire, sums.length)).toBe(sums.length);
  core.free(wire);
  matcher.start();
  return matcher;
}

function feedAll(matcher: DeltaMatcher, file: Uint8Array, sink: DeltaSink): void {
  for (let at = 0; !matcher.done;) {
    const view = matcher.window();
    const n = Math.min(view.length, file.length - at);
    view.set(file.subarray(at, at + n));
    at += n;
    matcher.feed(n, at === file.length, sink);
  }
}

/** Tokens of `file` against `basis`, written as text: literals in quotes, blocks as numbers. */
function delta(basis: string, file: string, blockLength: number, inPlace = false): string {
  const core = new CoreInstance();
  const head = headOf(bytesOf(basis), blockLength);
  const options = { kind: KIND_MD5, seed: 1, inPlace };
  const matcher = startWithSums(core, head, signatureOf(bytesOf(basis), head, KIND_MD5, 1), options);
  const collector = new TokenCollector(core);
  feedAll(matcher, bytesOf(file), collector);
  if (!inPlace) {
    expect(Buffer.from(patch(bytesOf(basis), head, collector.tokens)).toString('latin1')).toBe(file);
  }
  return collector.tokens.map(tokenText).join(' ');
}

function tokenText(token: DeltaToken): string {
  if ('literal' in token) return `'${Buffer.from(token.literal).toString('latin1')}'`;
  return Array.from({ length: token.blockCount }, (_, i) => token.firstBlock + i).join(' ');
}

describe('the choice of blocks', () => {
  test('prefers the block after the last match, else the highest (observed with upstream)', () => {
    const A = 'a'.repeat(16);
    const B = 'b'.repeat(16);
    expect(delta(A + A + A + A + A + B + A + A, `zz${A}${A}${A}${B}${A}`, 16)).toBe("'zz' 0 1 2 5 6");
    expect(delta(B + A + A, A, 16)).toBe('2');
  });

  test('gives the tokens of the captured stream: one changed byte between two blocks', () => {
    const basis = 'AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIIIJJJJKKKK';
    const file = 'AAAABBBBCCCCDDDDEEEEFFxFGGGGHHHHIIIIJJJJKKKK';
    expect(delta(basis, file, 16)).toBe("0 'EEEEFFxFGGGGHHHH' 2");
  });

  test('uses a short last block only at the end of the file', () => {
    expect(delta('0123456789abcdefXYZ', '0123456789abcdefXYZ', 16)).toBe('0 1');
    expect(delta('0123456789abcdefXYZ', '--XYZ', 16)).toBe("'--' 1");
    expect(delta('0123456789abcdefXYZ', 'XYZ0123456789abcdef', 16)).toBe("'XYZ' 0");
    expect(delta('XYZ', 'XYZ', 16)).toBe('0');
  });

  test('in place, does not use a block that lies before the write position (observed with upstream)', () => {
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(16)) as [
      string,
      string,
      string,
      string,
    ];
    const file = b + a + c + d + a;
    expect(delta(a + b + c + d, file, 16)).toBe('1 0 2 3 0');
    expect(delta(a + b + c + d, file, 16, true)).toBe(`1 '${a}' 2 3 '${a}'`);
  });

  test('in place, a block found at its own place may be used again', () => {
    const a = 'a'.repeat(16);
    const b = 'b'.repeat(16);
    expect(delta(a + b, a + b + a, 16, true)).toBe('0 1 0');
  });

  test('in place, a run of zeros is aligned to the blocks of the basis', () => {
    const zeros = '\0'.repeat(48);
    expect(delta(zeros, `xyz${zeros}`, 16, true)).toBe(`'xyz${'\0'.repeat(13)}' 1 2 '${'\0'.repeat(3)}'`);
  });
});

test('offsets beyond 4 GiB: the in-place rule compares whole file offsets', () => {
  const blockLength = 131072;
  const count = 40000;
  const core = new CoreInstance();
  const lastBlock = new Uint8Array(blockLength).fill(7);
  const one = signatureOf(lastBlock, headOf(lastBlock, blockLength), KIND_XXH64, 5);
  // Block 0 and block 39999 (at 5.2 GB) have the bytes that the file has at 4.9 GB; the others match nothing.
  const sums = new Uint8Array(count * 12);
  for (let i = 0; i < count; i++) sums.set([i, i >> 8, 1, 2, i, i >> 8, 9, 9, 9, 9, 9, 9], i * 12);
  sums.set(one, 0);
  sums.set(one, (count - 1) * 12);
  const head = { count, blockLength, s2Length: 8, remainder: 0 };
  const matcher = startWithSums(core, head, sums, { kind: KIND_XXH64, seed: 5, inPlace: true });
  const matches: [number, number][] = [];
  let offset = 0;
  const sink: DeltaSink = {
    literal: (_address, n) => void (offset += n),
    match: (block, blockCount, _address, n) => {
      matches.push([offset, block]);
      expect(blockCount).toBe(1);
      offset += n;
    },
  };
  // The skipped stretch is a jump of the record's own file offset (its field at byte 144), not 4.9 GB of reading.
  const farOffset = 37500 * blockLength + 5;
  const record = recordOf(core, matcher);
  const view = new DataView(core.u8.buffer, record + 144, 8);
  view.setBigUint64(0, BigInt(farOffset), true);
  const room = matcher.window();
  room.fill(7, 0, blockLength);
  matcher.feed(blockLength, true, sink);
  expect(matches).toEqual([[0, count - 1]]);
});

/** The address of a matcher's record: the only region in which its head's count and block length stand side by side. */
function recordOf(core: CoreInstance, matcher: DeltaMatcher): number {
  expect(matcher.done).toBe(false);
  const at = core.u32.findIndex((value, i) => value === 40000 && core.u32[i + 1] === 131072);
  return at * 4;
}

describe('append mode', () => {
  const head = { count: 3, blockLength: 4, s2Length: 2, remainder: 2 };

  test('verify: the prefix is consumed but not sent', () => {
    const core = new CoreInstance();
    const matcher = new DeltaMatcher(core);
    const collector = new TokenCollector(core);
    let hashed = '';
    matcher.open(head, { kind: KIND_MD5, seed: 1, append: 'verify' });
    expect(matcher.sums.missing).toBe(0);
    matcher.start();
    expect(matcher.readFrom).toBe(0);
    feedAll(matcher, bytesOf('0123456789more'), {
      literal: (address, n) => collector.literal(address, n),
      match: () => expect.unreachable(),
      consumed: (address, n) =>
        void (hashed += Buffer.from(core.u8.slice(address, address + n)).toString('latin1')),
    });
    expect(collector.tokens.map(tokenText).join(' ')).toBe("'more'");
    expect(hashed).toBe('0123456789more');
  });

  test('skip: reading begins behind the basis', () => {
    const matcher = new DeltaMatcher(new CoreInstance());
    matcher.open(head, { kind: KIND_MD5, seed: 1, append: 'skip' });
    matcher.start();
    expect(matcher.readFrom).toBe(10);
    matcher.window().set(bytesOf('more'));
    matcher.feed(4, true, SILENT);
    expect(matcher.literalBytes).toBe(4);
  });

  test('a file that became shorter than the prefix ends quietly', () => {
    const matcher = new DeltaMatcher(new CoreInstance());
    matcher.open(head, { kind: KIND_MD5, seed: 1, append: 'verify' });
    matcher.start();
    feedAll(matcher, bytesOf('0123'), SILENT);
    expect([matcher.literalBytes, matcher.matchedBytes]).toEqual([0, 0]);
  });
});

describe('hostile sums', () => {
  /** `count` sums with the same sum1 and digests that match nothing. */
  function equalSums(count: number, sum1: number, s2Length: number): Uint8Array {
    const sums = new Uint8Array(count * (4 + s2Length)).fill(0xa5);
    const view = new DataView(sums.buffer);
    for (let i = 0; i < count; i++) view.setUint32(i * (4 + s2Length), sum1, true);
    return sums;
  }

  test('a million blocks with the sum of zeros cost a file of zeros a bounded amount of work', () => {
    const core = new CoreInstance();
    const head = { count: 1_000_000, blockLength: 131072, s2Length: 16, remainder: 0 };
    const matcher = startWithSums(core, head, equalSums(head.count, 0, 16), { kind: KIND_XXH128, seed: 1 });
    feedAll(matcher, new Uint8Array(8 << 20), SILENT);
    expect(matcher.literalBytes).toBe(8 << 20);
    expect(matcher.matchedBytes).toBe(0);
    // 64 MiB to begin with and 122 bytes (four times chance) per byte scanned, at 128 KiB + 1024 * 64 for each false alarm.
    expect(matcher.falseAlarms).toBeLessThan((64 * 2 ** 20 + 123 * 2 ** 23) / (131072 + 65536) + 10);
    expect(matcher.refusedOffsets).toBeGreaterThan(7 << 20);
  });

  test('the same in place: overwritten blocks leave the chain once', () => {
    const core = new CoreInstance();
    const head = { count: 1_000_000, blockLength: 1, s2Length: 16, remainder: 0 };
    const options = { kind: KIND_XXH128, seed: 1, inPlace: true };
    const matcher = startWithSums(core, head, equalSums(head.count, 0, 16), options);
    feedAll(matcher, new Uint8Array(1 << 20), SILENT);
    expect(matcher.literalBytes).toBe(1 << 20);
  });

  test('after false alarms used up their credit, honest blocks are found again', () => {
    const core = new CoreInstance();
    const block = Uint8Array.from({ length: 131072 }, (_, i) => (i * 2654435761) >>> 13);
    const one = signatureOf(block, headOf(block, 131072, 16), KIND_XXH128, 1);
    const sums = Buffer.concat([equalSums(1000, 0, 16), one]);
    const head = { count: 1001, blockLength: 131072, s2Length: 16, remainder: 0 };
    const matcher = startWithSums(core, head, sums, { kind: KIND_XXH128, seed: 1 });
    const quiet = new Uint8Array(4 << 20).map((_, i) => (i * i) >>> 7);
    feedAll(matcher, Buffer.concat([new Uint8Array(2 << 20), quiet, block]), SILENT);
    expect(matcher.refusedOffsets).toBeGreaterThan(0);
    expect(matcher.matchedBytes).toBe(131072);
  });

  test('heads out of bounds are refused before memory is taken', () => {
    const core = new CoreInstance();
    const matcher = new DeltaMatcher(core);
    const used = core.usedBytes;
    const good = { count: 1, blockLength: 700, s2Length: 2, remainder: 0 };
    const bad = [
      { ...good, count: MAX_BLOCKS + 1 },
      { ...good, count: -1 },
      { ...good, blockLength: 0 },
      { ...good, blockLength: 2 ** 29 + 1 },
      { ...good, remainder: 701 },
      { ...good, s2Length: 17 },
      { ...good, s2Length: Number.NaN },
    ];
    for (const head of bad) {
      expect(() => matcher.open(head, { kind: KIND_MD5, seed: 1 }), JSON.stringify(head)).toThrow(
        DeltaLimitError,
      );
    }
    matcher.open({ ...good, count: MAX_BLOCKS }, { kind: KIND_SHA1, seed: 1 });
    expect(core.usedBytes).toBe(used);
    expect(() => matcher.start()).toThrow('block sums are missing');
    expect(() => matcher.window()).toThrow();
  });

  test('without a strong sum nothing is matched', () => {
    for (const [kind, s2Length] of [
      [KIND_NONE, 1],
      [KIND_MD5, 0],
    ] as const) {
      const core = new CoreInstance();
      const head = { count: 2, blockLength: 4, s2Length, remainder: 0 };
      const matcher = startWithSums(core, head, new Uint8Array(2 * (4 + s2Length)), { kind, seed: 1 });
      feedAll(matcher, new Uint8Array(8), SILENT);
      expect(matcher.literalBytes).toBe(8);
    }
  });
});

test('one matcher serves file after file, and gives all memory back', () => {
  const core = new CoreInstance();
  const before = core.usedBytes;
  const basis = Uint8Array.from({ length: 50_000 }, (_, i) => (i * i) >>> 5);
  const matcher = new DeltaMatcher(core);
  for (const blockLength of [700, 7, 4096, 131072]) {
    const head = headOf(basis, blockLength);
    const sums = signatureOf(basis, head, KIND_XXH64, 3);
    matcher.open(head, { kind: KIND_XXH64, seed: 3 });
    const wire = core.alloc(sums.length);
    core.u8.set(sums, wire);
    matcher.sums.take(wire, sums.length);
    core.free(wire);
    matcher.start();
    feedAll(matcher, basis, SILENT);
    expect(matcher.matchedBytes).toBe(basis.length);
  }
  matcher.dispose();
  expect(core.usedBytes).toBe(before);
});

test('a block length of 32 MiB works: the window grows with what is read', () => {
  const blockLength = 32 << 20;
  const basis = new Uint8Array(blockLength + 5).map((_, i) => (i * 31) >>> 9);
  const core = new CoreInstance();
  const head = headOf(basis, blockLength);
  const sums = signatureOf(basis, head, KIND_XXH64, 3);
  const matcher = startWithSums(core, head, sums, { kind: KIND_XXH64, seed: 3 });
  const collector = new TokenCollector(core);
  feedAll(matcher, Buffer.concat([bytesOf('front'), basis]), collector);
  expect(collector.tokens.map((token) => ('literal' in token ? token.literal.length : token))).toEqual([
    5,
    { firstBlock: 0, blockCount: 2 },
  ]);
});

test('patch refuses blocks that the basis does not have', () => {
  const basis = bytesOf('0123456789');
  const head = headOf(basis, 4);
  for (const [firstBlock, blockCount] of [
    [3, 1],
    [2, 2],
    [-1, 1],
    [0, 0],
    [0.5, 1],
  ] as const) {
    expect(() => patch(basis, head, [{ firstBlock, blockCount }])).toThrow(RangeError);
  }
  expect(() => patch(basis.subarray(0, 9), head, [{ firstBlock: 2, blockCount: 1 }])).toThrow(RangeError);
});

test('sum heads are chosen as upstream chooses them (observed table of 04-transfer.md 4.3)', () => {
  const table = [
    [1, 1, 1, 700, 2],
    [700, 1, 0, 700, 2],
    [701, 2, 1, 700, 2],
    [100000, 143, 600, 700, 2],
    [490000, 700, 0, 700, 2],
    [490001, 701, 1, 700, 2],
    [500000, 711, 160, 704, 2],
    [1000000, 1000, 0, 1000, 2],
    [1048576, 1024, 0, 1024, 2],
    [10000000, 3165, 1760, 3160, 2],
    [16777215, 4105, 63, 4088, 2],
    [16777216, 4096, 0, 4096, 2],
    [100000000, 10000, 0, 10000, 3],
    [1000000000, 31630, 17536, 31616, 3],
    [1073741824, 32768, 0, 32768, 3],
    [4294967296, 65536, 0, 65536, 4],
    [10000000000, 100000, 0, 100000, 4],
    [17179869183, 131081, 63, 131064, 4],
    [17179869184, 131072, 0, 131072, 4],
    [100000000000, 762940, 59392, 131072, 5],
    [1000000000000, 7629395, 69632, 131072, 5],
    [10000000000000, 76293946, 40960, 131072, 6],
  ] as const;
  for (const [lengthBytes, count, remainder, blockLength, s2Length] of table) {
    const head = chooseSumHead(lengthBytes, { protocol: 32, digestBytes: 16 });
    expect(head).toEqual({ count, remainder, blockLength, s2Length });
  }
  expect(chooseSumHead(10 ** 12, { protocol: 29, digestBytes: 16 })?.blockLength).toBe(1_000_000);
  expect(chooseSumHead(5000, { protocol: 32, digestBytes: 8, redo: true })?.s2Length).toBe(8);
  expect(chooseSumHead(2 ** 31, { protocol: 32, digestBytes: 16, blockLength: 1 })).toBeUndefined();
});
