// A sender's table of sets of extended attributes: equal ones get one number, and travel once
// (docs/protocol/03-file-list.md §11.1). Long values are told by their digest; they travel when asked for (§11.2).
import { latin1Text } from './latin1.ts';
import type { LiteralSink } from './literal-sink.ts';

/** Longer values travel as a digest. */
export const LONGEST_SHORT_VALUE = 32;

/** One attribute as it travels. */
export interface SentXattr {
  /** latin1 text, as on Linux, without a NUL. */
  readonly name: string;
  readonly lengthBytes: number;
  /** The value, or the MD5 of one above 32 bytes. */
  readonly shown: Uint8Array;
}

interface KnownSet {
  /** Names in the order of the wire; undefined where the value is short. */
  readonly longNames: readonly (string | undefined)[];
}

export class XattrIndex {
  readonly #numbers = new Map<string, number>();
  readonly #sets: KnownSet[] = [];
  readonly #pending = new Map<number, readonly SentXattr[]>();

  /** Number of a set, from 1; `set` is in order of the names' bytes. */
  number(set: readonly SentXattr[]): number {
    const key = set
      .map(({ name, lengthBytes, shown }) => `${name}\0${lengthBytes}:${latin1Text(shown, 0, shown.length)}`)
      .join('');
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#numbers.size + 1;
    this.#numbers.set(key, number);
    const isLong = ({ lengthBytes }: SentXattr): boolean => lengthBytes > LONGEST_SHORT_VALUE;
    this.#sets.push({ longNames: set.map((attribute) => (isLong(attribute) ? attribute.name : undefined)) });
    this.#pending.set(number, set);
    return number;
  }

  /** Name of the attribute at a position (from 1) whose value travels only when asked for; undefined: there is none. */
  longName(number: number, position: number): string | undefined {
    return this.#sets[number - 1]?.longNames[position - 1];
  }

  /** Writes a literal, once. */
  write(number: number, sink: LiteralSink): void {
    const set = this.#pending.get(number);
    if (set === undefined) throw new RangeError(`attribute set ${number} is not to be written`);
    this.#pending.delete(number);
    sink.varint(set.length);
    for (const { name, lengthBytes, shown } of set) {
      sink.varint(name.length + 1);
      sink.varint(lengthBytes);
      sink.latin1(name);
      sink.byte(0);
      sink.bytes(shown);
    }
  }
}
