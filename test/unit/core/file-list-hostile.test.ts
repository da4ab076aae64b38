// What a hostile sender may put into a file list, and how it is refused (docs/protocol/03-file-list.md §16). OCRSYNC_SEED repeats.
import { describe, expect, it } from 'vitest';
import { CoreInstance } from '@ocrsync/core/instance';
import { DirectoryNames } from '@ocrsync/core/directory-names';
import { FileList } from '@ocrsync/core/file-list';
import { stripLeadingSlashes } from '@ocrsync/core/file-list-bulk';
import { FileListDecoder, FileListEncoder, type FileListOptions } from '@ocrsync/core/file-list-codec';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import { BytesSink, BytesWindow, options } from './file-list-harness.ts';
import { EntryMaker, Random, randomOptions } from './file-list-random.ts';

const SEED = Number(process.env['OCRSYNC_SEED'] ?? Date.now() % 2 ** 31);

function bytesOf(...parts: (string | Iterable<number>)[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'string' ? [...part].map((c) => c.charCodeAt(0)) : [...part])),
  );
}

interface Decoded {
  list: FileList;
  dirs: DirectoryNames;
  state: 'more' | 'end';
  window: BytesWindow;
}

function decode(wire: Uint8Array, format: FileListOptions, maxBytes = 2 ** 30): Decoded {
  const core = new CoreInstance();
  const dirs = new DirectoryNames(core, { maxBytes });
  const list = new FileList(core, { start: format.incremental ? 1 : 0, dirs, maxBytes });
  const window = new BytesWindow(core, wire);
  const decoder = new FileListDecoder(core, format);
  return { list, dirs, state: decoder.decode(window, list), window };
}

