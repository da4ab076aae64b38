// A row of a file list as an entry that can be added to another list. Must not change either.
import type { FileList } from './file-list.ts';
import { FLIST_HLINK_FIRST, FLIST_HLINKED } from './file-list.ts';
import type { HardLink, NewEntry } from './file-list-entry.ts';
import { EXTRA, type FileListFunctions } from './file-list-layout.ts';
import { latin1Text } from './latin1.ts';

/** What the table of directories needs of a row: what every entry has, its source root, and the numbers of its attributes. */
export function directoryOfRow(list: FileList, row: number): NewEntry {
  const entry: NewEntry = {
    name: list.name(row),
    mode: list.mode(row),
    sizeBytes: list.sizeBytes(row),
    mtimeSec: list.mtimeSec(row),
    mtimeNsec: list.mtimeNsec(row),
    uid: list.uid(row),
    gid: list.gid(row),
    flags: list.flags(row),
  };
  if (list.root(row) >= 0) entry.root = list.root(row);
  if (list.accessAcl(row) > 0) {
    entry.accessAcl = list.accessAcl(row);
    entry.defaultAcl = list.defaultAcl(row);
  }
  if (list.xattrs(row) > 0) entry.xattrs = list.xattrs(row);
  return entry;
}

/** Everything that the row says. Numbers of groups of hard links only hold in a list with the same start. */
export function entryOfRow(list: FileList, row: number): NewEntry {
  const entry = directoryOfRow(list, row);
  if (list.isDevice(row)) {
    entry.rdevMajor = list.rdevMajor(row);
    entry.rdevMinor = list.rdevMinor(row);
  }
  const target = list.linkTarget(row);
  if (target !== '') entry.linkTarget = target;
  const checksum = list.checksum(row)?.slice();
  if (checksum !== undefined) entry.checksum = checksum;
  if ((list.flags(row) & FLIST_HLINKED) !== 0) entry.hardLink = hardLinkOf(list, row);
  const atimeSec = list.atimeSec(row);
  if (atimeSec !== undefined) entry.atimeSec = atimeSec;
  addIdNames(list, row, entry);
  return entry;
}

function hardLinkOf(list: FileList, row: number): HardLink {
  const identity = { dev: list.linkDev(row) || 0, ino: list.linkIno(row) || 0 };
  const group = list.linkGroup(row);
  if ((list.flags(row) & FLIST_HLINK_FIRST) !== 0 && group === list.start + row)
    return { ...identity, first: true };
  return group < 0 ? identity : { ...identity, group };
}

function addIdNames(list: FileList, row: number, entry: NewEntry): void {
  const { core } = list;
  const functions = core.functions<FileListFunctions>();
  const textOf = (extra: number): string | undefined => {
    const at = functions.flist_extra(list.at, row, extra) >>> 0;
    return at === 0 ? undefined : latin1Text(core.u8, at + 1, core.u8[at]!);
  };
  const userName = textOf(EXTRA.userName);
  if (userName !== undefined) entry.userName = userName;
  const groupName = textOf(EXTRA.groupName);
  if (groupName !== undefined) entry.groupName = groupName;
}
