// Random trees of the differential tester: a source with everything a file system can hold, and others that were made from
// it by random edits. As lists of entries, so that a failing case can be made smaller.
import { oddNames, type Entry } from './entries.ts';
import type { Random } from './random.ts';

const isRoot = process.getuid?.() === 0;

const plainNames =
  'a b c d1 d2 sub file file1 file2 x.c x.o y.txt y.bak y.txt~ .hidden core build keep.o README Makefile zz a.b a-b a0 A';
const ruleFiles: Readonly<Record<string, readonly string[]>> = {
  '.rules': ['- *.o\n+ keep.*\n', '# nearer\n+ x.c\n- sub/\n', '!\n- *.txt\n', '- /a\n', 'P y.*\n'],
  '.rsync-filter': ['- *.bak\n', '+ core\n- c*\n', 'H b\n'],
  '.cvsignore': ['y.* core\n', '! x.o\n'],
};
const sizes = [0, 0, 1, 5, 31, 100, 699, 700, 701, 1500, 5000, 20_000, 33_000, 70_001];
const largeSizes = [140_000, 300_000, 600_123];
const modes = [0o600, 0o444, 0o755, 0o777, 0o640, 0o4755, 0o2755, 0o6711, 0o1777, 0o000, 0o002];
const extremeSeconds = [0, 1, -1, -86_400, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32 + 5, 4_102_444_800];

function oneIn(random: Random, count: number): boolean {
  return random.below(count) === 0;
}

function modified(random: Random): { seconds: number; nanoseconds: number } {
  const seconds = oneIn(random, 12) ? random.pick(extremeSeconds) : 1_500_000_000 + random.below(5);
  const nanoseconds = oneIn(random, 3) ? random.pick([1, 999_999_999, 500_000_000]) : 0;
  return { seconds, nanoseconds };
}

function content(random: Random): Buffer {
  const size = oneIn(random, 20) ? random.pick(largeSizes) : random.pick(sizes);
  if (oneIn(random, 6)) return Buffer.alloc(size);
  if (oneIn(random, 3)) return Buffer.alloc(size, 'some lines of text that repeat\n');
  return random.bytes(size);
}

function leaf(random: Random): string {
  if (oneIn(random, 10)) return random.pick(oddNames);
  return random.pick(plainNames.split(' '));
}

function symlinkTarget(random: Random, names: readonly string[]): string {
  // Nothing that leads to a parent: with -L that is a tree without an end.
  const fixed = ['no/such', '/etc/hostname', '../outside', '../../up', '/no/such', 'a/../b', './x.c'];
  return oneIn(random, 2) || names.length === 0 ? random.pick(fixed) : random.pick(names);
}

function sparse(random: Random): Partial<Entry> {
  const sizeBytes = 200_000 + random.below(300_000);
  return { bytes: random.bytes(900), sizeBytes, offsets: [random.below(100_000), 150_000] };
}

function kindOf(random: Random): Entry['kind'] {
  const roll = random.below(100);
  if (roll < 22) return 'dir';
  if (roll < 32) return 'symlink';
  if (roll < 38) return 'hardlink';
  if (roll < 40) return 'fifo';
  if (roll < 41) return 'socket';
  if (roll < 43 && isRoot) return roll < 42 ? 'char' : 'block';
  return 'file';
}

function body(random: Random, kind: Entry['kind'], all: readonly Entry[]): Partial<Entry> | undefined {
  const names = all.map((entry) => entry.name).filter((name) => name !== '');
  if (kind === 'file') return oneIn(random, 25) ? sparse(random) : { bytes: content(random) };
  if (kind === 'symlink') return { target: symlinkTarget(random, names) };
  if (kind === 'char') {
    return {
      device: oneIn(random, 2) ? { major: 1, minor: 3 } : { major: 510, minor: random.below(90_000) },
    };
  }
  if (kind === 'block') return { device: { major: 510, minor: random.below(300) } };
  if (kind !== 'hardlink') return {};
  const targets = all.filter((entry) => entry.kind !== 'dir' && entry.kind !== 'hardlink');
  return targets.length === 0 ? undefined : { target: random.pick(targets).name };
}

function attributes(random: Random, kind: Entry['kind']): Partial<Entry> {
  const owners = [0, 1, 2, 1234, 65_534];
  return {
    modified: modified(random),
    ...(oneIn(random, 3) && kind !== 'symlink' ? { mode: random.pick(modes) } : {}),
    ...(isRoot && oneIn(random, 6) ? { owner: { uid: random.pick(owners), gid: random.pick(owners) } } : {}),
    ...(oneIn(random, 15) && (kind === 'file' || kind === 'dir')
      ? { xattrs: { 'user.one': random.bytes(oneIn(random, 3) ? 90 : 9) } }
      : {}),
    ...(oneIn(random, 25) && (kind === 'file' || kind === 'dir')
      ? { acl: random.pick(['u:1:rw', 'g:2:r,m::rwx']) }
      : {}),
    ...(oneIn(random, 60) && kind === 'dir' ? { acl: 'd:u:1:rwx' } : {}),
  };
}

