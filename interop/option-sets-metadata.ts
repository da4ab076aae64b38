// Option sets about fake-super, rights, access times and nodes. Access times themselves are not in the snapshots of the
// matrix, since looking at a tree changes them: test/unit/transfer/metadata-oracle.test.ts compares those.
import type { OptionSet } from './option-sets.ts';

const mixed = 'mixed' as const;
const attributes = 'attributes' as const;
const changed = 'changed' as const;
const onlyFull = true;

export const metadataSets: readonly OptionSet[] = [
  { name: 'fake-super', options: ['-ai', '--fake-super'], tree: mixed },
  {
    name: 'fake-super-changed',
    options: ['-ai', '--fake-super', '--delete'],
    tree: mixed,
    destination: changed,
  },
  { name: 'fake-super-equal', options: ['-aii', '--fake-super'], tree: mixed, destination: 'equal' },
  { name: 'fake-super-dry-run', options: ['-ain', '--fake-super'], tree: mixed, destination: changed },
  { name: 'fake-super-no-perms', options: ['-rltgoDi', '--fake-super'], tree: mixed },
  { name: 'fake-super-hard-links', options: ['-aHi', '--fake-super'], tree: mixed },
  { name: 'fake-super-numeric', options: ['-aiv', '--fake-super', '--numeric-ids'], tree: mixed },
  {
    name: 'fake-super-inplace',
    options: ['-ai', '--fake-super', '--inplace'],
    tree: mixed,
    destination: changed,
  },
  { name: 'fake-super-attributes', options: ['-aAXi', '--fake-super'], tree: attributes },
  {
    name: 'fake-super-attributes-changed',
    options: ['-aAXi', '--fake-super'],
    tree: attributes,
    destination: changed,
  },
  { name: 'fake-super-own', options: ['-aXX', '--fake-super'], tree: attributes },
  { name: 'no-super', options: ['-ai', '--no-super'], tree: mixed, destination: changed },
  { name: 'super', options: ['-ai', '--super'], tree: mixed },
  { name: 'devices-only', options: ['-rlti', '--devices'], tree: mixed },
  { name: 'specials-only', options: ['-rlti', '--specials'], tree: mixed },
  { name: 'devices-no-specials', options: ['-ai', '--no-specials'], tree: mixed },
  { name: 'window', options: ['-ai', '--modify-window=2'], destination: changed },
  { name: 'window-exact', options: ['-aii', '-@-1'], destination: changed, onlyFull },
  { name: 'omit-times', options: ['-aiOJ'], tree: mixed, destination: changed },
  { name: 'executability', options: ['-rltiE'], tree: mixed, destination: changed },
  { name: 'sizes', options: ['-aHi', '--max-size=100k', '--min-size=2'], tree: mixed, destination: changed },
  {
    name: 'owner-maps',
    options: ['-ai', '--usermap=1:2,daemon:7,0-9:5,1000-70000:12', '--groupmap=:3,root:4'],
    tree: mixed,
  },
  { name: 'chmod-kept', options: ['-ai', '--chmod=Dg+s,ug+w,Fo-w,+X'], tree: mixed, destination: changed },
  { name: 'chmod-new', options: ['-rlti', '--chmod=D711,F640'], tree: mixed, destination: changed, onlyFull },
  { name: 'dirlinks', options: ['-aKi'], tree: mixed, destination: changed, onlyFull },
  { name: 'links-29', options: ['-aHi', '--protocol=29'], tree: mixed, destination: changed, onlyFull },
  { name: 'links-28', options: ['-aHi', '--protocol=28'], tree: mixed, destination: changed, onlyFull },
  { name: 'links-27', options: ['-aH', '--protocol=27'], tree: mixed, onlyFull },
  { name: 'links-twice', options: ['-aHHi', '--delete'], tree: mixed, destination: changed, onlyFull },
  {
    name: 'skipped-told',
    options: ['-ai', '--ignore-existing', '--info=skip2'],
    racingNames: true,
    tree: mixed,
    destination: changed,
    onlyFull,
  },
  { name: 'open-noatime', options: ['-ai', '--open-noatime'], destination: changed },
];
