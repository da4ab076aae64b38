// What the lines of a difference and the words of its case say: the predicates of the known differences.
import type { Case } from './differential-case.ts';

/** What a run comes to in which the real rsync waits without an end, with ocrsync at the other end and with itself. */
export const noEndWithRsync = 'neither the pairing nor two real rsyncs came to an end';

export const has = (found: readonly string[], part: string): boolean =>
  found.some((line) => line.includes(part));

/** A device or special file that could not be made. */
export const isFailedNode = /(?<=^[-+]) (log: )?err: rsync: \[generator\] mknod (?=".*" failed: )/;

/** What is told of a directory in the way. */
export const isNoWay =
  /^- (out: cannot delete non-empty directory|err: could not make way for new regular file): /;

/** The end of a connection, reset or not. */
export const isConnectionEnd =
  /^([-+] exit 1[02]|[-+] (log: )?err: rsync( error: error in (socket IO|rsync protocol data stream) .*|: connection unexpectedly closed .*))$/;

/** What rsync tells of a file whose first try has failed. */
export function isSecondTry(line: string): boolean {
  return /^- (log: )?(err: WARNING: .* failed verification -- update retained \(will try again\)\.|out: [<>]f\.\S+ )/.test(
    line,
  );
}

/** All that is told of files whose data comes a second time: their names, and the figures of the data. */
export function areSecondTries(found: readonly string[]): boolean {
  const names = found.flatMap(
    (line) => /^- err: WARNING: (.*) failed verification -- /.exec(line)?.[1] ?? [],
  );
  const figures =
    /^[-+] (log: )?out: ( *[\d,.]+[KMGTP]? +\d+% |(Literal|Matched) data: |Total transferred file size: )/;
  const isName = (line: string): boolean =>
    names.some((name) => line === `- out: ${name}` || line === `- log: out: ${name}`);
  return names.length > 0 && found.every((line) => isSecondTry(line) || figures.test(line) || isName(line));
}

/** Both trees have the same files, with other content. */
export function haveDifferentBytes(found: readonly string[]): boolean {
  return found.length === 0 || differOnlyIn(found, / [0-9a-f]{40}(?=$| )/);
}

/** A file that both have, whose line in the tree differs. */
export function isMode(line: string): boolean {
  return /^[-+] tree: "(?:[^"\\]|\\.)*" file [0-7]{4} /.test(line);
}

/** The lines of both are the same without what the pattern takes. */
export function differOnlyIn(found: readonly string[], pattern: RegExp): boolean {
  const lines = (sign: string): string =>
    found
      .filter((line) => line.startsWith(sign))
      .map((line) => line.slice(1).replace(pattern, ''))
      .sort()
      .join('\n');
  return found.some((line) => pattern.test(line)) && lines('-') === lines('+');
}

/** 3.4.1 cannot open it, and leaves it as it is; only a file without owner-write. */
export const isReadOnlyInPlace: readonly RegExp[] = [
  /^- (err|log): rsync: \[receiver\] open ".*" failed: Permission denied \(13\)$/,
  /^- (err|log): rsync error: some files\/attrs were not transferred /,
  /^- tree: ".*" file 0[0145][0-7]{2} /,
  /^\+ tree: ".*" file /,
  /^\+ (out|log): [<>]f/,
  /^(- exit 23|\+ exit 0)$/,
];

/** What 3.4.1 says then, and its end if that is all. */
export const isEmptiedSpecial =
  /^- (err|log): rsync(: \[generator\] opendir ".*" failed: Not a directory \(20\)| error: some files\/attrs were not transferred .*)$/;

/** A run that changes nothing at its destination. */
export function isDryRun(one: Case): boolean {
  return one.options
    .flat()
    .some((word) => /^--(dry-run$|only-write-batch\b)/.test(word) || /^-[a-zA-Z]*n/.test(word));
}

/** --update as a word or as a letter. */
export function isUpdate(one: Case): boolean {
  return one.options.flat().some((word) => word === '--update' || /^-[a-zA-Z]*u/.test(word));
}

/** Every object that differs is of another kind in the one tree than in the other. */
export function replaces(found: readonly string[]): boolean {
  const kinds = (sign: string): Map<string, string> =>
    new Map(
      found
        .map((line) => new RegExp(`^\\${sign} tree: ("(?:[^"\\\\]|\\\\.)*") (\\w+) `).exec(line))
        .filter((match) => match !== null)
        .map((match) => [match[1] as string, match[2] as string]),
    );
  const theirs = kinds('-');
  const ours = kinds('+');
  return [...theirs].some(([name, kind]) => kind !== 'file' && ours.get(name) === 'file');
}
