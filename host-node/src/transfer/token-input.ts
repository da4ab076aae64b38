// Where a file's tokens come from: the plain stream here, compressed ones in compression/ (04-transfer.md §7).
// Counterpart of token-output.ts. Knows no basis: block numbers are checked by whoever holds the sum head.
import type { CoreInstance } from '@ocrsync/core/instance';
import { TOKEN_END, TOKEN_LITERAL, type WireReader } from '@ocrsync/core/wire-reader';

export type TokenKind = 'literal' | 'match' | 'end';

/** One file's tokens, one after the other. */
export interface TokenInput {
  /** A file begins. `discard`: its data is not wanted; methods without memory between files need not decode it. */
  begin(discard: boolean): void;
  /** Takes the next token; false: more of the peer's bytes are needed (`channel.more()`). Throws ProtocolError. */
  tryNext(): boolean;
  readonly kind: TokenKind;
  /** Literal: the bytes, valid until the next call of anything that reads. */
  literal(): Uint8Array;
  /** Literal: its address when it lies in the core's memory, else -1. */
  readonly address: number;
  /** Match: consecutive blocks. */
  readonly block: number;
  readonly blockCount: number;
  /** The method takes the data of each matched block into its window (zlib): {@link matched} must be called. */
  readonly wantsMatched: boolean;
  /** A piece of a matched block that lies at `address` in the core's memory. */
  matched(address: number, lengthBytes: number): void;
}

/** The stream without compression (§7.1). */
export class PlainTokenInput implements TokenInput {
  readonly wantsMatched = false;
  readonly blockCount = 1;
  readonly #core: CoreInstance;
  readonly #reader: WireReader;

  constructor(core: CoreInstance, reader: WireReader) {
    this.#core = core;
    this.#reader = reader;
  }

  begin(): void {
    // A plain stream has no state between files.
  }

  tryNext(): boolean {
    return this.#reader.tryPlainToken();
  }

  get kind(): TokenKind {
    const kind = this.#reader.tokenKind;
    return kind === TOKEN_LITERAL ? 'literal' : kind === TOKEN_END ? 'end' : 'match';
  }

  literal(): Uint8Array {
    const { at, length } = this.#reader;
    return this.#core.u8.subarray(at, at + length);
  }

  get address(): number {
    return this.#reader.at;
  }

  get block(): number {
    return this.#reader.block;
  }

  matched(): void {
    // Never called: see wantsMatched.
  }
}
