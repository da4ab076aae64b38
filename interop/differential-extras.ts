// What few random cases have beside options of the table: debug words, batches, a real ssh, options whose effect is only that
// nothing changes. Drawn from a stream of its own, so that the other draws of a seed stay as they are.
import { seeded, type Random } from './random.ts';

export interface Extras {
  /** CASE in a value stands for the case's directory. */
  readonly options: readonly (readonly string[])[];
  /** A remote shell becomes a real ssh, where there is an sshd. */
  readonly ssh: boolean;
  /** The capability letter that the remote shell takes from the words of the client, if any (docs/protocol/01-session.md §8). */
  readonly lostLetter: string | undefined;
  /** A second source that ends in a slash, and shares names with the first. */
  readonly secondSource: boolean;
}

/** What the client tells in `-e.LETTERS` that it can. */
export const capabilityLetters = 'iLsfxCIvu';

/** --debug words whose lines tell of the work, not of the process or its memory. */
const debugWords =
  'backup chdir connect del dup filter fuzzy hlink nstr own proto cmd del2 flist dup,del own2 hlink2 exit'.split(
    ' ',
  );

const quietOptions: readonly (readonly string[])[] = [
  ['--outbuf=L'],
  ['--outbuf', 'N'],
  ['-4'],
  ['--sockopts=SO_KEEPALIVE'],
  ['--stop-after=9'],
  ['--stop-at=2037-12-31T23:59'],
  ['--early-input=lists/files'],
  ['--msgs2stderr'],
  ['--no-msgs2stderr'],
  ['--password-file=lists/files'],
  ['--address=127.0.0.1'],
  ['--port=9'],
];

function oneIn(random: Random, count: number): boolean {
  return random.below(count) === 0;
}

export function extrasOf(seed: number): Extras {
  const random = seeded(seed * 40_503 + 11);
  const options: string[][] = [];
  if (oneIn(random, 16)) options.push([`--debug=${random.pick(debugWords)}`]);
  if (oneIn(random, 24)) options.push([`--${random.pick(['write', 'only-write'])}-batch=CASE/batch`]);
  if (oneIn(random, 24)) options.push([...random.pick(quietOptions)]);
  const ssh = oneIn(random, 20);
  const lostLetter = oneIn(random, 12) ? random.pick(capabilityLetters.split('')) : undefined;
  return { options, ssh, lostLetter, secondSource: oneIn(random, 16) };
}

/** Whether the words of a case record a batch. */
export function recordsBatch(options: readonly (readonly string[])[]): boolean {
  return options.some(([word]) => /^--(only-)?write-batch=/.test(word ?? ''));
}
