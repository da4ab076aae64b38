// Numbers as rsync prints them (docs/protocol/07-output.md §2.1). The locale is C or an English one: `,` and `.`.

/** 0 plain digits, 1 with commas, 2 units of 1000, 3 units of 1024. */
export type NumberLevel = 0 | 1 | 2 | 3;

const UNITS = 'KMGTP';

/** C's `%.Nf`: exact, ties to even (toFixed rounds ties up). */
export function fixed(value: number, digits: number): string {
  const scaled = value * 10 ** digits;
  const below = Math.floor(scaled);
  const tie = scaled - below === 0.5 && Number.isInteger(value * 2 ** (digits + 1));
  if (!tie) return value.toFixed(digits);
  return ((below % 2 === 0 ? below : below + 1) / 10 ** digits).toFixed(digits);
}

function withCommas(integer: number): string {
  const digits = String(Math.abs(integer)).replace(/\B(?=(\d{3})+$)/g, ',');
  return integer < 0 ? `-${digits}` : digits;
}

/** Byte counts: 123456, 123,456, 123.46K, 120.56K. */
export function humanInteger(value: number, level: NumberLevel): string {
  if (level === 0) return String(value);
  const step = level === 3 ? 1024 : 1000;
  if (level === 1 || Math.abs(value) < step) return withCommas(value);
  let scaled = value / step;
  let unit = 0;
  while (Math.abs(scaled) >= step && unit < UNITS.length - 1) {
    scaled /= step;
    unit += 1;
  }
  return `${fixed(scaled, 2)}${UNITS[unit]}`;
}

/** Counts of files: 1234, 1,234 from level 1 on. */
export function commaInteger(value: number, level: NumberLevel): string {
  return level === 0 ? String(value) : withCommas(value);
}

/** Rates: two decimals; from 1000 on the integer part is cut and gets commas, or is scaled alone. */
export function humanDecimal(value: number, level: NumberLevel, digits: number): string {
  const plain = fixed(value, digits);
  if (level === 0 || Math.abs(value) < 1000) return plain;
  const whole = Math.trunc(value);
  if (level > 1 && Math.abs(whole) >= (level === 3 ? 1024 : 1000)) return humanInteger(whole, level);
  return withCommas(whole) + plain.slice(plain.indexOf('.'));
}

/** Speedup and seconds: commas at most. */
export function commaDecimal(value: number, level: NumberLevel, digits: number): string {
  return humanDecimal(value, level === 0 ? 0 : 1, digits);
}
