// The scenarios of recorded sessions, and the trees they begin with: the same bytes, names and times on every machine.
import { chmodSync, linkSync, lutimesSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { seeded } from './random.ts';

export interface ReplayCase {
  readonly name: string;
  readonly direction: 'push' | 'pull';
  readonly options: readonly string[];
  /** The destination holds older versions of the files: deltas travel. */
  readonly basis: boolean;
}

const plain = ['-a', '--numeric-ids', '--no-o', '--no-g'];

/** Both directions of each set of options. */
export const replayCases: readonly ReplayCase[] = (['push', 'pull'] as const).flatMap((direction) =>
  (
    [
      ['first', plain, false],
      ['delta', plain, true],
      ['whole-list', [...plain, '--no-inc-recursive'], true],
      ['hard-links', [...plain, '-H'], false],
      ['delete', [...plain, '--delete'], true],
      ['checksum-md5', [...plain, '-c', '--checksum-choice=md5'], true],
      ['zlib', [...plain, '--compress-choice=zlib'], true],
      ['zlibx', [...plain, '--compress-choice=zlibx'], true],
      ['zstd', [...plain, '--compress-choice=zstd'], true],
      ['lz4', [...plain, '--compress-choice=lz4'], true],
      ['protocol-30', [...plain, '--protocol=30'], true],
      ['protocol-31', [...plain, '--protocol=31'], true],
      ['dry-run', [...plain, '-n', '-i'], true],
    ] as const
  ).map(([name, options, basis]) => ({ name: `${direction}-${name}`, direction, options, basis })),
);

const WHEN = 1_700_000_000;
const FILES: readonly (readonly [string, number])[] = [
  ['empty', 0],
  ['one byte', 1],
  ['block', 700],
  ['text', 5000],
  ['dir/large', 60_000],
  ['dir/sub/other', 9000],
  ['dir/sub/deep/leaf', 33],
  ['zz/last', 1234],
];

/** Something that compresses. */
function prose(lengthBytes: number): Buffer {
  let text = '';
  for (let line = 0; text.length < lengthBytes; line++) text += `line ${line} of the text\n`;
  return Buffer.from(text.slice(0, lengthBytes));
}

function fill(root: string, edit: (name: string, content: Buffer) => Buffer): void {
  const random = seeded(20);
  for (const directory of ['dir', 'dir/sub', 'dir/sub/deep', 'zz']) mkdirSync(path.join(root, directory));
  for (const [name, lengthBytes] of FILES) {
    const file = path.join(root, name);
    const content = name === 'text' ? prose(lengthBytes) : random.bytes(lengthBytes);
    writeFileSync(file, edit(name, content));
    chmodSync(file, 0o644);
    utimesSync(file, WHEN, WHEN);
  }
}

function settle(root: string): void {
  for (const directory of ['dir/sub/deep', 'dir/sub', 'dir', 'zz', '.']) {
    chmodSync(path.join(root, directory), 0o755);
    utimesSync(path.join(root, directory), WHEN, WHEN);
  }
}

/** The tree that is sent. */
export function makeReplaySource(root: string): void {
  fill(root, (_name, content) => content);
  symlinkSync('dir/large', path.join(root, 'link'));
  lutimesSync(path.join(root, 'link'), WHEN, WHEN);
  linkSync(path.join(root, 'text'), path.join(root, 'zz/text-too'));
  settle(root);
}

/** What lies at the destination when deltas are to travel: older contents, and something to delete. */
export function makeReplayDestination(root: string): void {
  fill(root, (name, content) => {
    if (name === 'block') return content;
    const old = Buffer.concat([
      content.subarray(0, content.length >> 1),
      Buffer.from('old'),
      content.subarray(content.length >> 1),
    ]);
    return old;
  });
  writeFileSync(path.join(root, 'dir/extra'), 'to be deleted');
  utimesSync(path.join(root, 'dir/extra'), WHEN, WHEN);
  utimesSync(path.join(root, 'dir/large'), WHEN - 5, WHEN - 5);
  settle(root);
}
