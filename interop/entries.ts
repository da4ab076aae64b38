// What the trees of the matrix contain, as plain lists: names (latin1, one char is one byte), types, modes, contents.
// Parents come before their children. interop/trees.ts puts such a list on the disk.
import { seeded, type Random } from './random.ts';

export interface Entry {
  readonly name: string;
  readonly kind: 'dir' | 'file' | 'symlink' | 'hardlink' | 'fifo' | 'socket' | 'char' | 'block';
  readonly mode?: number;
  /** Content of a file. */
  readonly bytes?: Buffer;
  /** Sparse file: whole size, with `bytes` written at each of `offsets`. */
  readonly sizeBytes?: number;
  readonly offsets?: readonly number[];
  /** Of a symlink: its value; of a hard link: the name it shares the inode with. */
  readonly target?: string;
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** By default any moment of some years, by the tree's seed. */
  readonly modified?: { readonly seconds: number; readonly nanoseconds: number };
  readonly xattrs?: Readonly<Record<string, Buffer>>;
  /** As setfacl takes it. */
  readonly acl?: string;
  readonly device?: { readonly major: number; readonly minor: number };
}

const isRoot = process.getuid?.() === 0;
const mebibyte = 1 << 20;

export const oddNames: readonly string[] = [
  ' leading space',
  'trailing space ',
  'two  spaces',
  'line\nfeed',
  'tab\there',
  'return\rhere',
  '\x01\x02\x7f control',
  'utf8-\xc3\xbcml\xc3\xa4ut-\xe6\x97\xa5\xe6\x9c\xac',
  'bad-\xff\xfe\x80-utf8',
  '-dash',
  '--delete',
  'back\\slash',
  'hash\\#123mark',
  'star*',
  'question?',
  '[bracket]',
  '{brace,s}',
  "quote'single",
  'quote"double',
  '$HOME`id`;&|<>!',
  '~tilde',
  '...dots',
  'a'.repeat(255),
];

/** Text-like content, so that compression has something to find. */
function prose(random: Random, lengthBytes: number): Buffer {
  const words = ['file', 'list', 'token', 'basis', 'generator', 'goodbye', '\n', 'sum head', ' ', '0123'];
  let text = '';
  while (text.length < lengthBytes) text += random.pick(words);
  return Buffer.from(text.slice(0, lengthBytes), 'latin1');
}

function ordinaryFiles(random: Random): Entry[] {
  const sizes = [0, 1, 699, 700, 701, 1400, 8192, 32_768, 70_001, 300_000];
  const files: Entry[] = sizes.map((size) => ({
    name: `size-${size}`,
    kind: 'file',
    bytes: random.bytes(size),
  }));
  files.push({ name: 'prose.txt', kind: 'file', bytes: prose(random, 180_000) });
  files.push({ name: 'large.bin', kind: 'file', bytes: random.bytes(mebibyte + 12_345) });
  files.push({ name: 'zeros', kind: 'file', bytes: Buffer.alloc(100_000) });
  return files;
}

function filterPlayground(random: Random): Entry[] {
  const text = (name: string, content: string): Entry => ({
    name,
    kind: 'file',
    bytes: Buffer.from(content),
  });
  const entries: Entry[] = [{ name: 'play', kind: 'dir' }];
  for (const dir of ['play/a', 'play/a/b', 'play/a/b/c', 'play/build', 'play/a/build', 'play/x']) {
    entries.push({ name: dir, kind: 'dir' });
    for (const leaf of ['one.c', 'one.o', 'two.txt', 'two.bak', 'core', 'keep.o']) {
      entries.push(text(`${dir}/${leaf}`, `${dir}/${leaf} ${random.below(1e6)}\n`));
    }
  }
  entries.push(text('play/.rules', '- *.o\n+ keep.*\n'));
  entries.push(text('play/a/.rules', '# nearer rules win\n+ one.o\n- /b/c/\n'));
  entries.push(text('play/x/.rules', '!\n- *.txt\n'));
  entries.push(text('play/.rsync-filter', '- *.bak\n'));
  entries.push(text('play/.cvsignore', 'two.* core\n'));
  return entries;
}

function symlinks(): Entry[] {
  const links: Record<string, string> = {
    'link-file': 'size-700',
    'link-dir': 'play/a',
    'link-dangling': 'no/such/thing',
    'link-absolute': '/etc/hostname',
    'link-absolute-dangling': '/no/such/\xff/thing',
    'link-up': 'play/../../outside',
    'play/link-self': 'link-self',
    'link odd\n': 'back\\slash\n\x01',
  };
  return Object.entries(links).map(([name, target]) => ({ name, kind: 'symlink', target }));
}

