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
    told.push(...lines.slice(0, limit).map((line) => `${sign} ${line}`));
    if (lines.length > limit) told.push(`${sign} … ${lines.length - limit} more`);
  }
  if (told.length > 0) return told;
  const parted = expected.findIndex((line, index) => line !== actual[index]);
  if (parted < 0) return [];
  return [
    `order, line ${parted + 1}: expected ${expected[parted]}`,
    `order, line ${parted + 1}: got      ${actual[parted]}`,
  ];
}
