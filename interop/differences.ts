// Tells two lists of lines apart in a way a person can read.

function counted(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

function surplus(lines: readonly string[], over: readonly string[]): string[] {
  const counts = counted(over);
  return lines.filter((line) => {
    const left = counts.get(line) ?? 0;
    if (left > 0) counts.set(line, left - 1);
    return left === 0;
  });
}

/**
 * Lines only in `expected` with `-`, only in `actual` with `+`; when both hold the same lines, the first place where
 * their order parts. Empty when equal. At most `limit` lines of each kind.
 */
export function differences(expected: readonly string[], actual: readonly string[], limit = 12): string[] {
  const told: string[] = [];
  for (const [sign, lines] of [
    ['-', surplus(expected, actual)],
    ['+', surplus(actual, expected)],
  ] as const) {
    told.push(...lines.map((line) => `${sign} ${line}`));
  }
  return told.length > 0 ? shortened(told, limit) : orderDifference(expected, actual);
}

/** At most `limit` of the lines that begin with each sign, and how many more there are. */
export function shortened(told: readonly string[], limit = 12): string[] {
  const short = ['- ', '+ '].flatMap((sign) => {
    const lines = told.filter((line) => line.startsWith(sign));
    const more = lines.length > limit ? [`${sign}… ${lines.length - limit} more`] : [];
    return [...lines.slice(0, limit), ...more];
  });
  return [...short, ...told.filter((line) => !/^[-+] /.test(line))];
}

/**
 * Who prints a line: two real rsyncs print deletions, notices and items by different processes, and which comes first is
 * a race (docs/protocol/07-output.md §3). So each kind has to be in order, but not the kinds among each other.
 */
const kinds: readonly (readonly [string, RegExp])[] = [
  // The receiver's, while the generator goes on: rsync beside itself differs here, too (--append before protocol 29).
  ['verifications', /^out: (WARNING|ERROR): .* failed verification/],
  ['deletions', /^out: (\*deleting|deleting |del\. )/],
  [
    'notices',
    /^out: (skipping |cannot delete |created directory |IO error |delta-transmission |opening connection|.* (is uptodate|is newer|exists)$)/,
  ],
];

function kindOf(line: string): string {
  return kinds.find(([, pattern]) => pattern.test(line))?.[0] ?? 'lines';
}

function orderDifference(expected: readonly string[], actual: readonly string[]): string[] {
  for (const kind of ['verifications', 'deletions', 'notices', 'lines']) {
    const [wanted, got] = [expected, actual].map((lines) =>
      lines.filter((line) => kindOf(line) === kind),
    ) as [string[], string[]];
    const parted = wanted.findIndex((line, index) => line !== got[index]);
    if (parted < 0) continue;
    return [
      `order of ${kind}, ${parted + 1}: expected ${wanted[parted]}`,
      `order of ${kind}, ${parted + 1}: got      ${got[parted]}`,
    ];
  }
  return [];
}
