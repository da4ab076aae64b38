// File lists and id lists through the wire's reader and writer: frames anywhere, bytes in small pieces.
import { describe, expect, it } from 'vitest';
import { CoreInstance } from '@ocrsync/core/instance';
import { DirectoryNames } from '@ocrsync/core/directory-names';
import { FileList } from '@ocrsync/core/file-list';
import { FileListDecoder, FileListEncoder } from '@ocrsync/core/file-list-codec';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import { tryReadIdList, writeIdList } from '@ocrsync/core/id-lists';
import { ADVANCED_NOTHING, WireReader } from '@ocrsync/core/wire-reader';
import { WireWriter } from '@ocrsync/core/wire-writer';
import { options } from './file-list-harness.ts';
import { EntryMaker, Random } from './file-list-random.ts';
import { drain, hex, toHex } from './wire-bytes.ts';

/** Feeds the bytes piece by piece until `attempt` gives something; answers it and how many pieces it took. */
function feed<T>(reader: WireReader, wire: Uint8Array, pieceBytes: number, attempt: () => T | undefined): T {
  for (let at = 0; ; at += pieceBytes) {
    for (;;) {
      const result = attempt();
      if (result !== undefined) return result;
      if (reader.advance() === ADVANCED_NOTHING) break;
    }
    if (at >= wire.length) throw new Error('the bytes are used up');
    const piece = wire.subarray(at, at + pieceBytes);
    reader.space().set(piece);
    reader.commit(piece.length);
  }
}

describe('a file list in frames', () => {
  for (const pieceBytes of [1, 7, 1000]) {
    it(`of 128 bytes arrives whole in pieces of ${pieceBytes}, the bytes behind it untouched`, () => {
      const core = new CoreInstance();
      const format = options(32, { incremental: true });
      const maker = new EntryMaker(new Random(99), format);
      const source = new FileList(core, { start: 1, dirs: new DirectoryNames(core) });
      for (let row = 0; row < 150; row++) source.add(maker.next(1 + row));
      const writer = new WireWriter(core, { frameBytes: 128 });
      writer.enableMux();
      const encoder = new FileListEncoder(core, format);
      encoder.encode(source, 0, source.count, writer);
      encoder.end(writer, 2);
      writer.int(0x12345678);
      const wire = drain(writer);
      const reader = new WireReader(core);
      reader.enableMux();
      const decoder = new FileListDecoder(core, format);
      const list = new FileList(core, { start: 1, dirs: new DirectoryNames(core) });
      let ended = false;
      const behind = feed(reader, wire, pieceBytes, () => {
        ended ||= decoder.decode(reader, list) === 'end';
        return ended && reader.tryInt() ? reader.value : undefined;
      });
      expect(behind).toBe(0x12345678);
      expect(decoder.ioError).toBe(2);
      for (let row = 0; row < 150; row++) expect(list.name(row)).toBe(source.name(row));
      expect(decoder.rawBytes).toBeGreaterThan(2000);
    });
  }

  it('that is refused names the reader and the offset in the raw stream', () => {
    const core = new CoreInstance();
    const reader = new WireReader(core);
    reader.role = 'receiver';
    reader.enableMux();
    const bytes = hex('02000007 2001 0200 0007 0061');
    reader.space().set(bytes);
    reader.commit(bytes.length);
    while (reader.advance() !== ADVANCED_NOTHING);
    const decoder = new FileListDecoder(core, options(32));
    const list = new FileList(core, { start: 0, dirs: new DirectoryNames(core) });
    const refused = (): unknown => decoder.decode(reader, list);
    expect(refused).toThrowError(ProtocolError);
    expect(refused).toThrowError('invalid name prefix: l1=1 lastname= [receiver]');
  });
});

describe('an id list', () => {
  const names = [
    { id: 1, name: 'daemon' },
    { id: 0, name: 'root' },
    { id: 4_000_000_000, name: 'big\xff' },
    { id: 7, name: '' },
  ];
  const listed = (id0Names: boolean): object[] =>
    id0Names ? [names[0]!, names[2]!, names[1]!] : [names[0]!, names[2]!];
  const CASES: [protocol: number, id0Names: boolean, bytes: string][] = [
    [29, false, '01000000 06 6461656d6f6e 00286bee 04 626967ff 00000000'],
    [31, false, '01 06 6461656d6f6e f000286bee 04 626967ff 00'],
    [32, true, '01 06 6461656d6f6e f000286bee 04 626967ff 00 04 726f6f74'],
  ];
  for (const [protocol, id0Names, bytes] of CASES) {
    it(`of protocol ${protocol} ${id0Names ? 'with' : 'without'} the name of id 0 is written and read back in single bytes`, () => {
      const core = new CoreInstance();
      const writer = new WireWriter(core);
      writeIdList(writer, protocol, names, id0Names);
      const wire = drain(writer);
      expect(toHex(wire)).toBe(toHex(hex(bytes)));
      const reader = new WireReader(core);
      const read = feed(reader, wire, 1, () => tryReadIdList(reader, protocol, id0Names));
      expect(read).toEqual(listed(id0Names));
      expect(reader.rawBytesTaken).toBe(wire.length);
    });
  }

  it('may be larger than the window of the reader', () => {
    const core = new CoreInstance();
    const many = Array.from({ length: 500 }, (_, i) => ({ id: i + 1, name: `user${i}` }));
    const writer = new WireWriter(core);
    writeIdList(writer, 32, many, true);
    const reader = new WireReader(core, { capacityBytes: 512 });
    expect(feed(reader, drain(writer), 64, () => tryReadIdList(reader, 32, true))).toEqual(many);
  });

  it('of nobody is a terminator; a nameless id 0 is not listed', () => {
    const core = new CoreInstance();
    const writer = new WireWriter(core);
    writeIdList(writer, 32, [], true);
    const wire = drain(writer);
    expect(toHex(wire)).toBe('00 00');
    const reader = new WireReader(core);
    expect(feed(reader, wire, 1, () => tryReadIdList(reader, 32, true))).toEqual([]);
  });
});
