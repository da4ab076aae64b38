// Where the matcher's events go: the token stream of one file, plain or compressed (docs/protocol/04-transfer.md §7).
import type { WireWriter } from '@ocrsync/core/wire-writer';

/** One file's tokens, in file order. Addresses are in core memory and valid during the call. */
export interface TokenOutput {
  begin(): void;
  literal(address: number, lengthBytes: number): void;
  /** Consecutive blocks whose data lies at `address` (the old zlib method takes it into its window). */
  match(
    firstBlock: number,
    blockCount: number,
    address: number,
    lengthBytes: number,
    blockLength: number,
  ): void;
  end(): void;
}

/** The stream without compression (§7.1). */
export class PlainTokenOutput implements TokenOutput {
  readonly #writer: WireWriter;

  constructor(writer: WireWriter) {
    this.#writer = writer;
  }

  begin(): void {
    // A plain stream has no state between files.
  }

  literal(address: number, lengthBytes: number): void {
    this.#writer.literal(address, lengthBytes);
  }

  match(firstBlock: number, blockCount: number): void {
    for (let i = 0; i < blockCount; i++) this.#writer.matchToken(firstBlock + i);
  }

  end(): void {
    this.#writer.endToken();
  }
}
