// For tests of the file list: bytes in core memory as the decoder's window, and a sink that collects what is encoded.
import type { CoreInstance } from '@ocrsync/core/instance';
import type { FileList } from '@ocrsync/core/file-list';
import type { FileListOptions, IdName, ListSink, ListWindow } from '@ocrsync/core/file-list-codec';
import type { NewEntry } from '@ocrsync/core/file-list-entry';

export class BytesWindow implements ListWindow {
  readonly #core: CoreInstance;
  readonly #base: number;
  #consumed = 0;
  #visible: number;

  constructor(core: CoreInstance, bytes: Uint8Array) {
    this.#core = core;
    this.#base = core.alloc(bytes.length);
    core.u8.set(bytes, this.#base);
    this.#visible = bytes.length;
  }
  /** Shows only so many bytes of the whole. */
  show(bytes: number): void {
    this.#visible = bytes;
  }
  get dataAt(): number {
    return this.#base + this.#consumed;
  }
  get dataLength(): number {
    return this.#visible - this.#consumed;
  }
  get byteOffset(): number {
    return this.#consumed;
  }
  consume(bytes: number): void {
    this.#consumed += bytes;
  }
  free(): void {
    this.#core.free(this.#base);
  }
}

export class BytesSink implements ListSink {
  readonly #core: CoreInstance;
  readonly #parts: Uint8Array[] = [];
  constructor(core: CoreInstance) {
    this.#core = core;
  }
  bytesAt(at: number, length: number): void {
    this.#parts.push(this.#core.u8.slice(at, at + length));
  }
  get bytes(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}

export function options(protocol: number, changes: Partial<FileListOptions> = {}): FileListOptions {
  return {
    protocol,
    varintFlags: protocol >= 32,
    safeList: protocol >= 31,
    incremental: false,
    preserveUid: true,
    preserveGid: true,
    preserveDevices: true,
    preserveSpecials: true,
    preserveLinks: true,
    preserveHardLinks: true,
    checksumBytes: 0,
    atimes: false,
    relative: false,
    recursive: true,
    numericIds: false,
    missingArgs: false,
    acls: false,
    xattrs: false,
    ...changes,
  };
}

/** The row as a sender would have added it; names announced with it are given by the caller. */
export function entryOf(list: FileList, row: number, announced: IdName[] = []): NewEntry {
  const flags = list.flags(row);
  const group = list.linkGroup(row);
  const device = list.isDevice(row);
  const hardLink =
    group >= 0
      ? { dev: 0, ino: 0, ...((flags & 0x10) !== 0 ? { first: true } : { group }) }
      : list.linkDev(row) === ''
        ? undefined
        : { dev: list.linkDev(row), ino: list.linkIno(row) };
  const user = announced.find((name) => name.kind === 'user');
  const groupName = announced.find((name) => name.kind === 'group');
  const atimeSec = list.atimeSec(row);
  const checksum = list.checksum(row)?.slice();
  return {
    name: list.name(row),
    mode: list.mode(row),
    sizeBytes: list.sizeBytes(row),
    mtimeSec: list.mtimeSec(row),
    mtimeNsec: list.mtimeNsec(row),
    uid: list.uid(row),
    gid: list.gid(row),
    flags: flags & ~0x18,
    ...(device ? { rdevMajor: list.rdevMajor(row), rdevMinor: list.rdevMinor(row) } : {}),
    ...(list.isSymlink(row) && list.linkTarget(row) !== '' ? { linkTarget: list.linkTarget(row) } : {}),
    ...(hardLink === undefined ? {} : { hardLink }),
    ...(user === undefined ? {} : { userName: user.name }),
    ...(groupName === undefined ? {} : { groupName: groupName.name }),
    ...(atimeSec === undefined ? {} : { atimeSec }),
    ...(checksum === undefined ? {} : { checksum }),
  };
}
