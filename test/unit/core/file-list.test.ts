// The file list as a container: what is put in comes out, its bounds, and what an encoder refuses.
import { describe, expect, it } from 'vitest';
import { CoreInstance } from '@ocrsync/core/instance';
import { DirectoryNames } from '@ocrsync/core/directory-names';
import { FLIST_HOST_BITS, FLIST_MISSING, FLIST_SKIP_GROUP, FileList } from '@ocrsync/core/file-list';
import { FileListDecoder, FileListEncoder } from '@ocrsync/core/file-list-codec';
import type { NewEntry } from '@ocrsync/core/file-list-entry';
import { exampleLists } from './file-list-examples.ts';
import { BytesSink, BytesWindow, options } from './file-list-harness.ts';

function entry(name: string, changes: Partial<NewEntry> = {}): NewEntry {
  return {
    name,
    mode: 0o100644,
    sizeBytes: 0,
    mtimeSec: 0,
    mtimeNsec: 0,
    uid: 0,
    gid: 0,
    flags: 0,
    ...changes,
  };
}

function newList(core = new CoreInstance()): FileList {
  return new FileList(core, { start: 1, dirs: new DirectoryNames(core) });
}

describe('a file list', () => {
  it('keeps full names as directory and base', () => {
    const list = newList();
    for (const name of ['.', 'a', 'd/e/f', 'd/e/g', '/h', '\xff/\x80']) list.add(entry(name));
    const rows = [0, 1, 2, 3, 4, 5];
    expect(rows.map((row) => list.name(row))).toEqual(['.', 'a', 'd/e/f', 'd/e/g', '/h', '\xff/\x80']);
    expect(rows.map((row) => list.dirName(row))).toEqual(['', '', 'd/e', 'd/e', '/', '\xff']);
    expect(rows.map((row) => list.baseName(row))).toEqual(['.', 'a', 'f', 'g', 'h', '\x80']);
    expect(list.dirNumber(2)).toBe(list.dirNumber(3));
    expect(list.dirs.count).toBe(4);
  });

  it('refuses names and bytes that the wire cannot carry', () => {
    const list = newList();
    for (const name of ['', 'a/', 'x'.repeat(4096), '\u0100'])
      expect(() => list.add(entry(name))).toThrow(RangeError);
    expect(() => list.add(entry('l', { linkTarget: 'x'.repeat(4096) }))).toThrow(RangeError);
    expect(() => list.add(entry('u', { userName: 'x'.repeat(256) }))).toThrow(RangeError);
    expect(list.count).toBe(0);
    expect(list.add(entry('x'.repeat(4095), { linkTarget: 'y'.repeat(4095) }))).toBe(0);
    expect(list.name(0)).toBe('x'.repeat(4095));
  });

  it('lets the host change ids, permissions, flags and roots, but not the type or what the entry has', () => {
    const list = newList();
    list.add(entry('f', { root: 3, flags: FLIST_SKIP_GROUP }));
    list.setUid(0, 4_294_967_295);
    list.setGid(0, 7);
    list.setMode(0, 0o755);
    list.setRoot(0, 9);
    list.setSizeBytes(0, 2 ** 40);
    list.setFlags(0, FLIST_HOST_BITS | 0x7000000);
    expect([list.uid(0), list.gid(0), list.mode(0), list.root(0), list.sizeBytes(0)]).toEqual([
      4_294_967_295,
      7,
      0o100755,
      9,
      2 ** 40,
    ]);
    expect(list.flags(0)).toBe(FLIST_HOST_BITS);
    expect(list.linkTarget(0)).toBe('');
    list.empty(0);
    expect(list.isActive(0)).toBe(false);
  });

  it('marks a missing argument', () => {
    const list = newList();
    list.add(entry('gone', { mode: 0 }));
    expect(list.flags(0)).toBe(FLIST_MISSING);
    expect(list.isRegular(0)).toBe(false);
  });

  it('holds a hundred thousand rows in about fifty bytes and a name each, and gives everything back', () => {
    const core = new CoreInstance();
    const dirs = new DirectoryNames(core);
    const before = core.usedBytes;
    const list = new FileList(core, { start: 0, dirs });
    for (let i = 0; i < 100_000; i++) list.add(entry(`d${i % 10}/${i}`));
    expect(list.name(99_999)).toBe('d9/99999');
    expect(list.usedBytes).toBeLessThan(2 ** 17 * (48 + 8) + 1024);
    list.sort(32);
    expect(list.name(list.rowAt(0))).toBe('d0/0');
    expect(list.name(list.rowAt(99_999))).toBe('d9/99999');
    list.free();
    list.free();
    dirs.free();
    expect(core.usedBytes).toBeLessThan(before);
  });

  it('cannot be searched before it is sorted, nor cleaned by another order', () => {
    const list = newList();
    list.add(entry('a'));
    expect(() => list.find('a')).toThrow('not sorted');
    list.sort(28);
    expect(() => list.clean(32)).toThrow('not sorted for protocol 32');
  });
});

