// Puts trees on the disk and edits them: the same seed always gives the same tree, down to the nanosecond.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  lchownSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { currentDirectory } from '../host-native/src/at-calls.ts';
import { loadNative, omitTime } from '../host-native/src/load.ts';
import { setAcl, setAttribute } from './attributes.ts';
import type { Entry } from './entries.ts';
import { seeded } from './random.ts';

/** The path of `name` (latin1 bytes) below `root`. */
export function pathOf(root: string, name: string): Buffer {
  return Buffer.from(name === '' ? root : `${root}/${name}`, 'latin1');
}

/** Sets the modification time of anything but through a symlink; without the helper to the microsecond. */
export function setModified(file: Buffer, seconds: number, nanoseconds: number, isSymlink: boolean): void {
  const native = loadNative();
  if (native === undefined) {
    if (!isSymlink) utimesSync(file, seconds, seconds + Math.floor(nanoseconds / 1000) / 1e6);
    return;
  }
  const status = native.utimensat(
    currentDirectory,
    file.toString('latin1'),
    0,
    omitTime,
    seconds,
    nanoseconds,
  );
  if (status < 0) throw new Error(`utimensat ${file.toString('latin1')}: errno ${-status}`);
}

function runTool(command: string, args: readonly (string | Buffer)[]): void {
  // Node passes arguments as UTF-8 only, so special files are made under plain names.
  const result = spawnSync(command, args.map(String), { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${result.stderr}`);
}

/** A socket file stays when it is renamed before its listener closes; it listens where the path is short enough for an address. */
async function makeSocket(root: string, file: Buffer): Promise<void> {
  const address = `${root}/.s`;
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, resolve);
  });
  renameSync(address, file);
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

function writeEntry(file: Buffer, entry: Entry): void {
  const bytes = entry.bytes ?? Buffer.alloc(0);
  const descriptor = openSync(file, 'wx', 0o644);
  if (entry.sizeBytes === undefined) writeSync(descriptor, bytes);
  else {
    ftruncateSync(descriptor, entry.sizeBytes);
    for (const offset of entry.offsets ?? []) writeSync(descriptor, bytes, 0, bytes.length, offset);
  }
  closeSync(descriptor);
}

async function makeEntry(root: string, entry: Entry): Promise<void> {
  const file = pathOf(root, entry.name);
  switch (entry.kind) {
    case 'dir':
      mkdirSync(file, { recursive: true, mode: 0o755 });
      break;
    case 'file':
      writeEntry(file, entry);
      break;
    case 'symlink':
      symlinkSync(Buffer.from(entry.target ?? '', 'latin1'), file);
      break;
    case 'hardlink':
      linkSync(pathOf(root, entry.target ?? ''), file);
      break;
    case 'fifo':
      runTool('mkfifo', [file]);
      break;
    case 'socket':
      await makeSocket(root, file);
      break;
    case 'char':
    case 'block': {
      const { major, minor } = entry.device ?? { major: 0, minor: 0 };
      runTool('mknod', [file, entry.kind === 'char' ? 'c' : 'b', String(major), String(minor)]);
    }
  }
}

/** Makes `entries` below the new directory `root`, then owners, modes and times, children before their parents. */
export async function buildTree(root: string, entries: readonly Entry[], seed: number): Promise<void> {
  const random = seeded(seed + 1);
  for (const entry of entries) await makeEntry(root, entry);
  for (const entry of [...entries].reverse()) {
    const seconds = entry.modified?.seconds ?? 1_200_000_000 + random.below(400_000_000);
    const nanoseconds =
      entry.modified?.nanoseconds ?? (random.below(4) === 0 ? 0 : random.below(1_000_000_000));
    if (entry.kind === 'hardlink') continue;
    const file = pathOf(root, entry.name);
    if (entry.owner !== undefined) lchownSync(file, entry.owner.uid, entry.owner.gid);
    if (entry.kind !== 'symlink') chmodSync(file, entry.mode ?? (entry.kind === 'dir' ? 0o755 : 0o644));
    for (const [name, value] of Object.entries(entry.xattrs ?? {})) setAttribute(file, name, value);
    if (entry.acl !== undefined) setAcl(file, entry.acl);
    setModified(file, seconds, nanoseconds, entry.kind === 'symlink');
  }
}
