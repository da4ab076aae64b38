// The shape of a row of the option table, and the few ways a row can act. Data for parser, help and support table.
import type { RawOptions } from './raw-options.ts';
import { parseInteger } from './values.ts';

/** none: a flag; the others say how the value is read (docs/protocol/05-options.md §4). */
export type ArgumentKind = 'none' | 'text' | 'integer';

export type HelpGroup =
  'output' | 'selection' | 'attributes' | 'update' | 'delete' | 'filters' | 'connection' | 'internal';

/** Which server is told of the option: any, the one that receives (push), the one that sends (pull), none. */
export type Told = 'both' | 'push' | 'pull' | 'never';

interface RowFacts {
  /** Without the dashes; null for `-P`, `-D`, `-F`, which have only a letter. */
  readonly long: string | null;
  readonly short?: string;
  /** Other long names. */
  readonly aliases?: readonly string[];
  readonly argument: ArgumentKind;
  /** What --help calls the value. */
  readonly value?: string;
  readonly group: HelpGroup;
  readonly told: Told;
  /** One of ours that rsync does not have and that means nothing at the far end: unknown there. */
  readonly clientOnly?: boolean;
  readonly help: string;
  /** Exact spellings that undo the option, without dashes: `no-verbose`, `no-v`. */
  readonly negations?: readonly string[];
}

/** What to do with an occurrence. `value` is empty for a flag. */
export type Action = (raw: RawOptions, value: string) => void;

export interface DoneRow extends RowFacts {
  readonly status: 'done';
  readonly apply: Action;
  readonly negate?: Action;
}

/** Known and refused by name. Its negations are accepted where they ask for what we do anyway: that is why a row may have them. */
export interface LaterRow extends RowFacts {
  readonly status: 'later';
  /** The platform has no such thing, and rsync refuses it there too: in its words, with exit code 1. */
  readonly impossible?: boolean;
}

export type OptionRow = DoneRow | LaterRow;

type Flag = {
  [K in keyof RawOptions]: RawOptions[K] extends boolean | null
    ? true extends RawOptions[K]
      ? K
      : never
    : never;
}[keyof RawOptions];
type Count = {
  [K in keyof RawOptions]: RawOptions[K] extends number ? (number extends RawOptions[K] ? K : never) : never;
}[keyof RawOptions];
type OptionalNumber = 'compressLevel' | 'maxDelete' | 'dirs' | 'modifyWindow';
type Text = {
  [K in keyof RawOptions]: string extends RawOptions[K] ? K : never;
}[keyof RawOptions];

/** Sets boolean fields. */
export function set(value: boolean, ...fields: Flag[]): Action {
  return (raw) => {
    for (const field of fields) raw[field] = value;
  };
}

/** Counts one more occurrence. */
export function count(field: Count): Action {
  return (raw) => {
    raw[field] += 1;
  };
}

/** Sets a number, whatever the argument is. */
export function number(field: Count | OptionalNumber, value: number): Action {
  return (raw) => {
    raw[field] = value;
  };
}

/** Keeps an integer argument. The scanner has refused what is no integer. */
export function integer(field: Count | OptionalNumber): Action {
  return (raw, value) => {
    const parsed = parseInteger(value);
    if (typeof parsed === 'number') raw[field] = parsed;
  };
}

/** Keeps a text argument. */
export function text(field: Text): Action {
  return (raw, value) => {
    (raw as unknown as Record<string, string>)[field] = value;
  };
}
