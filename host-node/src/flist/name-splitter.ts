// Bytes of a --files-from file to names (docs/protocol/03-file-list.md §3.4). Reads nothing by itself.

/** What a name is cut to. */
const LONGEST_NAME_BYTES = 4095;

/** Names that somebody has listed, one after the other; latin1. */
export interface NameSource {
  /** undefined: there are no more. Never empty. */
  next(): string | undefined;
}

/** A file's bytes in pieces. */
export interface PieceSource {
  /** latin1; '' at the end. */
  read(): string;
}

/** Splits at CR and LF, or only at NUL. */
export class NameSplitter implements NameSource {
  readonly #pieces: PieceSource;
  readonly #separator: RegExp;
  #names: string[] = [];
  #at = 0;
  /** A name whose end was not seen yet. */
  #rest = '';
  #ended = false;

  constructor(pieces: PieceSource, from0: boolean) {
    this.#pieces = pieces;
    this.#separator = from0 ? /\0/ : /[\0\r\n]/;
  }

  next(): string | undefined {
    for (;;) {
      while (this.#at < this.#names.length) {
        const name = this.#names[this.#at++]!;
        if (name !== '') return name.slice(0, LONGEST_NAME_BYTES);
      }
      if (this.#ended) return undefined;
      this.#more();
    }
  }

  #more(): void {
    const piece = this.#pieces.read();
    this.#ended = piece === '';
    this.#names = (this.#rest + piece).split(this.#separator);
    this.#at = 0;
    // Nobody needs more of a line without end than what a name is cut to.
    this.#rest = this.#ended ? '' : this.#names.pop()!.slice(0, LONGEST_NAME_BYTES);
  }
}

/** The sender's own file: lines that begin with `#` or `;` are comments there, and only there. */
export function withoutComments(names: NameSource): NameSource {
  return {
    next() {
      for (;;) {
        const name = names.next();
        if (name === undefined || !/^[#;]/.test(name)) return name;
      }
    },
  };
}
