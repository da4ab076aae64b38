// What one end may do with ACLs and extended attributes: by its options, its rights, its filter rules, its platform
// (docs/protocol/03-file-list.md §11.3).
import type { FilterList } from '../filter/filter-list.ts';
import { XattrRules } from '../filter/xattr-rules.ts';
import type { XattrRights } from '../flist/xattr-names.ts';
import type { Filesystem } from '../fs/filesystem.ts';
import type { Options } from '../options/options.ts';
import { RunError } from '../session/run-error.ts';

const EXIT_UNSUPPORTED = 4;

type AttributeOptions = Pick<Options, 'acls' | 'xattrs' | 'privileges'>;

/** Refuses by name what this platform cannot do: without the native helper there are neither. */
export function requireAttributes(
  { acls, xattrs }: AttributeOptions,
  filesystem: Filesystem,
  role: 'client' | 'server',
): void {
  if (filesystem.canXattrs || (!acls && xattrs === 0)) return;
  const what = acls ? 'ACLs' : 'extended attributes';
  const text = `${what} are not supported on this ${role} (they need the native helper)`;
  throw new RunError('ERR_UNSUPPORTED', text, EXIT_UNSUPPORTED);
}

/** undefined without -X. */
export function xattrRights(
  { xattrs, privileges }: AttributeOptions,
  filesystem: Filesystem,
  filters: FilterList,
  side: 'sender' | 'receiver',
): XattrRights | undefined {
  if (xattrs === 0) return undefined;
  const rules = new XattrRules(filters, side);
  return {
    level: xattrs,
    isSuperUser: filesystem.isSuperUser && privileges !== 'fake',
    fakeSuper: privileges === 'fake',
    enter: (state) => rules.enter(state),
    get isExcluded() {
      return rules.isExcluded;
    },
  };
}
