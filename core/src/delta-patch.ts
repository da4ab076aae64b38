// Basis and tokens back to the file, in memory, for users of the core alone and for tests. A receiver that works on
// files does the same with its own reads and writes.
import type { DeltaSink } from './delta.ts';
import type { CoreInstance } from './instance.ts';
import type { SumHead } from './sum-head.ts';

/** Literal bytes, or consecutive blocks of the basis. */
export type DeltaToken =
  { readonly literal: Uint8Array } | { readonly firstBlock: number; readonly blockCount: number };

/** A sink that copies the events of a matcher out of core memory. */
export class TokenCollector implements DeltaSink {
  readonly tokens: DeltaToken[] = [];
  readonly #core: CoreInstance;

  constructor(core: CoreInstance) {
    this.#core = core;
  }

  literal(address: number, lengthBytes: number): void {
    this.tokens.push({ literal: this.#core.u8.slice(address, address + lengthBytes) });
  }

  match(firstBlock: number, blockCount: number): void {
    this.tokens.push({ firstBlock, blockCount });
  }
}

/** Where blocks begin and end in the basis. RangeError for blocks that the head does not have. */
export function blockSpan(
  head: SumHead,
  firstBlock: number,
  blockCount: number,
): { start: number; end: number } {
  const after = firstBlock + blockCount;
  if (!Number.isSafeInteger(firstBlock) || firstBlock < 0 || blockCount < 1 || !(after <= head.count)) {
    throw new RangeError(`blocks ${firstBlock}+${blockCount} of ${head.count}`);
  }
  const shortBytes = after === head.count && head.remainder !== 0 ? head.blockLength - head.remainder : 0;
  return { start: firstBlock * head.blockLength, end: after * head.blockLength - shortBytes };
}

/** The file that the tokens describe. RangeError for tokens that reach outside the basis. */
export function patch(basis: Uint8Array, head: SumHead, tokens: Iterable<DeltaToken>): Uint8Array {
  const pieces: Uint8Array[] = [];
  let totalBytes = 0;
  for (const token of tokens) {
    const piece = 'literal' in token ? token.literal : basisPiece(basis, head, token);
    pieces.push(piece);
    totalBytes += piece.length;
  }
  const file = new Uint8Array(totalBytes);
  let at = 0;
  for (const piece of pieces) {
    file.set(piece, at);
    at += piece.length;
  }
  return file;
}

function basisPiece(
  basis: Uint8Array,
  head: SumHead,
  token: { readonly firstBlock: number; readonly blockCount: number },
): Uint8Array {
  const { start, end } = blockSpan(head, token.firstBlock, token.blockCount);
  if (end > basis.length) throw new RangeError(`basis of ${basis.length} bytes, block ends at ${end}`);
  return basis.subarray(start, end);
}
