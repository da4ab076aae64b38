// Values of options: integers, sizes, rates (docs/protocol/05-options.md §1, §4.1, §4.2). Pure text → number.

const INTEGER = /^[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/;

/** A C integer with automatic base; 'invalid' or 'range' if it is none or does not fit into 32 bits. Empty text is 0. */
export function parseInteger(text: string): number | 'invalid' | 'range' {
  if (text === '') return 0;
  const match = INTEGER.exec(text);
  if (match === null) return 'invalid';
  const digits = match[2]!;
  const octal = digits.length > 1 && digits[0] === '0' && !/[xX]/.test(digits);
  const magnitude = octal ? Number.parseInt(digits, 8) : Number(digits);
  const value = match[1] === '-' ? -magnitude : magnitude;
  if (value < -0x80000000 || value > 0x7fffffff) return 'range';
  return value === 0 ? 0 : value;
}

/** Leading decimal digits like C's atoi; 0 if there are none. For environment variables. */
export function leadingInteger(text: string): number {
  const match = /^\s*([+-]?\d+)/.exec(text);
  return match === null ? 0 : Number(match[1]);
}

export interface SizeLimits {
  /** Unit of a number without one: `b` or `k`. */
  readonly unit: 'b' | 'k';
  readonly min: number;
  readonly max: number;
  /** 0 is allowed below `min` and means unlimited. */
  readonly unlimited: boolean;
}

const SIZE = /^(?![+-])(\d*)(?:\.(\d*))?([bkmgtp]?)(ib|b)?([+-]1)?$/i;
const POWERS: Readonly<Record<string, number>> = { b: 0, k: 1, m: 2, g: 3, t: 4, p: 5 };

/** Bytes of a SIZE, or the tail of the error text (`is invalid`, `is too large (max: …)`, …). */
export function parseSize(text: string, limits: SizeLimits): number | string {
  const match = SIZE.exec(text);
  if (match === null) return 'is invalid';
  const [, whole = '', fraction = '', unit = '', suffix = '', adjust = ''] = match;
  const power = POWERS[(unit === '' ? limits.unit : unit).toLowerCase()]!;
  const base = suffix.toLowerCase() === 'b' ? 1000 : 1024;
  const value =
    Math.trunc(Number(`${whole === '' ? '0' : whole}.${fraction}0`) * base ** power) +
    Number(adjust === '' ? 0 : adjust);
  if (value === 0 && limits.unlimited) return 0;
  // Above 2^53 numbers have gaps: what is no less than 2^63 is more than 2^63 - 1.
  if (value > limits.max || value >= 2 ** 63) return `is too large (max: ${inUnits(limits.max)})`;
  if (value < limits.min) {
    return `is too small (min: ${inUnits(limits.min)}${limits.unlimited ? ' or 0 for unlimited' : ''})`;
  }
  return value;
}

function inUnits(bytes: number): string {
  if (bytes < 1024) return String(bytes);
  let value = bytes;
  let unit = '';
  for (const next of 'KMGTP') {
    if (value < 1024) break;
    value /= 1024;
    unit = next;
  }
  return `${value.toFixed(2)}${unit}`;
}

/** KiB per second of a RATE in bytes, rounded as rsync does. */
export function rateKiB(bytes: number): number {
  return Math.floor((bytes + 512) / 1024);
}
