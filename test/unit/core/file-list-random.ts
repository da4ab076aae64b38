// Random file lists for tests: every field that the options and the protocol let through, hard-link groups included.
import type { FileListOptions } from '@ocrsync/core/file-list-codec';
import type { NewEntry } from '@ocrsync/core/file-list-entry';
import { options } from './file-list-harness.ts';

/** xorshift32; a seed of 0 counts as 1. */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed === 0 ? 1 : seed | 0;
  }
  next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return this.#state >>> 0;
  }
  /** 0 … limit - 1. */
  below(limit: number): number {
    return this.next() % limit;
  }
  chance(oneIn: number): boolean {
    return this.below(oneIn) === 0;
  }
  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }
}

export function randomOptions(random: Random, protocol: number): FileListOptions {
  const bool = (): boolean => random.chance(2);
  return options(protocol, {
    varintFlags: protocol >= 30 && bool(),
    safeList: protocol >= 31 || (protocol === 30 && bool()),
    incremental: protocol >= 30 && bool(),
    preserveUid: bool(),
    preserveGid: bool(),
    preserveDevices: bool(),
    preserveSpecials: bool(),
    preserveLinks: bool(),
    preserveHardLinks: bool(),
    checksumBytes: random.pick([0, 0, 8, 16, 20]),
    atimes: protocol >= 28 && random.chance(3),
    relative: bool(),
    missingArgs: bool(),
  });
}

const CHARACTERS = '.-aAb~z09\x01\x7f\x80\xe9\xff ';

export function randomComponent(random: Random): string {
  const length = random.chance(40) ? 1 + random.below(255) : 1 + random.below(6);
  let text = '';
  for (let i = 0; i < length; i++) text += CHARACTERS[random.below(CHARACTERS.length)];
  return text === '.' || text === '..' ? 'dots' : text;
}

/** A seconds value in the range that the protocol carries. */
function randomSeconds(random: Random, protocol: number): number {
  if (random.chance(2)) return 1_704_164_645;
  if (protocol < 30) return random.next();
  return random.pick([0, 1, -1, -315_619_200, 7_258_118_400, 2 ** 40, -(2 ** 45), random.next()]);
}

/** Makes entries one after the other; names are unique within one maker. */
export class EntryMaker {
  readonly #random: Random;
  readonly #format: FileListOptions;
  readonly #used = new Set<string>();
  readonly directories = [''];
  readonly #leaders: { group: number; entry: NewEntry }[] = [];

  constructor(random: Random, format: FileListOptions) {
    this.#random = random;
    this.#format = format;
  }

  /** The entry that will get the number `number`. */
  next(number: number): NewEntry {
    const random = this.#random;
    const name = this.#name();
    if (this.#leaders.length > 0 && random.chance(6)) {
      const { group, entry } = random.pick(this.#leaders);
      return { ...entry, name, hardLink: { ...entry.hardLink!, first: false, group } };
    }
    const entry = this.#fields(name, this.#mode());
    if ((entry.mode & 0o170000) === 0o040000) this.directories.push(`${name}/`);
    this.#linkUp(entry, number);
    return entry;
  }

  #name(): string {
    const random = this.#random;
    for (;;) {
      const name = random.pick(this.directories.slice(-8)) + randomComponent(random);
      if (name.length > 4000 || this.#used.has(name)) continue;
      this.#used.add(name);
      return name;
    }
  }

  #mode(): number {
    const random = this.#random;
    if (this.#format.missingArgs && random.chance(40)) return 0;
    const type = random.pick([8, 8, 8, 8, 4, 10, 2, 6, 1, 12]);
    return (type << 12) | (random.chance(3) ? random.below(0o10000) : 0o644);
  }

  #fields(name: string, mode: number): NewEntry {
    const random = this.#random;
    const format = this.#format;
    const type = mode & 0o170000;
    const isDirectory = type === 0o040000;
    const entry: NewEntry = {
      name,
      mode,
      sizeBytes: random.pick([0, 5, 4096, 2 ** 31 - 1, 2 ** 31, 2 ** 40 + 3, 2 ** 53 - 1, random.below(1e6)]),
      mtimeSec: randomSeconds(random, format.protocol),
      mtimeNsec: format.protocol >= 31 && random.chance(2) ? random.below(1e9) : 0,
      uid: random.pick([0, 1, 1000, 4_000_000_000, 0xffffffff]),
      gid: random.pick([0, 5, 100, 65_536]),
      flags: isDirectory ? (format.protocol >= 30 ? random.pick([0, 2, 3, 4]) : 2) : 0,
    };
    if (type === 0o020000 || type === 0o060000) {
      entry.rdevMajor = random.pick([0, 1, 8, 259]);
      entry.rdevMinor = random.pick([0, 3, 255, 256, 70_000]);
    }
    if (type === 0o120000) entry.linkTarget = 'x/'.repeat(random.chance(30) ? 2000 : random.below(9)) + 'y';
    if (type === 0o100000 && format.checksumBytes > 0) {
      entry.checksum = Uint8Array.from({ length: format.checksumBytes }, () => random.below(256));
    }
    if (format.atimes && !isDirectory) entry.atimeSec = randomSeconds(random, 32);
    if (format.incremental && format.preserveUid && random.chance(9))
      entry.userName = randomComponent(random);
    if (format.incremental && format.preserveGid && random.chance(9)) entry.groupName = '';
    return entry;
  }

  #linkUp(entry: NewEntry, number: number): void {
    const random = this.#random;
    const { protocol, preserveHardLinks } = this.#format;
    const type = entry.mode & 0o170000;
    if (!preserveHardLinks || type === 0o040000 || type === 0) return;
    const needed = protocol === 27 && type === 0o100000;
    if (!needed && (protocol === 27 || !random.chance(4))) return;
    const dev = random.pick([0, 65_024, '0xfedcba9876543210']);
    if (protocol < 30) {
      entry.hardLink = { dev, ino: random.pick([1, 2 ** 31, '0x8000000000000001', random.next()]) };
      return;
    }
    entry.hardLink = { dev, ino: number, first: true };
    const { userName: _user, groupName: _group, ...unnamed } = entry;
    this.#leaders.push({ group: number, entry: unnamed });
  }
}
