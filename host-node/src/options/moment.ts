// The value of --stop-at: a moment of local time whose missing parts mean "the next one that fits" (docs/protocol/05-options.md §4.4).

interface Pattern {
  readonly year: number | null;
  /** 1..12 */
  readonly month: number | null;
  readonly day: number | null;
  /** null: any. */
  readonly hour: number | null;
  readonly minute: number;
}

const DATE = /^(?:(?:(\d{1,6})[-/])?(\d{1,2})[-/])?(\d{1,2})$/;
const TIME = /^(\d{1,2})?:(\d{1,2})$/;
const DAYS_AHEAD = 366 * 9;

/** Milliseconds of the epoch, or why there is none. */
export function parseMoment(text: string, now: Date): number | 'format' | 'past' {
  const pattern = parsePattern(text, now);
  if (pattern === undefined) return 'format';
  const complete = pattern.year !== null;
  if (complete) {
    const at = momentOf(pattern.year!, pattern.month!, pattern.day!, pattern.hour ?? 0, pattern.minute);
    if (at === undefined) return 'format';
    return at > now.getTime() ? at : 'past';
  }
  for (let ahead = 0; ahead < DAYS_AHEAD; ahead++) {
    const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() + ahead);
    if (pattern.month !== null && day.getMonth() + 1 !== pattern.month) continue;
    if (pattern.day !== null && day.getDate() !== pattern.day) continue;
    const at = firstOnDay(day, pattern, now);
    if (at !== undefined) return at;
  }
  return 'format';
}

function parsePattern(text: string, now: Date): Pattern | undefined {
  const split = text.search(/[Tt]/);
  const timeOnly = split < 0 && text.includes(':');
  const date = timeOnly ? '' : split < 0 ? text : text.slice(0, split);
  const time = timeOnly ? text : split < 0 ? null : text.slice(split + 1);
  if (date === '' && time === null) return undefined;
  const clock = time === null ? undefined : TIME.exec(time);
  if (clock === null) return undefined;
  // The hour is left open only in `:mm`.
  if (!timeOnly && clock !== undefined && clock[1] === undefined) return undefined;
  const hour = clock === undefined ? 0 : clock[1] === undefined ? null : Number(clock[1]);
  const minute = clock === undefined ? 0 : Number(clock[2]);
  if ((hour ?? 0) > 23 || minute > 59) return undefined;
  if (date === '') return { year: null, month: null, day: null, hour, minute };
  const parts = DATE.exec(date);
  if (parts === null) return undefined;
  const [, year, month, day] = parts;
  const pattern = {
    year: year === undefined ? null : fullYear(Number(year), year.length, now),
    month: month === undefined ? null : Number(month),
    day: Number(day),
  };
  if (pattern.day < 1 || pattern.day > 31) return undefined;
  if (pattern.month !== null && (pattern.month < 1 || pattern.month > 12)) return undefined;
  return { ...pattern, hour, minute };
}

/** Two digits mean this century or a later one. */
function fullYear(year: number, digits: number, now: Date): number {
  let full = year;
  if (digits <= 2) while (full < now.getFullYear()) full += 100;
  return full;
}

function firstOnDay(day: Date, pattern: Pattern, now: Date): number | undefined {
  const hours = pattern.hour === null ? Array.from({ length: 24 }, (_, hour) => hour) : [pattern.hour];
  for (const hour of hours) {
    const at = momentOf(day.getFullYear(), day.getMonth() + 1, day.getDate(), hour, pattern.minute);
    if (at !== undefined && at > now.getTime()) return at;
  }
  return undefined;
}

/** undefined: there is no such day. */
function momentOf(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
): number | undefined {
  const at = new Date(year, month - 1, day, hour, minute);
  return at.getDate() === day ? at.getTime() : undefined;
}
