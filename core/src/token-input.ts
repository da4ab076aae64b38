// What a receiver sees of a file's token stream, whatever its coding (docs/protocol/04-transfer.md §7), and the plain one.
import type { WireReader } from './wire-reader.ts';

/** One file after another: begin, tryToken until TOKEN_END, begin, … */
export interface TokenInput {
  /** Beginning of a file's tokens. */
  begin(): void;
  /** false: more bytes are needed (`reader.advance()`). Else see {@link tokenKind}. Throws ProtocolError. */
  tryToken(): boolean;
  /** TOKEN_LITERAL, TOKEN_MATCH or TOKEN_END of wire-reader.ts. */
  readonly tokenKind: number;
  /** TOKEN_LITERAL: `length` bytes of core memory, valid until the next call of anything here or of the reader. */
  readonly at: number;
  readonly length: number;
  /** TOKEN_MATCH: one block of the basis. Not checked against the number of blocks. */
  readonly block: number;
  /** Whether the data of every matched block has to be given to {@link matched}, before the next tryToken. */
  readonly wantsMatched: boolean;
  matched(at: number, length: number): void;
}

/** The stream without compression (§7.1). */
export class PlainTokenInput implements TokenInput {
  readonly #reader: WireReader;
  readonly wantsMatched = false;

  constructor(reader: WireReader) {
    this.#reader = reader;
  }

  begin(): void {
    // A plain stream has no state between files.
  }
  tryToken(): boolean {
    return this.#reader.tryPlainToken();
  }
  get tokenKind(): number {
    return this.#reader.tokenKind;
  }
  get at(): number {
    return this.#reader.at;
  }
  get length(): number {
    return this.#reader.length;
  }
  get block(): number {
    return this.#reader.block;
  }
  matched(): void {
    // Blocks leave no trace in a plain stream.
  }
}
