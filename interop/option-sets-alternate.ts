// Option sets about --compare-dest, --copy-dest, --link-dest and --fuzzy. With a directory beside the destination (`../alt`) 3.4.1
// receives no differences: it opens no basis whose path climbs (docs/protocol/04-transfer.md §3.10). So those sets send whole files.
import type { OptionSet } from './option-sets.ts';

const mixed = 'mixed' as const;
const attributes = 'attributes' as const;
const changed = 'changed' as const;
const beside = { state: 'changed', where: 'beside' } as const;
const equal = { state: 'equal', where: 'beside' } as const;
const inside = { state: 'changed', where: 'inside' } as const;

const kinds = ['compare', 'copy', 'link'] as const;

const perKind: readonly OptionSet[] = kinds.flatMap((kind): OptionSet[] => [
  { name: `${kind}-dest`, options: ['-aiW', `--${kind}-dest=../alt`], tree: mixed, alternate: beside },
  { name: `${kind}-dest-all`, options: ['-aiiW', `--${kind}-dest=../alt`], tree: mixed, alternate: equal },
  {
    name: `${kind}-dest-existing`,
    options: ['-aiiW', `--${kind}-dest=../alt`],
    destination: changed,
    alternate: equal,
  },
  { name: `${kind}-dest-delta`, options: ['-aii', '--no-W', `--${kind}-dest=.alt`], alternate: inside },
  { name: `${kind}-dest-dry-run`, options: ['-aiinW', `--${kind}-dest=../alt`], alternate: beside },
  { name: `${kind}-dest-no-times`, options: ['-riiW', `--${kind}-dest=../alt`], alternate: beside },
  { name: `${kind}-dest-checksum`, options: ['-aicW', `--${kind}-dest=../alt`], alternate: beside },
  {
    name: `${kind}-dest-size-only`,
    options: ['-aiW', '--size-only', `--${kind}-dest=../alt`],
    alternate: beside,
  },
  {
    name: `${kind}-dest-old`,
    options: ['-avW', '--protocol=28', `--${kind}-dest=../alt`],
    alternate: beside,
  },
  {
    name: `${kind}-dest-attributes`,
    // 3.4.1 loses the attributes of a symlink that it makes because of --copy-dest.
    options: [kind === 'copy' ? '-aAiW' : '-aAXiW', `--${kind}-dest=../alt`],
    tree: attributes,
    alternate: beside,
  },
]);

const QUICK: ReadonlySet<string> = new Set([
  'compare-dest',
  'copy-dest-delta',
  'link-dest',
  'link-dest-existing',
  'fuzzy',
  'fuzzy-alternate',
]);

const others: readonly OptionSet[] = [
  {
    name: 'link-dest-several',
    options: ['-aiiW', '--link-dest=../none', '--link-dest=../alt', '--link-dest=../src'],
    tree: mixed,
    alternate: beside,
  },
  { name: 'link-dest-ignore-times', options: ['-aiIW', '--link-dest=../alt'], alternate: equal },
  {
    name: 'copy-dest-inplace',
    options: ['-aii', '--no-W', '--inplace', '--copy-dest=.alt'],
    alternate: inside,
  },
  { name: 'link-dest-compressed', options: ['-aiz', '--link-dest=.alt'], alternate: inside },
  {
    name: 'link-dest-stats',
    options: ['-aW', '--stats', '--link-dest=../alt'],
    tree: mixed,
    alternate: beside,
  },
  { name: 'fuzzy', options: ['-aiy', '--no-W', '--stats'], destination: changed },
  { name: 'fuzzy-delete', options: ['-aiy', '--no-W', '--delete-delay'], destination: changed },
  { name: 'fuzzy-no-perms', options: ['-rltiy', '--no-W'], destination: changed },
  { name: 'fuzzy-alternate', options: ['-aiyy', '--no-W', '--compare-dest=.alt'], alternate: inside },
];

export const alternateSets: readonly OptionSet[] = [...perKind, ...others].map((set) => ({
  ...set,
  onlyFull: !QUICK.has(set.name),
}));