describe('an encoder', () => {
  const encode = (protocol: number, added: NewEntry, changes = {}): (() => void) => {
    const list = newList();
    list.add(added);
    return () => {
      const sink = new BytesSink(list.core);
      new FileListEncoder(list.core, options(protocol, changes)).encode(list, 0, 1, sink);
    };
  };

  it('refuses to invent what the options ask for', () => {
    expect(encode(27, entry('f'))).toThrow('lacks');
    expect(encode(29, entry('f', { hardLink: { dev: 1, ino: 2 } }))).not.toThrow();
    expect(encode(32, entry('f', { hardLink: { dev: 1, ino: 2 } }))).toThrow('lacks');
    expect(encode(32, entry('l', { mode: 0o120777 }))).toThrow('lacks');
    expect(encode(32, entry('l', { mode: 0o120777 }), { preserveLinks: false })).not.toThrow();
    expect(encode(32, entry('f', { checksum: new Uint8Array(8) }), { checksumBytes: 16 })).toThrow('lacks');
  });

  it('refuses options that no protocol has', () => {
    const core = new CoreInstance();
    expect(() => new FileListEncoder(core, options(26))).toThrow(RangeError);
    expect(() => new FileListEncoder(core, options(29, { varintFlags: true }))).toThrow(RangeError);
    expect(() => new FileListEncoder(core, options(27, { atimes: true }))).toThrow(RangeError);
  });

  it('sends a checksum of zeros for an unreadable file', () => {
    const list = newList();
    list.add(entry('f'));
    const sink = new BytesSink(list.core);
    new FileListEncoder(list.core, options(32, { checksumBytes: 16 })).encode(list, 0, 1, sink);
    expect(Buffer.from(sink.bytes.subarray(-16)).toString('hex')).toBe('0'.repeat(32));
  });

  it('limits a prefix to 255 bytes', () => {
    const list = newList();
    const stem = `${'d'.repeat(250)}/${'x'.repeat(249)}`;
    list.add(entry(`${stem}y`));
    list.add(entry(`${stem}x`));
    const sink = new BytesSink(list.core);
    const encoder = new FileListEncoder(list.core, options(32));
    encoder.encode(list, 0, 1, new BytesSink(list.core));
    encoder.encode(list, 1, 2, sink);
    expect(Buffer.from(sink.bytes.subarray(0, 5)).toString('hex')).toBe('80baff' + 'f6' + '78');
  });
});

describe('excerpts of lists that real senders were seen to send', () => {
  it('carry access times', () => {
    const core = new CoreInstance();
    const decoder = new FileListDecoder(core, options(32, { incremental: true, atimes: true }));
    const list = newList(core);
    for (const line of [
      '8098 05 6861726431 000500 a4810000 6b7ef700',
      'c09840 04 6c696e6b 000500 ffa10000 05 612e747874',
    ]) {
      decoder.decode(new BytesWindow(core, Buffer.from(line.replaceAll(' ', ''), 'hex')), list);
    }
    expect([list.atimeSec(0), list.atimeSec(1)]).toEqual([1_795_225_470, 1_795_225_470]);
    expect(list.linkTarget(1)).toBe('a.txt');
  });

  it('carry checksums of every entry with protocol 27', () => {
    const core = new CoreInstance();
    const format = options(27, { checksumBytes: 16, preserveHardLinks: false });
    const decoder = new FileListDecoder(core, format);
    const list = newList(core);
    const sum = 'aa010fbc1d14c795d86ef98c95479d17';
    for (const line of [
      `98 04 6c696e6b 05000000 ffa10000 05000000 612e747874 ${'00'.repeat(16)}`,
      `98 07 6162632e747874 0b000000 a4810000 ${sum}`,
    ]) {
      const window = new BytesWindow(core, Buffer.from(line.replaceAll(' ', ''), 'hex'));
      decoder.decode(window, list);
      expect(window.dataLength).toBe(0);
    }
    expect(list.checksum(0)).toBeUndefined();
    expect(Buffer.from(list.checksum(1)!).toString('hex')).toBe(sum);
  });

  it('number the sorted first list as rsync does', () => {
    const core = new CoreInstance();
    const list = newList(core);
    const decoder = new FileListDecoder(core, options(32, { incremental: true }));
    for (const { bytes } of exampleLists('19.4', 0)[0]!.entries)
      decoder.decode(new BytesWindow(core, bytes), list);
    list.sort(32);
    const numbers = ['.', 'a.txt', 'abc.txt', 'hard1', 'link', 'd1', 'd3'].map(
      (name) => list.start + list.find(name),
    );
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(list.linkGroup(list.rowAt(list.find('a.txt')))).toBe(3);
  });
});
