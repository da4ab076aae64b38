// Takes out of an output what two correct runs may print differently: byte counts of the wire, rates, times,
// how far the file list had come. Everything else stays, itemized lines to the character.
import type { Ran } from './run.ts';

const number = '[0-9.,]+[KMGT]?';

const patterns: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`^sent ${number} bytes  received ${number} bytes  ${number} bytes/sec$`), 'sent # received #'],
  [new RegExp(`^(total size is ${number})  speedup is ${number}`), '$1  speedup is #'],
  [/^(File list size|Total bytes sent|Total bytes received): .*$/, '$1: #'],
  [/^File list (generation|transfer) time: .*$/, ''],
  [/^total: matches=.*$/, 'total: matches=#'],
  // A final progress line: offset, percent and transfer number are exact, rate, time and list position are not.
  [
    /^( *[0-9,.KMG]+ +[0-9]+%) +[0-9.]+[kMG]B\/s +[0-9?:]+ \((xfr#[0-9]+), (?:to|ir)-chk=.*\)\s*$/,
    '$1 # ($2)',
  ],
  [/^opening connection using: .*$/, 'opening connection using: #'],
  [/ at [A-Za-z0-9_.]+\([0-9]+\) \[(\w+)=[^\]]*\]$/, ' at # [$1]'],
  [/\.([^/]+)\.[A-Za-z0-9]{6}"/, '.$1.XXXXXX"'],
  [/( => (?:[^"]*\/)?[^"/]+)\.[A-Za-z0-9]{6}: /, '$1.XXXXXX: '],
  [/( mkstemp ".*)\.[A-Za-z0-9]{6}" failed/, '$1.XXXXXX" failed'],
  // Objects that replace others are made under a name with the process's number.
  [/( (?:mknod|symlink|link) "(?:[^"]*\/)?\.[^"/]+)\.[0-9]+"(?= (?:failed|->|=>))/, '$1.#"'],
  [/^(set [ug]id of (?:.*\/)?\..*)\.[A-Za-z0-9]{6} from /, '$1.XXXXXX from '],
  // --debug=exit names a place in the program's own source.
  [/^(\[\w+\] _exit_cleanup\(code=\d+, )file=[\w.]+, line=\d+\)/, '$1file=#, line=#)'],
];

/** A progress line that is not the last one of its file. */
const intermediate = /^ *[0-9,.KMG]+ +[0-9]+% +[0-9.]+[kMG]B\/s +[0-9?:]+ *$/;

function normalizeLine(line: string): string {
  return patterns.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line);
}

/** The comparable lines of one output stream. */
export function normalizedLines(output: string): string[] {
  const lines = output.split(/[\n\r]/).filter((line) => line !== '' && !intermediate.test(line));
  return lines.map(normalizeLine).filter((line) => line !== '');
}

/** With --info=progress2 how many lines appear depends on the speed; the last one is that of the whole run. */
function lastProgressOnly(lines: string[]): string[] {
  const isProgress = (line: string): boolean => /%.* # \(xfr#/.test(line);
  const last = lines.findLastIndex(isProgress);
  return lines.filter((line, index) => !isProgress(line) || index === last);
}

export interface NormalizeOptions {
  /** Keep the order of stdout; otherwise the lines are sorted, as two processes of the peer print them. */
  readonly exactOrder: boolean;
  readonly progress2: boolean;
}

const brokenPipe = /^rsync: \[(\w+)\] safe_write failed to write [0-9]+ bytes to socket: Broken pipe \(32\)$/;

/**
 * A server whose client has refused it and gone may still find that out and say so in two lines, or be killed before (rsync
 * beside itself does either). They count only where the client itself ends with what they say.
 */
function withoutLateServer(lines: readonly string[], exit: string): string[] {
  const role = lines.map((line) => brokenPipe.exec(line)?.[1]).find((found) => found !== undefined);
  if (role === undefined || exit === '12') return [...lines];
  const last = `rsync error: error in rsync protocol data stream (code 12) at # [${role}]`;
  return lines.filter((line) => !brokenPipe.test(line) && line !== last);
}

/** stdout, stderr and exit code as comparable lines. stderr is sorted: both sides write to it. */
export function normalizeRun(ran: Ran, options: NormalizeOptions): string[] {
  let stdout = normalizedLines(ran.stdout);
  if (options.progress2) stdout = lastProgressOnly(stdout);
  if (!options.exactOrder) stdout.sort();
  const stderr = withoutLateServer(normalizedLines(ran.stderr), ran.exit).sort();
  return [
    `exit ${ran.exit}`,
    ...stdout.map((line) => `out: ${line}`),
    ...stderr.map((line) => `err: ${line}`),
  ];
}
