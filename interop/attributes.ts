// Extended attributes and ACLs of the matrix: what the tree `attributes` has, how a destination of it is changed, and
// how both are told in a snapshot. Needs the native helper and the system's setfacl.
import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { currentDirectory } from '../host-native/src/at-calls.ts';
import { loadNative } from '../host-native/src/load.ts';
import { xattrRoom } from '../host-native/src/metadata.ts';
import type { Entry } from './entries.ts';
import { seeded, type Random } from './random.ts';

const isRoot = process.getuid?.() === 0;
const room = Buffer.alloc(xattrRoom);

function text(file: Buffer): string {
  return file.toString('latin1');
}

/** Attributes of one object, `system.posix_acl_*` included, as `name=hex`; none without the helper. */
export function attributesOf(file: Buffer): string[] {
  const native = loadNative();
  if (native === undefined) return [];
  const length = native.listXattrs(currentDirectory, text(file), room);
  if (length <= 0) return [];
  const names = room
    .toString('latin1', 0, length - 1)
    .split('\0')
    .sort();
  return names.map((name) => {
    const bytes = native.getXattr(currentDirectory, text(file), name, room);
    return `${JSON.stringify(name)}=${room.toString('hex', 0, Math.max(0, bytes))}`;
  });
}

export function setAttribute(file: Buffer, name: string, value: Buffer): void {
  const status = loadNative()?.setXattr(currentDirectory, text(file), name, value) ?? -38;
  if (status < 0) throw new Error(`setxattr ${text(file)} ${name}: errno ${-status}`);
}

function removeAttribute(file: Buffer, name: string): void {
  loadNative()?.removeXattr(currentDirectory, text(file), name);
}

/** By descriptor: Node passes names as UTF-8 only. */
function setfacl(file: Buffer, words: readonly string[]): void {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  const stdio = ['ignore', 'ignore', 'pipe', descriptor] as const;
  const result = spawnSync('setfacl', [...words, '--', '/proc/self/fd/3'], {
    encoding: 'utf8',
    stdio: [...stdio],
  });
  closeSync(descriptor);
  if (result.status !== 0)
    throw new Error(`setfacl ${words.join(' ')}: ${result.stderr || String(result.error)}`);
}

/** `words`: as setfacl takes them: `u:1:rw,m::r`. */
export function setAcl(file: Buffer, words: string): void {
  setfacl(file, ['-m', words]);
}

function removeAcl(file: Buffer): void {
  setfacl(file, ['-b']);
}

function file(random: Random, name: string, more: Partial<Entry>): Entry {
  return { name, kind: 'file', bytes: random.bytes(100 + random.below(900)), ...more };
}

