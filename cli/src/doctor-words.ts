// Which command lines ask for the doctor; apart from it, because every start looks here.

/** Its hidden second word: the part that runs in a process of its own. */
export const SELF_TEST = '--self-test';
const WORDS: readonly string[] = ['--json', '--help'];

/** A file of that name is listed as `./doctor`. */
export function isDoctor(words: readonly string[]): boolean {
  const [first, ...rest] = words;
  return first === 'doctor' && (rest[0] === SELF_TEST || rest.every((word) => WORDS.includes(word)));
}
