// Which extended attributes travel, and under which names they are stored (docs/protocol/03-file-list.md §11.3, §11.5). Pure.
import type { FilterState } from '../filter/filter-state.ts';

const USER = 'user.';
const SYSTEM = 'system.';
/** rsync's own attributes: `user.rsync.%stat` and its kin. */
const OWN = 'user.rsync.%';
/** Where attributes of other name spaces are kept by those who may not set them. */
const KEPT = 'user.rsync.';
const FAKE_SUPER_OWN: ReadonlySet<string> = new Set([
  'user.rsync.%stat',
  'user.rsync.%aacl',
  'user.rsync.%dacl',
]);

export interface XattrRights {
  /** 1 = -X, 2 = -XX: rsync's own attributes travel too. */
  readonly level: 1 | 2;
  /** May set attributes of all name spaces. False with --fake-super. */
  readonly isSuperUser: boolean;
  readonly fakeSuper: boolean;
  /** Of filter rules about attributes; undefined without any. */
  readonly isExcluded: ((name: string) => boolean) | undefined;
  /** A sender's next objects lie in a directory where these rules are in force. */
  enter?(state: FilterState): void;
}

/** Sender: the name on the wire of an attribute on the disk; undefined: it does not travel. */
export function wireName(name: string, { level, fakeSuper, isExcluded }: XattrRights): string | undefined {
  if (isExcluded === undefined ? name.startsWith(SYSTEM) : isExcluded(name)) return undefined;
  if (name.startsWith(OWN)) {
    return level < 2 || (fakeSuper && FAKE_SUPER_OWN.has(name)) ? undefined : name;
  }
  return fakeSuper && name.startsWith(KEPT) ? name.slice(KEPT.length) : name;
}

/**
 * Receiver: the name on the disk of a received attribute; undefined: it is dropped. `system.` is the peer's to set only where
 * rules of the user's own take the place of the name spaces.
 */
export function diskName(name: string, rights: XattrRights): string | undefined {
  const { level, fakeSuper, isExcluded, isSuperUser } = rights;
  if (isExcluded === undefined ? name.startsWith(SYSTEM) : isExcluded(name)) return undefined;
  if (name.startsWith(OWN) && (level < 2 || (fakeSuper && FAKE_SUPER_OWN.has(name)))) return undefined;
  if (name.startsWith(USER) || (isSuperUser && !fakeSuper)) return name;
  return fakeSuper || isExcluded !== undefined ? KEPT + name : undefined;
}

/** Receiver: an attribute on the disk is compared with the received ones, and removed when it is none of them. */
export function isCompared(name: string, rights: XattrRights): boolean {
  const { fakeSuper, isExcluded, isSuperUser } = rights;
  if (fakeSuper && FAKE_SUPER_OWN.has(name)) return false;
  if (isExcluded !== undefined) return !isExcluded(name);
  return isSuperUser && !fakeSuper ? !name.startsWith(SYSTEM) : name.startsWith(USER);
}

/**
 * Receiver under fake-super: an attribute on the disk that can be neither set nor removed. To rsync its file differs, in every
 * run, and is left as it is.
 */
export function isOutOfReach(name: string, { fakeSuper, isExcluded }: XattrRights): boolean {
  return fakeSuper && isExcluded === undefined && !name.startsWith(USER) && !name.startsWith(SYSTEM);
}
