// `ocrsync explain -- ARGS PATH` as the words of an ordinary command line.

/** The same words with `--explain=PATH` in front; anything else is returned as it is. */
export function explainWords(words: readonly string[]): readonly string[] {
  if (words[0] !== 'explain' || words[1] !== '--' || words.length < 3) return words;
  return [`--explain=${words.at(-1)!}`, ...words.slice(2, -1)];
}
