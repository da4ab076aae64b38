// Every list of docs/protocol/03-file-list.md §19 (bytes of real senders) means what the notes say, and is encoded to the same bytes.
import { describe, expect, it } from 'vitest';
import { CoreInstance } from '@ocrsync/core/instance';
import { DirectoryNames } from '@ocrsync/core/directory-names';
import { FileList } from '@ocrsync/core/file-list';
import {
  FileListDecoder,
  FileListEncoder,
  type FileListOptions,
  type IdName,
} from '@ocrsync/core/file-list-codec';
import { type ExampleList, exampleLists } from './file-list-examples.ts';
import { BytesSink, BytesWindow, entryOf, options } from './file-list-harness.ts';

const inc = { incremental: true };
const flags1 = { varintFlags: false };
const plain = { preserveUid: false, preserveGid: false, preserveDevices: false, preserveSpecials: false };
const noLinks = { preserveHardLinks: false };
const rlt = { ...plain, ...noLinks };

const CASES: [section: string, block: number, entries: number, options: FileListOptions][] = [
  ['19.1', 0, 11, options(27)],
  ['19.2', 0, 11, options(28)],
  ['19.2', 0, 11, options(29)],
  ['19.3', 0, 11, options(30, { ...inc, ...flags1, safeList: true })],
  ['19.3', 0, 11, options(31, { ...inc, ...flags1 })],
  ['19.4', 0, 11, options(32, inc)],
  ['19.4', 0, 11, options(31, { ...inc, varintFlags: true })],
  ['19.4', 0, 11, options(30, { ...inc, varintFlags: true, safeList: true })],
  ['19.5', 0, 11, options(32)],
  ['19.6', 0, 7, options(32, { ...inc, ...noLinks, relative: true })],
  ['19.7', 0, 9, options(32, { ...inc, ...rlt, preserveLinks: false })],
  ['19.8', 1, 6, options(32, { ...noLinks, relative: true, recursive: false })],
  ['19.9', 0, 2, options(32, { ...inc, ...noLinks, missingArgs: true })],
  ['19.10', 0, 10, options(27, noLinks)],
  ['19.10', 1, 10, options(28, noLinks)],
  ['19.10', 1, 10, options(29, noLinks)],
  ['19.10', 2, 10, options(30, { ...inc, ...noLinks, varintFlags: true, safeList: true })],
  ['19.10', 3, 10, options(31, { ...inc, ...noLinks, varintFlags: true })],
  ['19.10', 3, 10, options(32, { ...inc, ...noLinks })],
  ['19.11', 0, 12, options(32, inc)],
  ['19.14', 0, 5, options(32, { ...inc, ...rlt })],
  ['19.14', 1, 5, options(31, { ...inc, ...rlt, ...flags1 })],
  ['19.14', 2, 5, options(30, { ...inc, ...rlt, ...flags1 })],
  ['19.14', 3, 5, options(29, rlt)],
  ['19.15', 0, 6, options(32, { ...inc, ...rlt })],
];

/** The notes' facts about one entry, as far as they can be read off the row. */
function checkMeaning(list: FileList, row: number, meaning: string, protocol: number): void {
  const fact = (pattern: RegExp): string | undefined => pattern.exec(meaning)?.[1];
  const number = (pattern: RegExp): number | undefined => {
    const found = fact(pattern);
    return found === undefined ? undefined : Number(found);
  };
  const bytes = (name: string): string =>
    name.replace(/\\x(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const same = (actual: unknown, expected: unknown): void => {
    if (expected !== undefined) expect(actual, meaning).toBe(expected);
  };
  same(list.name(row), bytes(fact(/; '(.*?)'/)!));
  same(list.sizeBytes(row), number(/; length (\d+)/));
  same(list.mtimeNsec(row), number(/; nsec (\d+)/) ?? 0);
  const mtime = number(/; mtime (-?\d+)/);
  same(list.mtimeSec(row), mtime !== undefined && protocol < 30 ? mtime >>> 0 : mtime);
  const mode = fact(/; mode (\d+)/);
  same(list.mode(row), mode === undefined ? undefined : Number.parseInt(mode, 8));
  same(list.uid(row), number(/; uid (\d+)/));
  same(list.gid(row), number(/; gid (\d+)/));
  same(
    list.linkTarget(row),
    fact(/; target b'(.*?)'/) === undefined ? undefined : bytes(fact(/; target b'(.*?)'/)!),
  );
  same(
    list.linkGroup(row),
    number(/; hlink ndx (\d+)/) ?? (/HLINK_FIRST/.test(meaning) ? list.start + row : -1),
  );
  if (list.isDevice(row)) {
    same(list.rdevMajor(row), number(/; rdev major (\d+)/));
    same(list.rdevMinor(row), number(/; rdev minor8? (\d+)/));
  }
  const dev = fact(/; dev\+1 0x(\w+)/);
  same(list.linkDev(row), dev === undefined ? undefined : `0x${(BigInt(`0x${dev}`) - 1n).toString(16)}`);
  const ino = fact(/; ino (\d+)/);
  same(list.linkIno(row), ino === undefined ? undefined : `0x${BigInt(ino).toString(16)}`);
}

/** Decodes one list entry by entry, so that the names announced by each are known. */
function decodeList(
  core: CoreInstance,
  decoder: FileListDecoder,
  dirs: DirectoryNames,
  example: ExampleList,
): { list: FileList; announced: IdName[][] } {
  const list = new FileList(core, { start: example.start ?? 0, dirs });
  const announced: IdName[][] = [];
  for (const entry of example.entries) {
    const window = new BytesWindow(core, entry.bytes);
    expect(decoder.decode(window, list)).toBe('more');
    expect(window.dataLength, entry.meaning).toBe(0);
    announced.push(decoder.takeIdNames());
  }
  const end = new BytesWindow(core, example.end);
  expect(decoder.decode(end, list)).toBe('end');
  expect(end.dataLength).toBe(0);
  return { list, announced };
}

describe('the lists that real senders were seen to send', () => {
  for (const [section, block, count, format] of CASES) {
    it(`§${section} block ${block} as protocol ${format.protocol} is understood and encoded again byte by byte`, () => {
      const core = new CoreInstance();
      const dirs = new DirectoryNames(core);
      const decoder = new FileListDecoder(core, format);
      const encoder = new FileListEncoder(core, format);
      let seen = 0;
      for (const example of exampleLists(section, block)) {
        const { list, announced } = decodeList(core, decoder, dirs, example);
        expect(list.count).toBe(example.entries.length);
        const ioError = Number(/io_error (\d)/.exec(example.endMeaning)?.[1] ?? 0);
        expect(decoder.ioError).toBe(ioError);
        const again = new FileList(core, { start: list.start, dirs });
        for (const [row, entry] of example.entries.entries()) {
          checkMeaning(list, row, entry.meaning, format.protocol);
          again.add(entryOf(list, row, announced[row]!));
          const sink = new BytesSink(core);
          encoder.encode(again, row, row + 1, sink);
          expect(Buffer.from(sink.bytes).toString('hex'), entry.meaning).toBe(
            Buffer.from(entry.bytes).toString('hex'),
          );
          seen++;
        }
        const sink = new BytesSink(core);
        encoder.end(sink, ioError);
        expect(Buffer.from(sink.bytes).toString('hex')).toBe(Buffer.from(example.end).toString('hex'));
      }
      expect(seen).toBe(count);
    });
  }
});
