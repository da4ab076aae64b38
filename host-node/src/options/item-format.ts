// The pieces of an --out-format text (docs/protocol/07-output.md §6). Parsing only; report/out-format.ts gives them values.

/** A run of plain text, or one escape with its modifiers. `raw` is what stands in the format. */
export interface FormatPiece {
  readonly raw: string;
  /** null: plain text. */
  readonly letter: string | null;
  readonly width: number;
  readonly leftAligned: boolean;
  /** Number of `'`. */
  readonly quotes: number;
}

const ESCAPE = /%('*)(-?)(\d*)('*)([A-Za-z])/g;

/** Splits a format. What does not look like an escape stays plain text. */
export function formatPieces(format: string): FormatPiece[] {
  const pieces: FormatPiece[] = [];
  let end = 0;
  for (const match of format.matchAll(ESCAPE)) {
    if (match.index > end) pieces.push(plain(format.slice(end, match.index)));
    const [raw, before, dash, digits, after, letter] = match as unknown as string[];
    pieces.push({
      raw: raw!,
      letter: letter!,
      width: digits === '' ? 0 : Number(digits),
      leftAligned: dash !== '',
      quotes: before!.length + after!.length,
    });
    end = match.index + raw!.length;
  }
  if (end < format.length) pieces.push(plain(format.slice(end)));
  return pieces;
}

function plain(raw: string): FormatPiece {
  return { raw, letter: null, width: 0, leftAligned: false, quotes: 0 };
}

/** Whether the format uses one of these escape letters. */
export function formatHas(format: string, letters: string): boolean {
  return formatPieces(format).some((piece) => piece.letter !== null && letters.includes(piece.letter));
}
