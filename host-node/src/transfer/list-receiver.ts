// The receiving side's view of a peer's list: ids become local ones, groups that may not be given are marked
// (docs/protocol/03-file-list.md §9.3). Names that were not asked for are refused by the check that is passed in.
import { FLIST_SKIP_GROUP, type FileList } from '@ocrsync/core/file-list';
import { ownerEnd, setOwner, stripLeadingSlashes } from '@ocrsync/core/file-list-bulk';
import { isDirectory, isSymlink } from '@ocrsync/core/file-type';
import type { ReceivedBlocks } from '@ocrsync/core/received-blocks';
import type { IdMap } from '../flist/id-map.ts';
import type { IdVoice } from '../flist/id-voice.ts';
import { applyChmod, parseChmod } from '../options/chmod.ts';
import type { Options } from '../options/options.ts';
import type { ListReceiver } from '../session/ports.ts';

export interface ListReceiverOptions {
  readonly ids: IdMap;
  readonly owner: boolean;
  readonly group: boolean;
  /** -R: leading slashes fall away after sorting (§12.4). */
  readonly relative: boolean;
  /** --chmod where this end applies it: permissions of everything but symlinks, before anybody looks at them. */
  readonly chmod: ((mode: number) => number) | undefined;
  /** ACLs whose ids are told of. */
  readonly acls: ReceivedBlocks | undefined;
  /** Removes directories without files, once the list was counted. */
  readonly prune: ((list: FileList) => void) | undefined;
  /** Refuses a list with names that are wrong (§14.6, §16); throws ProtocolError. */
  check(list: FileList, directory: string | undefined): void;
}

export class MappingListReceiver implements ListReceiver {
  readonly #options: ListReceiverOptions;

  readonly prune: ((list: FileList) => void) | undefined;

  constructor(options: ListReceiverOptions) {
    this.#options = options;
    this.prune = options.prune;
  }

  learnId(kind: 'user' | 'group', id: number, name: string): void {
    this.#options.ids.learn(kind, id, name);
  }

  accept(list: FileList, directory: string | undefined): void {
    const { ids, owner, group, relative, chmod } = this.#options;
    this.#options.check(list, directory);
    if (relative) stripLeadingSlashes(list);
    if (chmod !== undefined) changeModes(list, chmod);
    if (ids.voice !== undefined) this.#tell(list, ids.voice);
    if (!owner && !group) return;
    for (let row = 0; row < list.count;) {
      const end = ownerEnd(list, row);
      const uid = owner ? ids.userId(list.uid(row)) : list.uid(row);
      const gid = group ? ids.groupId(list.gid(row)) : list.gid(row);
      const skips = group && !ids.mayUseGroup(gid);
      if (skips || uid !== list.uid(row) || gid !== list.gid(row)) {
        setOwner(list, row, end, uid, gid, skips ? FLIST_SKIP_GROUP : 0);
      }
      row = end;
    }
  }

  #tell(list: FileList, voice: IdVoice): void {
    const { ids, owner, group, acls } = this.#options;
    for (let row = 0; row < list.count; row++) {
      if (owner) ids.tell('user', list.uid(row));
      if (group) ids.tell('group', list.gid(row));
      if (acls === undefined) continue;
      const { named } = acls.accessAcl(list.accessAcl(row));
      const inherited = acls.defaultAcl(list.defaultAcl(row)).named;
      for (const { kind, id } of [...named, ...inherited]) ids.tell(kind, id);
    }
    voice.listDone();
  }
}

/** Mode 0 is no mode: such an entry asks for a deletion. */
function changeModes(list: FileList, chmod: (mode: number) => number): void {
  for (let row = 0; row < list.count; row++) {
    const mode = list.mode(row);
    if (mode !== 0 && !isSymlink(mode)) list.setMode(row, chmod(mode));
  }
}

/** What --chmod does at a receiver: its sender, unless it is the same process, knows nothing of it. */
export function receivedChmod(
  { chmod }: Pick<Options, 'chmod'>,
  local: boolean,
  umask: number,
): ((mode: number) => number) | undefined {
  const changes = chmod === null || local ? undefined : parseChmod(chmod);
  if (changes === undefined) return undefined;
  return (mode) => applyChmod(mode, isDirectory(mode), changes, umask);
}
