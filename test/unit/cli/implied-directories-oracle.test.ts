// Which parents of listed names are sent, and which again, beside rsync 3.4.1 (docs/protocol/03-file-list.md §3.3).
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const FILES =
  'mkdir -p s/m/a s/m/b/c s/mm d; for f in m/y m/z m/a/1 m/b/2 m/b/c/3 mm/4 t; do echo $f >s/$f; done; find s -exec touch -d @1500000000 {} +';

besideUpstream('implied directories', FILES, (kit) => {
  const lists = [
    'm/y m/a/1',
    'm/a/1 m/y m/a/1',
    'm/a/1 m/b/2',
    'm/b/2 m/b/c/3 m/z',
    'm/b m/b/2',
    'm/y t m/a/1',
    'm/y mm/4 m/z',
    'm/y nope/1 m/nope m/b/c/3',
  ];

  it.each(lists)('of listed names %s come as often as from rsync', (names) => {
    for (const protocol of [28, 32]) {
      const words = `-a --no-r -v --stats --debug=dup --protocol=${protocol} --files-from=L SH s h:$PWD/d`;
      kit.compare(`printf '%s\\n' ${names} >L; RSYNC ${words} | grep -a 'removing\\|Number of files:'; rm L`);
    }
  });

  it('of lists that come one by one are sent again behind others, contents not twice in a row', () => {
    const told = "-v --stats --debug=dup --files-from=L SH s h:$PWD/d | grep -a 'Number of files:'";
    for (const names of [
      'm/y mm/4 m/z',
      'm/a/1 m/b/2 m/a',
      'mm mm mm',
      'mm mm/4 mm m/a m/a',
      'm m/y t m/z',
    ]) {
      kit.compare(`printf '%s\\n' ${names} >L; RSYNC -ar ${told}; rm L`);
    }
  });

  it('of arguments from one directory that was typed twice, with others between, are others', () => {
    const places =
      's/mm s/m s/mm|s/mm ./s/m s/mm|s/m s/m/ s/m|s/m s/m s/m|./s/m s/m s//m|-R ././s/t s/./t ./s/./t';
    for (const names of places.split('|')) {
      kit.compare(`RSYNC -a --stats ${names} SH h:$PWD/d | grep -a 'Number of files:'`);
    }
  });

  it('of arguments come as often as from rsync', () => {
    for (const words of ['--protocol=28', '--no-inc-recursive']) {
      kit.compare(`RSYNC -aR --debug=dup ${words} SH s/./m/y s/m/a/1 s/./m/b/c/3 s/./m/b/2 h:$PWD/d`);
    }
  });
});