function addEntry(random: Random, all: Entry[]): void {
  const directories = all.filter((entry) => entry.kind === 'dir');
  const parent = random.pick(directories).name;
  if (parent.split('/').length > 5) return;
  const below = (name: string): string => (parent === '' ? name : `${parent}/${name}`);
  if (oneIn(random, 25)) {
    const rules = random.pick(Object.keys(ruleFiles));
    const bytes = Buffer.from(random.pick(ruleFiles[rules] as readonly string[]));
    all.push({ name: below(rules), kind: 'file', bytes, ...attributes(random, 'file') });
    return;
  }
  const drawn = kindOf(random);
  const isNode = drawn === 'fifo' || drawn === 'socket' || drawn === 'char' || drawn === 'block';
  // mknod and mkfifo get paths as arguments, which are UTF-8 here.
  if (isNode && /[^ -~]/.test(parent)) return;
  // The path of a socket has to be short.
  const kind = drawn === 'socket' && parent.length > 30 ? 'fifo' : drawn;
  const name =
    kind === 'fifo' || kind === 'socket' || kind === 'char' || kind === 'block' ? `s-${kind}` : leaf(random);
  const made = body(random, kind, all);
  if (made !== undefined) all.push({ name: below(name), kind, ...made, ...attributes(random, kind) });
}

/** Entries that can be made: each below a directory, each name once, each hard link to something that is there. */
export function consistent(entries: readonly Entry[]): Entry[] {
  const kept = new Map<string, Entry>();
  for (const entry of entries) {
    const parent = entry.name.includes('/') ? entry.name.slice(0, entry.name.lastIndexOf('/')) : '';
    if (kept.has(entry.name) || (entry.name !== '' && kept.get(parent)?.kind !== 'dir')) continue;
    if (entry.kind === 'hardlink') {
      const target = kept.get(entry.target ?? '')?.kind ?? 'dir';
      if (target === 'dir' || target === 'hardlink') continue;
    }
    kept.set(entry.name, entry);
  }
  return [...kept.values()];
}

export function randomTree(random: Random): Entry[] {
  const all: Entry[] = [{ name: '', kind: 'dir', modified: modified(random) }];
  const count = oneIn(random, 10) ? 90 : 3 + random.below(35);
  for (let index = 0; index < count; index++) addEntry(random, all);
  return consistent(all);
}

function editedBytes(random: Random, bytes: Buffer): Buffer {
  const edited = Buffer.from(bytes);
  if (edited.length > 0) edited[random.below(edited.length)] = random.below(256);
  const roll = random.below(4);
  if (roll === 0) return edited.subarray(0, random.below(edited.length + 1));
  if (roll === 1) return Buffer.concat([edited, random.bytes(1 + random.below(900))]);
  if (roll === 2) return Buffer.concat([random.bytes(1 + random.below(90)), edited]);
  return edited;
}

function editedEntry(random: Random, entry: Entry, all: readonly Entry[]): Entry {
  switch (random.below(8)) {
    case 0:
      return { ...entry, modified: modified(random) };
    case 1:
      return { ...entry, ...attributes(random, entry.kind) };
    case 2: {
      const kind = kindOf(random);
      const made = body(random, kind, all);
      return made === undefined || kind === 'hardlink'
        ? entry
        : { name: entry.name, kind, ...made, ...attributes(random, kind) };
    }
    case 3:
      return entry.bytes === undefined ? entry : { ...entry, bytes: editedBytes(random, entry.bytes) };
    case 4:
    case 5:
      return entry.bytes === undefined
        ? entry
        : { ...entry, bytes: editedBytes(random, entry.bytes), modified: modified(random) };
    default:
      return entry;
  }
}

/** A tree made from another: some of it gone, some changed in content, attributes or kind, something added. */
export function editedTree(random: Random, tree: readonly Entry[]): Entry[] {
  const edited: Entry[] = [];
  for (const entry of tree) {
    if (entry.name !== '' && oneIn(random, 4)) continue;
    edited.push(entry.name === '' || oneIn(random, 2) ? entry : editedEntry(random, entry, tree));
  }
  const added = random.below(6);
  for (let index = 0; index < added; index++) addEntry(random, edited);
  return consistent(edited);
}