function specials(): Entry[] {
  const entries: Entry[] = [
    { name: 'special', kind: 'dir' },
    { name: 'special/fifo', kind: 'fifo', mode: 0o640 },
    { name: 'special/socket', kind: 'socket', mode: 0o755 },
  ];
  if (!isRoot) return entries;
  entries.push({ name: 'special/null', kind: 'char', mode: 0o666, device: { major: 1, minor: 3 } });
  entries.push({ name: 'special/high', kind: 'char', mode: 0o600, device: { major: 510, minor: 70_000 } });
  entries.push({ name: 'special/loop', kind: 'block', mode: 0o660, device: { major: 7, minor: 1 } });
  entries.push({ name: 'owned', kind: 'dir', owner: { uid: 1234, gid: 4321 } });
  for (const [uid, gid] of [
    [1, 1],
    [65_534, 65_534],
    [1234, 0],
    [0, 987_654],
    [4_000_000_000, 4_000_000_001],
  ] as const) {
    const owner = { uid, gid };
    entries.push({ name: `owned/${uid}-${gid}`, kind: 'file', bytes: Buffer.from('x'), owner });
  }
  entries.push({ name: 'owned/link', kind: 'symlink', target: '1-1', owner: { uid: 2, gid: 3 } });
  return entries;
}

function modes(): Entry[] {
  const entries: Entry[] = [{ name: 'modes', kind: 'dir' }];
  const files = [0o400, 0o444, 0o600, 0o640, 0o755, 0o777, 0o4755, 0o2755, 0o6711];
  if (isRoot) files.push(0o000, 0o002);
  for (const mode of files) {
    entries.push({ name: `modes/f${mode.toString(8)}`, kind: 'file', mode, bytes: Buffer.from('mode') });
  }
  for (const mode of [0o700, 0o1777, 0o2775, ...(isRoot ? [0o000, 0o555] : [])]) {
    entries.push({ name: `modes/d${mode.toString(8)}`, kind: 'dir', mode });
    entries.push({ name: `modes/d${mode.toString(8)}/in`, kind: 'file', bytes: Buffer.from('in') });
  }
  return entries;
}

function hardLinks(random: Random): Entry[] {
  return [
    { name: 'hard', kind: 'dir' },
    { name: 'hard/deep', kind: 'dir' },
    { name: 'hard/a', kind: 'file', bytes: random.bytes(5000) },
    { name: 'hard/b', kind: 'hardlink', target: 'hard/a' },
    { name: 'hard/deep/c', kind: 'hardlink', target: 'hard/a' },
    { name: 'hard/lone', kind: 'file', bytes: random.bytes(50) },
    { name: 'zz-hard', kind: 'hardlink', target: 'hard/lone' },
    { name: 'hard/link', kind: 'symlink', target: 'a' },
    { name: 'hard/link2', kind: 'hardlink', target: 'hard/link' },
  ];
}

/** Everything that a file system can hold, about 150 entries. */
export function mixedTree(seed: number): Entry[] {
  const random = seeded(seed);
  const odd: Entry[] = [{ name: 'odd', kind: 'dir' }];
  for (const name of oddNames) odd.push({ name: `odd/${name}`, kind: 'file', bytes: random.bytes(20) });
  odd.push(
    { name: 'odd dir\n\xff', kind: 'dir' },
    { name: 'odd dir\n\xff/in', kind: 'file', bytes: Buffer.from('in') },
  );
  return [
    { name: '', kind: 'dir', mode: 0o750 },
    ...ordinaryFiles(random),
    ...filterPlayground(random),
    ...symlinks(),
    ...specials(),
    ...modes(),
    ...hardLinks(random),
    ...odd,
    { name: 'empty dir', kind: 'dir' },
    {
      name: 'sparse',
      kind: 'file',
      bytes: random.bytes(1000),
      sizeBytes: 5 * mebibyte,
      offsets: [0, 2 * mebibyte + 17, 5 * mebibyte - 1000],
    },
  ];
}

/** Files, directories and symlinks as in a source checkout: nothing that needs privileges or prints a warning. */
export function plainTree(seed: number): Entry[] {
  const random = seeded(seed);
  const entries: Entry[] = [{ name: '', kind: 'dir' }, ...ordinaryFiles(random), ...filterPlayground(random)];
  for (let dir = 0; dir < 6; dir++) {
    entries.push({ name: `dir${dir}`, kind: 'dir' });
    for (let file = 0; file < 8; file++) {
      entries.push({ name: `dir${dir}/file${file}`, kind: 'file', bytes: prose(random, random.below(4000)) });
    }
  }
  entries.push({ name: 'link', kind: 'symlink', target: 'dir1/file1' });
  entries.push({ name: 'dir2/up', kind: 'symlink', target: '../prose.txt' });
  return entries;
}

/** One directory with 20,000 entries and one sparse file of more than 4 GiB. */
export function bigTree(seed: number): Entry[] {
  const random = seeded(seed);
  const entries: Entry[] = [
    { name: '', kind: 'dir' },
    { name: 'many', kind: 'dir' },
  ];
  for (let index = 0; index < 20_000; index++) {
    const name = `many/${random.below(1 << 20).toString(36)}-${index}`;
    entries.push({ name, kind: 'file', bytes: Buffer.from(`${index % 100}`) });
  }
  const sizeBytes = 4096 * mebibyte + 1_234_567;
  entries.push({
    name: 'huge-sparse',
    kind: 'file',
    bytes: random.bytes(5000),
    sizeBytes,
    offsets: [0, 2048 * mebibyte - 1000, 4096 * mebibyte - 2500, sizeBytes - 5000],
  });
  return entries;
}
