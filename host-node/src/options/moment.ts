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
  const { year, month, day } = pattern;
  if (year !== null) {
    // A day that the month does not have is one of the next month, as in C.
    const at = new Date(year, month! - 1, day!, pattern.hour ?? 0, pattern.minute).getTime();
    return at > now.getTime() ? at : 'past';
  }
  for (let ahead = 0; ahead < DAYS_AHEAD; ahead++) {
    const date = new Date(now.getFullYear(), now.getMonth(), now.getDate() + ahead);
    if (month !== null && date.getMonth() + 1 !== month) continue;
    if (day !== null && date.getDate() !== day) continue;
    const at = firstOnDay(date, pattern, now);
    if (at !== undefined) return at;
  }
  return 'format';
}

function parsePattern(text: string, now: Date): Pattern | undefined {
  const split = text.search(/[Tt]/);
  const timeOnly = split < 0 && text.includes(':');
  const date = timeOnly ? '' : split < 0 ? text : text.slice(0, split);
  const clockText = timeOnly ? text : split < 0 ? '' : text.slice(split + 1);
  // A `T` with nothing behind a date says nothing.
  const time = clockText === '' && date !== '' ? null : clockText;
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

function firstOnDay(date: Date, pattern: Pattern, now: Date): number | undefined {
  const hours = pattern.hour === null ? Array.from({ length: 24 }, (_, hour) => hour) : [pattern.hour];
  for (const hour of hours) {
    const at = new Date(date.getFullYear(), date.getMonth(), date.getDate(), hour, pattern.minute).getTime();
    if (at > now.getTime()) return at;
  }
  return undefined;
}
