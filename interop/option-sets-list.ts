// Option sets about what the sender lists: --files-from, symlinks, missing arguments, empty directories, modes. (--iconv has a test of
// its own: daemons need a charset of their own for it.)
import type { OptionSet } from './option-sets.ts';

const changed = 'changed' as const;
const mixed = 'mixed' as const;
const onlyFull = true;
const sources = ['src'] as const;

export const listSets: readonly OptionSet[] = [
  { name: 'files-from', options: ['-ai', '--files-from=lists/names'], sources, destination: changed },
  { name: 'files-from-recursive', options: ['-ari', '--files-from=lists/names'], sources, onlyFull },
  { name: 'files-from-flat', options: ['-ai', '--no-R', '--files-from=lists/names'], sources, onlyFull },
  {
    name: 'files-from-old',
    options: ['-ai', '--files-from=lists/names', '--protocol=29'],
    sources,
    onlyFull,
  },
  { name: 'files-from-30', options: ['-ai', '--files-from=lists/names', '--protocol=30'], sources },
  { name: 'copy-dirlinks', options: ['-aki'], tree: mixed, destination: changed, onlyFull },
  { name: 'copy-unsafe-links', options: ['-aiv', '--copy-unsafe-links'], tree: mixed, onlyFull },
  { name: 'copy-unsafe-dirlinks', options: ['-aki', '--copy-unsafe-links'], tree: mixed },
  { name: 'safe-links', options: ['-aiv', '--safe-links', '--delete'], tree: mixed, destination: changed },
  { name: 'one-file-system', options: ['-axi', '--delete'], destination: changed, onlyFull },
  { name: 'prune-empty', options: ['-ami', '--delete'], tree: mixed, destination: changed },
  {
    name: 'prune-empty-filters',
    options: ['-ami', '--include=*/', '--include=*.c', '--exclude=*'],
    onlyFull,
  },
  {
    name: 'prune-empty-protected',
    options: ['-ami', '--delete', '--filter=P play/', '--exclude=*.o'],
    destination: changed,
    onlyFull,
  },
  { name: 'chmod', options: ['-ai', '--chmod=Dg+s,ug+w,Fo-w,+X'], tree: mixed, destination: changed },
  { name: 'chmod-octal', options: ['-rti', '--chmod=D755,F644'], destination: changed, onlyFull },
  { name: 'mkpath', options: ['-ai', '--mkpath'], onlyFull },
  { name: 'old-dirs', options: ['-ti', '--old-dirs'], destination: changed, onlyFull },
  {
    name: 'ignore-missing',
    options: ['-ai', '--ignore-missing-args'],
    sources: ['src/dir0', 'src/absent', 'src/prose.txt'],
    onlyFull,
  },
  {
    name: 'delete-missing',
    options: ['-ai', '--delete-missing-args', '--force'],
    // First: 3.4.1 refuses a mode of 0 that it has to read, one that is the same as before it does not look at.
    sources: ['src/absent', 'src/dir0', 'src/prose.txt'],
    destination: changed,
    onlyFull,
  },
  { name: 'trust-sender', options: ['-ai', '--trust-sender', '--exclude=*.o'], onlyFull },
  {
    name: 'relative-dot',
    options: ['-aRi'],
    sources: ['./src/play', 'src/./dir0//', 'src/dir1/.'],
    onlyFull,
  },
];
