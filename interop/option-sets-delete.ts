// Option sets about deletion: the five moments, limits, sides of rules, missing arguments.
import type { OptionSet } from './option-sets.ts';

const tree = 'mixed' as const;
const changed = 'changed' as const;
const conflicting = 'conflicting' as const;

export const deleteSets: readonly OptionSet[] = [
  { name: 'delete-before', options: ['-ai', '--delete-before'], tree, destination: changed },
  { name: 'delete-delay', options: ['-ai', '--delete-delay'], tree, destination: changed },
  { name: 'delete-after', options: ['-ai', '--delete-after'], tree, destination: changed },
  { name: 'delete-during', options: ['-av', '--del', '--no-inc-recursive'], tree, destination: changed },
  { name: 'delete-delay-dry-run', options: ['-ain', '--delete-delay'], tree, destination: changed },
  { name: 'delete-before-dry-run', options: ['-avn', '--delete-before'], tree, destination: changed },
  { name: 'delete-after-conflicts', options: ['-ai', '--delete-after'], tree, destination: conflicting },
  { name: 'delete-old', options: ['-ai', '--delete', '--protocol=29'], destination: changed },
  { name: 'delete-oldest', options: ['-av', '--delete-after', '--protocol=27'], destination: changed },
  { name: 'delete-stats', options: ['-a', '--delete-delay', '--stats'], tree, destination: changed },
  { name: 'delete-limit', options: ['-ai', '--delete', '--max-delete=3'], tree, destination: changed },
  { name: 'delete-limit-late', options: ['-ai', '--delete-after', '--max-delete=0'], destination: changed },
  {
    name: 'delete-excluded',
    options: ['-ai', '--delete-excluded', '--exclude=*.o', '--filter=P *.bak'],
    destination: changed,
  },
  {
    name: 'delete-excluded-merge',
    options: ['-ai', '--delete-excluded', '--filter=dir-merge .rules'],
    destination: changed,
  },
  {
    name: 'delete-after-merge',
    options: ['-ai', '--delete-after', '--filter=dir-merge .rules'],
    destination: changed,
  },
  {
    name: 'delete-perishable',
    options: ['-ai', '--delete-delay', '--filter=-p *.o', '--filter=P core'],
    destination: changed,
  },
  { name: 'delete-dirs', options: ['-dti', '--delete'], destination: changed },
  {
    name: 'delete-relative',
    options: ['-aRi', '--delete'],
    sources: ['src/./play/a/', 'src/./dir1/'],
    destination: changed,
  },
  { name: 'force', options: ['-ai', '--force'], tree, destination: conflicting },
  { name: 'force-limit', options: ['-ai', '--force', '--max-delete=1'], tree, destination: conflicting },
  {
    name: 'ignore-errors',
    options: ['-ai', '--delete', '--ignore-errors'],
    sources: ['src/', 'absent'],
    destination: changed,
  },
];
