// The head of a file's block sums, and how a generator chooses its numbers (docs/protocol/04-transfer.md sections 4.1-4.3).
// Pure arithmetic; reading and checking a peer's head is the codec's work.

/** Strong sums, block length and count of one basis file. All zero = no basis. */
export interface SumHead {
  readonly count: number;
  /** Bytes of every block but a short last one. */
  readonly blockLength: number;
  /** Bytes of each strong sum on the wire. */
  readonly s2Length: number;
  /** Bytes of the short last block; 0 = the last block is full. */
  readonly remainder: number;
}

export interface SumHeadChoice {
  readonly protocol: number;
  /** Digest length of the transfer's checksum: a strong sum is never longer. */
  readonly digestBytes: number;
  /** `--block-size`; 0 or left out = chosen by length. */
  readonly blockLength?: number;
  /** Redo phase: full strong sums. */
  readonly redo?: boolean;
}

const SHORTEST_BLOCK = 700;
const LONGEST_BLOCK = 131072;
const LONGEST_BLOCK_OLD = 2 ** 29;
const LONGEST_STRONG_SUM = 16;
const MOST_BLOCKS = 2 ** 31 - 1;

/** Longest block length that a peer of this protocol may ask for. */
function longestBlock(protocol: number): number {
  return protocol < 30 ? LONGEST_BLOCK_OLD : LONGEST_BLOCK;
}

/** Integer square root rounded down to a multiple of 8, within 700 and the protocol's longest. */
function defaultBlockLength(basisBytes: number, protocol: number): number {
  if (basisBytes <= SHORTEST_BLOCK * SHORTEST_BLOCK) return SHORTEST_BLOCK;
  const longest = longestBlock(protocol);
  let bit = 1;
  for (let rest = Math.floor(basisBytes / 4); rest > 0; rest = Math.floor(rest / 4)) bit *= 2;
  if (bit >= longest) return longest;
  let length = 0;
  for (; bit >= 8; bit /= 2) {
    if (basisBytes >= (length + bit) * (length + bit)) length += bit;
  }
  return Math.max(length, SHORTEST_BLOCK);
}

function strongSumBytes(basisBytes: number, blockLength: number): number {
  let bits = 10;
  for (let rest = Math.floor(basisBytes / 2); rest > 0; rest = Math.floor(rest / 2)) bits += 2;
  for (let rest = blockLength >>> 1; rest > 0 && bits > 0; rest >>>= 1) bits--;
  return Math.max(2, Math.trunc((bits + 1 - 32 + 7) / 8));
}

/**
 * The head for a basis of so many bytes. undefined: its blocks cannot be counted in 31 bits; the file is then requested
 * without a basis.
 */
export function chooseSumHead(basisBytes: number, choice: SumHeadChoice): SumHead | undefined {
  const blockLength = choice.blockLength || defaultBlockLength(basisBytes, choice.protocol);
  const count = Math.ceil(basisBytes / blockLength);
  if (count > MOST_BLOCKS) return undefined;
  const most = Math.min(LONGEST_STRONG_SUM, choice.digestBytes);
  const s2Length = choice.redo ? most : Math.min(most, strongSumBytes(basisBytes, blockLength));
  return { count, blockLength, s2Length, remainder: basisBytes % blockLength };
}
