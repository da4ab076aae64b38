// Option sets about filter rules beyond plain patterns: CVS lists, merge files and their modifiers, old protocols.
import type { OptionSet } from './option-sets.ts';

const changed = 'changed' as const;
const onlyFull = true;

/** docs/protocol/06-filters.md §13.2. */
const sinceProtocol = {
  version: 29,
  localOnly: true,
  reason:
    'a local copy fails, and the bytes that its dying half had written are told, which depend on the version',
};

export const filterSets: readonly OptionSet[] = [
  { name: 'cvs-exclude', options: ['-aCi', '--delete'], destination: changed, sinceProtocol },
  {
    name: 'cvs-exclude-deleted',
    options: ['-aCi', '--delete-excluded'],
    destination: changed,
    sinceProtocol,
  },
  { name: 'cvs-exclude-29', options: ['-aCi', '--delete', '--protocol=29'], destination: changed },
  { name: 'cvs-place', options: ['-ai', '--filter=+ *.o', '--filter=-C', '--filter=:C'], onlyFull },
  {
    name: 'cvs-kept',
    options: ['-aCi', '--include=core', '--delete'],
    destination: changed,
    onlyFull,
    sinceProtocol,
  },
  { name: 'merge-words', options: ['-ai', '--filter=:w- .cvsignore', '--delete'], destination: changed },
  {
    name: 'merge-receiver',
    options: ['-ai', '--filter=:rC', '--filter=:es .rules', '--delete'],
    destination: changed,
    onlyFull,
  },
  {
    name: 'merge-perishable',
    options: ['-ai', '--filter=:p .rules', '--filter=-p *.bak', '--delete'],
    destination: changed,
    onlyFull,
  },
  { name: 'merge-only-included', options: ['-ai', '--filter=:+ .rules', '--filter=- two*'], onlyFull },
  {
    name: 'rules-verbose',
    options: ['-avv', '--exclude=*.o', '--filter=: .rules'],
    racingNames: true,
    onlyFull,
  },
  {
    name: 'rules-old',
    options: ['-ai', '--exclude=*.o', '--include=core', '--delete', '--protocol=28'],
    destination: changed,
    onlyFull,
  },
];
