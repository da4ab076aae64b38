// Option sets about ACLs (-A) and extended attributes (-X); all on the tree `attributes`.
import type { OptionSet } from './option-sets.ts';

const tree = 'attributes' as const;
const changed = 'changed' as const;

export const attributeSets: readonly OptionSet[] = [
  { name: 'acls', options: ['-aAi'], tree },
  { name: 'acls-changed', options: ['-aAi', '--delete'], tree, destination: changed },
  { name: 'acls-dry-run', options: ['-aAin'], tree, destination: changed },
  { name: 'acls-equal', options: ['-aAii'], tree, destination: 'equal' },
  { name: 'acls-alone', options: ['-rAi'], tree, destination: changed },
  { name: 'acls-numeric', options: ['-aAi', '--numeric-ids'], tree },
  { name: 'acls-whole-list', options: ['-aAi', '--no-inc-recursive'], tree, destination: changed },
  { name: 'acls-removed', options: ['-ai'], tree, destination: changed },
  { name: 'acls-inherited', options: ['-rti'], tree, destination: changed },
  { name: 'xattrs', options: ['-aXi'], tree },
  { name: 'xattrs-changed', options: ['-aXi', '--delete'], tree, destination: changed },
  { name: 'xattrs-dry-run', options: ['-aXin'], tree, destination: changed },
  { name: 'xattrs-equal', options: ['-aXii'], tree, destination: 'equal' },
  { name: 'xattrs-alone', options: ['-rpXi'], tree, destination: changed },
  { name: 'xattrs-own', options: ['-aXXi'], tree, destination: changed },
  { name: 'xattrs-checksum', options: ['-aXci'], tree, destination: changed },
  { name: 'xattrs-whole-list', options: ['-aXi', '--no-inc-recursive'], tree, destination: changed },
  {
    name: 'xattrs-filter',
    options: ['-aXi', '--filter=-x user.many*', '--filter=-x system.*'],
    tree,
    destination: changed,
  },
  { name: 'attributes', options: ['-aHAXi', '--delete'], tree, destination: changed },
  { name: 'attributes-new', options: ['-aHAX', '--stats'], tree },
  { name: 'attributes-compressed', options: ['-aAXz', '--no-W', '-v'], tree, destination: changed },
  { name: 'attributes-protocol-30', options: ['-aHAXi', '--protocol=30'], tree, destination: changed },
  { name: 'attributes-protocol-31', options: ['-aHAXi', '--protocol=31'], tree, destination: changed },
  { name: 'attributes-refused', options: ['-aAX', '--protocol=29'], tree },
  {
    name: 'attributes-listed',
    options: ['-aAX', '--list-only'],
    tree,
    listsOnly: true,
    exactPullOrder: true,
  },
];
