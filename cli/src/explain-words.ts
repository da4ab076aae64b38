// `ocrsync explain [--] ARGS PATH` as the words of an ordinary command line. The word `explain` in front never means a source:
// whoever asks for an explanation must not get a run.

export const EXPLAIN_USAGE = `Usage: ocrsync explain [--] ARGS PATH
Tells which rule or comparison decides for PATH when rsync's arguments are ARGS. Nothing is changed.
A source or destination that is called "explain" is written ./explain
`;

/** The same words with `--explain=PATH` in front; others are returned as they are. undefined: there is nothing to explain. */
export function explainWords(words: readonly string[]): readonly string[] | undefined {
  if (words[0] !== 'explain') return words;
  const dashes = words.indexOf('--');
  const rest = words.slice(1).filter((_word, index) => index !== dashes - 1);
  const path = rest.at(-1);
  if (path === undefined || rest.length < 2 || path === '--help' || path === '-h') return undefined;
  return [`--explain=${path}`, ...rest.slice(0, -1)];
}
