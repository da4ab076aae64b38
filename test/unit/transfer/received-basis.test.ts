// Which basis a peer may name in a record, and which file that is.
import { describe, expect, it } from 'vitest';
import type { FileList } from '@ocrsync/core/file-list';
import { MemoryFilesystem } from '@ocrsync/node/fs/memory-filesystem';
import { DEFAULT_OPTIONS } from '@ocrsync/node/options/default-options';
import type { Options } from '@ocrsync/node/options/options';
import type { SessionContext } from '@ocrsync/node/session/context';
import { type DestinationReport, DestinationState } from '@ocrsync/node/transfer/destination-state';
import { ReceivedBasis } from '@ocrsync/node/transfer/received-basis';

const files: Readonly<Record<string, string>> = {
  'd/sub/old': 'similar',
  'd/out': 'beside',
  'a/sub/f': 'first',
  'b/sub/f': 'second',
  'b/sub/older': 'far',
};

function made(changes: Partial<Options>, protocol = 31): ReceivedBasis {
  const filesystem = new MemoryFilesystem();
  const root = filesystem.root('/');
  for (const directory of ['d', 'd/sub', 'a', 'a/sub', 'b', 'b/sub']) root.mkdir(directory, 0o755);
  for (const [name, text] of Object.entries(files)) {
    const file = root.createExclusive(name, 0o644);
    file.write(Buffer.from(text), 0);
    file.close();
  }
  const context = { protocol, channel: { reader: { byteOffset: 7 } } } as unknown as SessionContext;
  const report = { message: () => undefined } as unknown as DestinationReport;
  const state = new DestinationState(filesystem, { ...DEFAULT_OPTIONS, ...changes }, context, report);
  state.root = filesystem.root('/d');
  return new ReceivedBasis(state);
}

const two: Partial<Options> = { alternateDestinations: { kind: 'link', directories: ['../a', '/b'] } };
const entry = { list: { name: () => 'sub/f' } as unknown as FileList, row: 0, ndx: 1 };

function refusal(changes: Partial<Options>, basisType: number, xname?: string): string | undefined {
  try {
    made(changes).check(entry, { ndx: 1, iflags: 0x8000, basisType, xname });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function contentOf(changes: Partial<Options>, basisType: number, xname?: string, protocol = 31): string {
  const found = made(changes, protocol).find({ ndx: 1, iflags: 0x8000, basisType, xname }, 'sub/f');
  const bytes = Buffer.alloc(20);
  const text = bytes.subarray(0, found.basis?.read(bytes, 0) ?? 0).toString();
  return `${text} ${found.other === undefined ? 'here' : found.other.place.name}`;
}

describe('the basis of a received file', () => {
  it('is only one that was asked for', () => {
    expect(refusal({}, 0)).toBe('invalid basis_dir index: 0.');
    expect(refusal(two, 1)).toBeUndefined();
    expect(refusal(two, 2)).toBe('invalid basis_dir index: 2.');
    expect(refusal({}, 0x81)).toBe('rsync: refusing unrequested basis type 129 for sub/f');
    expect(refusal({ backup: true }, 0x82)).toBe('rsync: refusing unrequested basis type 130 for sub/f');
    expect(refusal({ backup: true, inplace: true }, 0x82)).toBeUndefined();
    const malicious = 'rsync: refusing malicious fuzzy operation for sub/f';
    expect(refusal({}, 0x83, 'old')).toBe(malicious);
    expect(refusal({ fuzzy: 1 }, 0x83, 'old')).toBeUndefined();
    expect(refusal({ ...two, fuzzy: 1 }, 0x84, 'old')).toBe(malicious);
    expect(refusal({ ...two, fuzzy: 2 }, 0x85, 'old')).toBeUndefined();
    expect(refusal({ ...two, fuzzy: 2 }, 0x86, 'old')).toBe(malicious);
  });

  it.each([undefined, '', '.', '..', '../out', 'a/b', '/etc/passwd', 'x\0y'])(
    'has no name that leads elsewhere: %j',
    (xname) => {
      expect(refusal({ fuzzy: 1 }, 0x83, xname)).toContain('malicious');
    },
  );

  it('is the file in the directory that the record numbers, or the similar one it names', () => {
    expect(contentOf(two, 0)).toBe('first sub/f');
    expect(contentOf(two, 1)).toBe('second sub/f');
    expect(contentOf({ fuzzy: 1 }, 0x83, 'old')).toBe('similar sub/old');
    expect(contentOf({ ...two, fuzzy: 2 }, 0x85, 'older')).toBe('far sub/older');
    expect(contentOf(two, 0x80)).toBe(' here');
  });

  it('is found without a word of the peer before protocol 29', () => {
    expect(contentOf(two, 0x80, undefined, 28)).toBe('first sub/f');
    expect(contentOf({}, 0x80, undefined, 28)).toBe(' here');
  });
});
