// Differential: which empty directories --prune-empty-dirs keeps beside names that come twice, and where a file's own directory
// is not listed, as rsync 3.4.1 has it (docs/protocol/03-file-list.md §12.5).
import { it } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const EMPTY =
  'mkdir -p src/a/b/c src/a/h src/a/y d; mkdir -p src/a/k/m; echo x >src/a/k/f; touch -d @1500000000 src/a/k';

besideUpstream('-m', EMPTY, (kit) => {
  it.each([
    '-rm src/a/ d/',
    '-rm src/a/ src/a/h d/',
    '-rm src/a/h src/a/ src/a/y d/',
    '-rm src/a/ src/a/b d/',
    '-rm src/a src/a src/a/b/c d/',
    '-rmR src/./a src/./a/b d/',
    '-rm --delete --filter "P c" src/a/ src/a/ d/',
    'SH -rm src/a/ src/a/b h:$PWD/d/',
    'SH -rm h:$PWD/src/a/ :$PWD/src/a/ d/',
  ])('%s', (line) => kit.compare(`RSYNC ${line}`));

  it('with files below directories that are not listed', () => {
    kit.compare(
      `printf 'a/h/\\na/k/f\\na/y/\\na/k/m/\\n' >list; RSYNC -rm --no-implied-dirs --files-from=list src d/`,
    );
    kit.compare(`printf 'a/h/\\na/k/f\\na/k/m/\\na/h/\\n' >list; RSYNC -m --files-from=list src d/`);
  });
});