function faultOf(wire: Uint8Array, format: FileListOptions): ProtocolError {
  try {
    decode(wire, format);
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  throw new Error('the list was accepted');
}

const bare = options(32, { preserveUid: false, preserveGid: false });
const old = options(29, { preserveUid: false, preserveGid: false });
/** Length 0 and an mtime, as protocol 32 sends them. */
const ZERO = [0, 0, 0];
const TIME = [0x65, 0x25, 0x7d, 0x93];
const FILE = [0xa4, 0x81, 0, 0];
const LINK = [0xff, 0xa1, 0, 0];
const DIRECTORY = [0xed, 0x41, 0, 0];
/** xflags 0x18: ids are not preserved. */
const named = (name: string, mode = FILE, flags = [0x18]): Uint8Array =>
  bytesOf(flags, [name.length], name, ZERO, TIME, mode);

const FAULTS: [what: string, wire: Uint8Array, format: FileListOptions, exit: number, text: string][] = [
  [
    'a name as long as the limit',
    bytesOf([0x58], [0x90, 0x00]),
    bare,
    22,
    'overflow: xflags=0x58 l1=0 l2=4096 lastname= [Receiver]\n[Receiver] buffer overflow: recv_file_entry',
  ],
  [
    'a negative name length',
    bytesOf([0x58], [0xf0, 0xff, 0xff, 0xff, 0xff]),
    bare,
    22,
    'overflow: xflags=0x58 l1=0 l2=-1 lastname= [Receiver]\n[Receiver] buffer overflow: recv_file_entry',
  ],
  [
    'a prefix that pushes a name over the limit',
    bytesOf(named('abc'), [0x78, 0x03], [0x8f, 0xfd]),
    bare,
    22,
    'overflow: xflags=0x78 l1=3 l2=4093 lastname=abc [Receiver]\n[Receiver] buffer overflow: recv_file_entry',
  ],
  [
    'a prefix longer than the previous name',
    bytesOf(named('abc'), [0x38, 0x04, 0x01], 'd'),
    bare,
    2,
    'invalid name prefix: l1=4 lastname=abc [Receiver]',
  ],
  ['a NUL in a name', named('a\0b'), bare, 2, 'ABORTING due to NUL in pathname from sender: a\0b'],
  ['a .. component', named('a/../b'), bare, 4, 'ABORTING due to unsafe pathname from sender: a/../b'],
  ['the name ..', named('..'), bare, 4, 'ABORTING due to unsafe pathname from sender: ..'],
  [
    'a .. that only the prefix makes',
    bytesOf(named('a/.x'), [0x38, 0x03, 0x01], '.', ZERO, TIME, FILE),
    bare,
    4,
    'ABORTING due to unsafe pathname from sender: a/..',
  ],
  ['a leading slash', named('/etc/x'), bare, 4, 'ABORTING due to unsafe pathname from sender: /etc/x'],
  [
    'a .. behind a leading slash of -R',
    named('/a/..'),
    { ...bare, relative: true },
    4,
    'ABORTING due to unsafe pathname from sender: /a/..',
  ],
  [
    'a root that is no directory',
    named('.'),
    bare,
    2,
    'ERROR: rejecting non-directory transfer-root entry: .',
  ],
  [
    'a root that hides behind dots and slashes',
    named('.//./'),
    bare,
    2,
    'ERROR: rejecting non-directory transfer-root entry: .//./',
  ],
  [
    'an empty name that is no directory',
    named(''),
    bare,
    2,
    'ERROR: rejecting non-directory transfer-root entry: ',
  ],
  [
    'a reference to a hard link that is not there',
    bytesOf([0x82, 0x18, 1], 'a', [5]),
    bare,
    2,
    'hard-link reference out of range: 5 (0)',
  ],
  [
    'a negative hard-link reference',
    bytesOf([0x82, 0x18, 1], 'a', [0xf0, 0xff, 0xff, 0xff, 0xff]),
    bare,
    2,
    'hard-link reference out of range: -1 (0)',
  ],
  [
    'a hard-link reference to an entry that leads no group',
    bytesOf(named('a'), [0x82, 0x18, 1], 'b', [0]),
    bare,
    2,
    'hard-link reference out of range: 0 (1)',
  ],
  [
    'a hard-link reference below the first list',
    bytesOf([0x82, 0x18, 1], 'a', [0]),
    { ...bare, incremental: true },
    2,
    'hard-link gnum 0 precedes flist start 1',
  ],
  ['xflags of six bytes', bytesOf([0xfc, 0, 0, 0, 0, 0, 0]), bare, 12, 'Overflow in read_varint()'],
  [
    'an mtime of ten bytes',
    bytesOf([0x18, 1], 'a', ZERO, [0xfc, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    bare,
    12,
    'Overflow in read_varlong()',
  ],
  [
    'a link target as long as the limit',
    bytesOf(named('a', LINK), [0x90, 0]),
    bare,
    22,
    'overflow: linkname_len=4096\n[Receiver] buffer overflow: recv_file_entry',
  ],
  [
    'a negative link target length',
    bytesOf(named('a', LINK), [0xf0, 0xff, 0xff, 0xff, 0xff]),
    bare,
    22,
    'overflow: linkname_len=-1\n[Receiver] buffer overflow: recv_file_entry',
  ],
  [
    'a NUL in a link target',
    bytesOf(named('a', LINK), [3], 'x\0y'),
    bare,
    2,
    'NUL in symlink target of a [Receiver]',
  ],
  [
    'a negative file length',
    bytesOf([0x18, 1], 'a', [0xfc, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], TIME, FILE),
    bare,
    4,
    'Offset underflow: file-length is negative',
  ],
  [
    'a negative file length before protocol 30',
    bytesOf([0x18, 1], 'a', [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0x80]),
    old,
    4,
    'Offset underflow: file-length is negative',
  ],
  [
    'a file length beyond exact numbers',
    bytesOf([0x18, 1], 'a', [0xfc, 0, 0, 0, 0, 0, 0, 0x20, 0]),
    bare,
    2,
    'file-length beyond 2^53 for a [Receiver]',
  ],
  ['an end marker that was not agreed on', bytesOf([0x04, 0x10, 1]), old, 2, 'Invalid flist flag: 1004'],
  ['a mode without a type', named('a', [0xa4, 1, 0, 0]), bare, 2, 'invalid file mode 0644 for a [Receiver]'],
  [
    'a mode of unknown bits',
    named('a', [0xa4, 0x81, 1, 0]),
    bare,
    2,
    'invalid file mode 0300644 for a [Receiver]',
  ],
  [
    'mode 0 that was not asked for',
    named('a', [0, 0, 0, 0]),
    bare,
    2,
    'invalid file mode 00 for a [Receiver]',
  ],
  [
    'a first entry that repeats a mode',
    bytesOf([0x1a, 1], 'a', ZERO, TIME),
    bare,
    2,
    'invalid file mode 00 for a [Receiver]',
  ],
  [
    'a second with too many nanoseconds',
    bytesOf([0xa0, 0x18, 1], 'a', ZERO, TIME, [0xf0, 0x00, 0xca, 0x9a, 0x3b], FILE),
    bare,
    2,
    'invalid mtime nanoseconds 1000000000 for a [Receiver]',
  ],
];

describe('a sender that lies', () => {
  for (const [what, wire, format, exit, text] of FAULTS) {
    it(`is refused with exit code ${exit} for ${what}`, () => {
      const fault = faultOf(wire, format);
      expect([fault.message, fault.exitCode]).toEqual([text, exit]);
    });
  }

  it('is told where: the error carries the offset of the entry', () => {
    expect(faultOf(bytesOf(named('abc'), named('..')), bare).byteOffset).toBe(named('abc').length);
  });
});

describe('a sender that is merely odd', () => {
  it('may repeat slashes and dots: names are cleaned, prefixes refer to the wire form', () => {
    const next = bytesOf([0x38, 5, 1], 'z', ZERO, TIME, FILE);
    const { list } = decode(bytesOf(named('./a//b/./c'), next, named('d/', DIRECTORY)), bare);
    expect([0, 1, 2].map((row) => list.name(row))).toEqual(['a/b/c', 'a/z', 'd']);
    expect([0, 1, 2].map((row) => list.dirName(row))).toEqual(['a/b', 'a', '']);
  });

  it('may send absolute names with -R; they are stripped after sorting', () => {
    const { list } = decode(bytesOf(named('//x/y'), named('/z'), named('/.', DIRECTORY)), {
      ...bare,
      relative: true,
    });
    expect([0, 1, 2].map((row) => list.name(row))).toEqual(['/x/y', '/z', '/.']);
    stripLeadingSlashes(list);
    expect([0, 1, 2].map((row) => list.name(row))).toEqual(['x/y', 'z', '.']);
  });

  it('may send every name with LONG_NAME and every field in full, as openrsync does', () => {
    const entry = (name: string, mode: number[], top: number): Uint8Array =>
      bytesOf([0x40 | top], [name.length, 0, 0, 0], name, [5, 0, 0, 0], [0x25, 0x7d, 0x93, 0x65], mode);
    const { list, state } = decode(
      bytesOf(entry('.', DIRECTORY, 1), entry('d', DIRECTORY, 1), entry('d/f', FILE, 0), [0]),
      options(27, { preserveUid: false, preserveGid: false, preserveHardLinks: false }),
    );
    expect(state).toBe('end');
    expect([0, 1, 2].map((row) => list.name(row))).toEqual(['.', 'd', 'd/f']);
  });

  it('knows content directories before protocol 30 only by the order of entries', () => {
    const top = (name: string): Uint8Array => named29(name, 0x19);
    const named29 = (name: string, flags: number): Uint8Array =>
      bytesOf([flags, name.length], name, [0, 0, 0, 0], [0, 0, 0, 0], DIRECTORY);
    const wire = bytesOf(
      named29('a', 0x18),
      top('a/b'),
      named29('a/b/c', 0x18),
      named29('a/bb', 0x18),
      named29('a/b/d', 0x18),
    );
    const { list } = decode(wire, { ...old, relative: true });
    expect([0, 1, 2, 3, 4].map((row) => list.flags(row))).toEqual([0, 3, 2, 0, 0]);
  });
});

describe(`damaged lists (seed ${SEED})`, () => {
  /** A list of every kind of entry, as bytes. */
  function sample(seed: number): { wire: Uint8Array; format: FileListOptions; rows: number } {
    const random = new Random(seed);
    const format = randomOptions(random, 27 + random.below(6));
    const core = new CoreInstance();
    const start = format.incremental ? 1 : 0;
    const list = new FileList(core, { start, dirs: new DirectoryNames(core) });
    const maker = new EntryMaker(random, format);
    const rows = 1 + random.below(20);
    for (let row = 0; row < rows; row++) list.add(maker.next(start + row));
    const sink = new BytesSink(core);
    const encoder = new FileListEncoder(core, format);
    encoder.encode(list, 0, rows, sink);
    encoder.end(sink, 0);
    return { wire: Uint8Array.from(sink.bytes), format, rows };
  }

  it('that end early are waited for, and nothing of a half entry is taken', () => {
    for (let round = 0; round < 12; round++) {
      const { wire, format, rows } = sample(SEED + round);
      const step = Math.ceil(wire.length / 150);
      for (let length = 0; length < wire.length; length += step) {
        const { state, list, window } = decode(wire.subarray(0, length), format);
        expect(state).toBe('more');
        expect(list.count).toBeLessThanOrEqual(rows);
        expect(window.byteOffset).toBeLessThanOrEqual(length);
      }
      expect(decode(wire, format).list.count).toBe(rows);
    }
  });

  it('with flipped bits end in a protocol error or in a list that can be used', () => {
    let refused = 0;
    for (let round = 0; round < 600; round++) {
      const random = new Random(SEED * 31 + round);
      const { wire, format } = sample(SEED + (round % 40));
      for (let flips = 1 + random.below(4); flips > 0; flips--) {
        wire[random.below(wire.length)]! ^= 1 << random.below(8);
      }
      try {
        const { list, dirs } = decode(wire, format);
        list.sort(format.protocol);
        list.clean(format.protocol);
        for (let row = 0; row < list.count; row++) {
          expect(list.name(row).length).toBeLessThan(4096);
          expect(list.linkTarget(row).length).toBeLessThan(4096);
          expect(list.rowAt(list.positionOf(row))).toBe(row);
          if (list.isActive(row))
            expect(list.find(list.name(row), list.isDirectory(row))).toBeGreaterThanOrEqual(0);
        }
        expect(list.usedBytes + dirs.usedBytes).toBeLessThan(64 * 1024 + 160 * wire.length);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });
});

describe('memory', () => {
  const long = 'x'.repeat(250);
  const wide = (suffix: (i: number) => string, count: number): Uint8Array => {
    const parts: (string | number[])[] = [[0x18, 251], 'p', long, ZERO, TIME, FILE];
    for (let i = 0; i < count; i++) parts.push([0x80, 0xba, 250, suffix(i).length], suffix(i), ZERO);
    return bytesOf(...parts);
  };
  const digits = (i: number): string => i.toString(36).padStart(3, '0');

  it('grows with what was received: a long prefix of files or directories multiplies it by a bounded factor', () => {
    for (const suffix of [digits, (i: number): string => `${digits(i)}/y`]) {
      const wire = wide(suffix, 20_000);
      const { list, dirs } = decode(wire, bare);
      expect(list.count).toBe(20_001);
      expect(list.usedBytes + dirs.usedBytes).toBeLessThan(90 * wire.length);
    }
  });

  it('is not multiplied by hard links to one long symlink', () => {
    const target = 't'.repeat(4095);
    const parts: (string | number[])[] = [[0x92, 0x18, 1], 'a', ZERO, TIME, LINK, [0x8f, 0xff], target];
    for (let i = 0; i < 5000; i++) parts.push([0x82, 0xba, 1, 3], digits(i), [0]);
    const wire = bytesOf(...parts);
    const { list } = decode(wire, bare);
    expect(list.linkTarget(5000)).toBe(target);
    expect(list.usedBytes).toBeLessThan(30 * wire.length);
  });

  it('is refused above the limit with exit code 22, for rows, names and directories', () => {
    for (const suffix of [digits, (i: number): string => `${digits(i)}/y`]) {
      expect(() => decode(wide(suffix, 20_000), bare, 1 << 20)).toThrowError(
        expect.objectContaining({ name: 'ProtocolError', exitCode: 22 }) as Error,
      );
    }
  });

  it('comes back: a session of many lists does not grow', () => {
    const core = new CoreInstance();
    const dirs = new DirectoryNames(core);
    const decoder = new FileListDecoder(core, bare);
    const wire = bytesOf(wide(digits, 500), [0, 0]);
    let before = 0;
    for (let round = 0; round < 50; round++) {
      const list = new FileList(core, { start: 0, dirs });
      const window = new BytesWindow(core, wire);
      expect(decoder.decode(window, list)).toBe('end');
      list.sort(32);
      expect(list.find(`p${'x'.repeat(249)}007`)).toBe(7);
      window.free();
      list.free();
      if (round === 5) before = core.usedBytes;
    }
    expect(core.usedBytes).toBe(before);
  });
});
