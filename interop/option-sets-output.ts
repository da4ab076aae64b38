// Option sets about output: formats, levels of --info and --debug, streams, lists, progress, statistics.
import type { OptionSet } from './option-sets.ts';

const changed = 'changed' as const;
const tree = 'mixed' as const;
const onlyFull = true;
const racingNames = true;
const missing = ['src/dir0', 'src/absent'];

const formats: OptionSet[] = [
  { name: 'format-bytes', options: ['-a', '--no-W', '--out-format=%n|%b|%c|%C|%o|%i'], destination: changed },
  { name: 'format-bytes-zlib', options: ['-az', '--zc=zlib', '--out-format=%n|%c|%C'], onlyFull },
  { name: 'format-checksum', options: ['-ac', '--out-format=%C %i %n'], destination: changed, onlyFull },
  { name: 'format-dry-run', options: ['-an', '--out-format=%n|%b|%c|%C|%i'], destination: changed, onlyFull },
  {
    name: 'format-widths',
    options: ['-a', "--out-format=[%20n|%-20n|%-14i|%12L|%'12l|%''l|%'''l|%-9l|%B|%M|%U|%G|%m|%a|%h|%u|%q]"],
    tree,
    destination: changed,
  },
  {
    name: 'format-deletions',
    options: ['-a', '--delete', '--out-format=%o %i %n%L'],
    destination: changed,
    onlyFull,
  },
  { name: 'format-empty', options: ['-a', '--delete', '--out-format='], destination: changed, onlyFull },
  {
    name: 'format-long-name',
    options: ['-a', '--out-format=%f %n'],
    sources: ['src/dir0', './src/dir1/'],
    onlyFull,
  },
  { name: 'format-late-progress', options: ['-aP', '--out-format=%i|%n|%b'], destination: changed, onlyFull },
  { name: 'format-29', options: ['-ai', '--protocol=29'], tree, destination: changed, onlyFull },
  { name: 'format-28', options: ['-ai', '--protocol=28'], destination: changed, onlyFull },
];

const levels: OptionSet[] = [
  { name: 'info-all', options: ['-a', '--delete', '--info=all'], destination: changed, racingNames },
  {
    name: 'info-none',
    options: ['-avv', '--delete', '--info=none', '--debug=none'],
    destination: changed,
    onlyFull,
  },
  { name: 'info-name-zero', options: ['-av', '--delete', '--info=name0'], destination: changed, onlyFull },
  { name: 'info-flist-zero', options: ['-av', '--info=flist0,stats0'], destination: changed, onlyFull },
  {
    name: 'info-flist-two',
    options: ['-a', '--info=flist2', '--no-inc-recursive'],
    destination: changed,
    onlyFull,
  },
  {
    name: 'info-skip',
    options: ['-a', '--ignore-existing', '--info=skip2'],
    destination: changed,
    onlyFull,
    racingNames,
  },
  { name: 'info-existing', options: ['-avv', '--existing'], destination: changed, onlyFull, racingNames },
  { name: 'info-backup', options: ['-ab', '--info=backup'], destination: changed, onlyFull, racingNames },
  { name: 'info-nonreg', options: ['-rt', '--info=nonreg0'], tree, onlyFull },
  {
    name: 'verbose-stats',
    options: ['-av', '--stats', '--delete'],
    tree,
    destination: changed,
    onlyFull,
    racingNames,
  },
  { name: 'verbose-no-human', options: ['-av', '--no-h', '--stats'], destination: changed, onlyFull },
  { name: 'verbose-units', options: ['-avhh', '--stats'], destination: changed, onlyFull },
  {
    name: 'debug-del',
    options: ['-a', '--delete', '--debug=del2'],
    destination: changed,
    onlyFull,
    racingNames,
  },
  { name: 'debug-flist', options: ['-a', '--debug=flist1'], destination: changed, onlyFull, racingNames },
  {
    name: 'debug-deltasum',
    options: ['-a', '--debug=deltasum1'],
    destination: changed,
    onlyFull,
    racingNames,
  },
];

const streams: OptionSet[] = [
  { name: 'stderr-client', options: ['-av', '--stderr=client'], sources: missing },
  { name: 'stderr-all', options: ['-av', '--stderr=all'], sources: missing, onlyFull, racingNames },
  { name: 'stderr-all-quiet', options: ['-aq', '--msgs2stderr'], sources: missing, onlyFull },
  { name: 'stderr-client-quiet', options: ['-aq', '--no-msgs2stderr'], sources: missing, onlyFull },
  { name: 'stderr-old', options: ['-av', '--protocol=28'], sources: missing, onlyFull },
  { name: 'outbuf', options: ['-av', '--outbuf=L'], destination: changed, onlyFull },
  { name: 'eight-bit', options: ['-av8'], tree, onlyFull },
  { name: 'log-file', options: ['-ai', '--log-file=run.log'], destination: changed, onlyFull },
];

const lists: OptionSet[] = [
  { name: 'list-verbose', options: ['-rv', '--stats'], tree, listsOnly: true, onlyFull },
  { name: 'list-hard-links', options: ['-rlH'], tree, listsOnly: true, exactPullOrder: true, onlyFull },
  { name: 'list-units', options: ['-r', '-hh'], tree, listsOnly: true, exactPullOrder: true, onlyFull },
  { name: 'list-digits', options: ['-r', '--no-h'], listsOnly: true, exactPullOrder: true, onlyFull },
  { name: 'list-file', options: ['-l'], sources: ['src/prose.txt'], listsOnly: true, onlyFull },
  { name: 'list-directories', options: ['-d'], listsOnly: true, exactPullOrder: true, onlyFull },
  { name: 'list-excluded', options: ['-rv', '--exclude=*.o'], listsOnly: true, onlyFull },
];

const progress: OptionSet[] = [
  { name: 'progress-names', options: ['-avP'], destination: changed, onlyFull, racingNames },
  { name: 'progress-whole-list', options: ['-aP', '--no-inc-recursive'], destination: changed, onlyFull },
  { name: 'progress-itemized', options: ['-aPi', '--delete'], destination: changed, onlyFull },
  { name: 'progress-quiet', options: ['-aPq'], destination: changed, onlyFull },
  { name: 'progress-dry-run', options: ['-anP'], destination: changed, onlyFull },
];

export const outputSets: readonly OptionSet[] = [...formats, ...levels, ...streams, ...lists, ...progress];