/** Attributes short, long, binary, empty and many, shared by files or not; access and default ACLs of every shape. */
export function attributesTree(seed: number): Entry[] {
  const random = seeded(seed + 17);
  const long = random.bytes(700);
  const many: Record<string, Buffer> = {};
  for (let i = 0; i < 40; i++) many[`user.many-${i}`] = random.bytes(random.below(48));
  const odd = { 'user.\xff odd \n name': Buffer.from([0, 255, 10, 0]), 'user.empty': Buffer.alloc(0) };
  return [
    { name: '', kind: 'dir' },
    file(random, 'plain', {}),
    file(random, 'short', { xattrs: { 'user.short': Buffer.from('abc'), ...odd } }),
    file(random, 'edge-32', { xattrs: { 'user.edge': random.bytes(32) } }),
    file(random, 'edge-33', { xattrs: { 'user.edge': random.bytes(33) } }),
    file(random, 'long-1', { xattrs: { 'user.a': Buffer.from('x'), 'user.long': long } }),
    file(random, 'long-2', { xattrs: { 'user.a': Buffer.from('x'), 'user.long': long } }),
    file(random, 'long-3', { xattrs: { 'user.long': long, 'user.other': random.bytes(2000) } }),
    file(random, 'many', { xattrs: many }),
    file(random, 'read-only', { mode: 0o444, xattrs: { 'user.ro': random.bytes(50) } }),
    file(random, 'own', {
      xattrs: { 'user.rsync.%stat': Buffer.from('100644 0,0 1:2'), 'user.rsync.x': long },
    }),
    file(random, 'linked', { xattrs: { 'user.l': random.bytes(60) }, acl: 'u:2:r' }),
    { name: 'linked-again', kind: 'hardlink', target: 'linked' },
    file(random, 'acl-user', { acl: 'u:1:rw' }),
    file(random, 'acl-same', { acl: 'u:1:rw' }),
    file(random, 'acl-many', { mode: 0o674, acl: 'u:1:rw,u:12345:r,g:2:rwx,g::r,m::rwx,g:23456:x' }),
    file(random, 'acl-mask', { acl: 'u:1:rw,g::rwx,m::r' }),
    file(random, 'acl-setid', { mode: 0o6755, acl: 'g:2:r' }),
    file(random, 'acl-both', { acl: 'u:3:rwx', xattrs: { 'user.b': long } }),
    { name: 'link', kind: 'symlink', target: 'plain' },
    { name: 'dir', kind: 'dir', xattrs: { 'user.dir': Buffer.from('D'), 'user.dir-long': random.bytes(99) } },
    file(random, 'dir/below', { xattrs: { 'user.long': long } }),
    { name: 'dir-acl', kind: 'dir', acl: 'u:1:rx' },
    { name: 'dir-default', kind: 'dir', acl: 'd:u:1:rwx,d:g:2:rx,d:o::r' },
    file(random, 'dir-default/file', { mode: 0o640 }),
    { name: 'dir-default/sub', kind: 'dir', acl: 'd:u::rwx,d:g::rx,d:o::-' },
    { name: 'dir-sticky', kind: 'dir', mode: 0o1777, acl: 'u:4:rwx,g::rx,d:g:5:r' },
    { name: 'fifo', kind: 'fifo', acl: 'u:1:r' },
    ...(isRoot
      ? [
          file(random, 'trusted', { xattrs: { 'trusted.t': Buffer.from('tt'), 'trusted.long': long } }),
          { name: 'link-trusted', kind: 'symlink', target: 'x', xattrs: { 'trusted.l': long } } as const,
        ]
      : []),
  ];
}

/** Changes attributes and ACLs of a copy of that tree, and gives some to what had none. */
export function changeAttributes(pathOf: (name: string) => Buffer): void {
  setAttribute(pathOf('plain'), 'user.extra', Buffer.from('away'));
  setAttribute(pathOf('short'), 'user.short', Buffer.from('abd'));
  setAttribute(pathOf('edge-33'), 'user.edge', Buffer.alloc(33, 'e'));
  removeAttribute(pathOf('long-1'), 'user.long');
  setAttribute(pathOf('many'), 'user.many-3', Buffer.alloc(300, 'm'));
  removeAttribute(pathOf('many'), 'user.many-5');
  removeAttribute(pathOf('own'), 'user.rsync.%stat');
  setAttribute(pathOf('read-only'), 'user.ro', Buffer.from('short'));
  setAttribute(pathOf('dir'), 'user.extra', Buffer.alloc(80, 'x'));
  removeAttribute(pathOf('dir'), 'user.dir-long');
  setAttribute(pathOf('linked'), 'user.l', Buffer.from('other'));
  setAcl(pathOf('plain'), 'u:9:rw');
  setAcl(pathOf('acl-user'), 'u:1:r');
  removeAcl(pathOf('acl-same'));
  setAcl(pathOf('acl-many'), 'g:2:r');
  removeAcl(pathOf('dir-default'));
  setAcl(pathOf('dir-acl'), 'd:u:1:r');
  setAcl(pathOf('dir'), 'd:u:7:rwx,g:8:x');
  // New objects inherit from these two.
  setAcl(pathOf(''), 'd:u:1:rwx,d:g::rwx,d:o::-');
  for (const name of ['dir/below', 'long-2', 'acl-both']) rmSync(pathOf(name));
  rmSync(pathOf('dir-sticky'), { recursive: true });
}
