// Gives a copy the attributes of what it was made of, as far as the options keep any: backups that could not be moved, and the
// directories that they lie in (docs/protocol/04-transfer.md §12).
import { isDirectory, isSymlink, PERMISSION_MASK } from '@ocrsync/core/file-type';
import { type FileStat, FilesystemError } from '../fs/filesystem.ts';
import { readAcl, writeAcl } from '../fs/metadata/posix-acl.ts';
import type { DestinationState, Role } from './destination-state.ts';
import { keepsMtime } from './kept-attributes.ts';
import { type Place, quotedPath } from './place.ts';

/** `stat` is of the original. Failures are told; the rest is set all the same. */
export function copyAttributes(
  state: DestinationState,
  role: Role,
  original: Place,
  stat: FileStat,
  copy: Place,
): void {
  const { options } = state;
  const { root, name } = copy;
  const isLink = isSymlink(stat.mode);
  const attempt = (text: string, run: () => void): void => {
    try {
      run();
    } catch (error) {
      state.failed(role, text, error);
    }
  };
  attempt(`chown ${quotedPath(copy)} failed`, () => copyOwner(state, stat, copy));
  if (options.xattrs > 0) copyXattrs(original, copy);
  if (keepsMtime(options, stat.mode)) {
    // rsync takes the original for an entry of a list, which has whole seconds before protocol 31 (observed).
    const { mtimeSec } = stat;
    const mtimeNsec = state.context.protocol >= 31 ? stat.mtimeNsec : 0;
    attempt(`failed to set times on ${quotedPath(copy)}`, () => root.setTimes(name, { mtimeSec, mtimeNsec }));
  }
  if (isLink) return;
  if (options.acls) copyAcls(original, stat, copy);
  attempt(`failed to set permissions on ${quotedPath(copy)}`, () =>
    root.chmod(name, stat.mode & PERMISSION_MASK),
  );
}

function copyOwner({ options, filesystem }: DestinationState, stat: FileStat, { root, name }: Place): void {
  const there = root.lstat(name);
  const uid = options.owner && filesystem.isSuperUser && there?.uid !== stat.uid ? stat.uid : -1;
  const gid = options.group && there?.gid !== stat.gid ? stat.gid : -1;
  if (uid !== -1 || gid !== -1) root.chown(name, uid, gid);
}

/** What the other file system does not take is left out: the copy is the better one with the rest. */
function copyXattrs(original: Place, copy: Place): void {
  quietly(() => {
    for (const key of original.root.listXattrs(original.name)) {
      if (key.startsWith('system.')) continue;
      const value = original.root.getXattr(original.name, key);
      if (value !== undefined) quietly(() => copy.root.setXattr(copy.name, key, value));
    }
  });
}

function copyAcls(original: Place, stat: FileStat, copy: Place): void {
  const kinds = isDirectory(stat.mode) ? (['access', 'default'] as const) : (['access'] as const);
  for (const kind of kinds) {
    quietly(() => {
      const acl = readAcl(original.root, original.name, kind, stat.mode);
      writeAcl(copy.root, copy.name, kind, acl, stat.mode);
    });
  }
}

function quietly(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof FilesystemError)) throw error;
  }
}
