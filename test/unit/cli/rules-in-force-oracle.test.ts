// Rules of directories that stay in force for the arguments behind, beside rsync 3.4.1 (docs/protocol/06-filters.md §9.3).
import { test } from 'vitest';
import { besideUpstream } from './oracle-kit.ts';

const TREES = `mkdir d; for s in s1 s2 s3; do mkdir -p $s/sub/deep $s/a/b $s/a/c; for n in 1 2 3; do echo x >$s/$s.$n
  echo x >$s/sub/x.$n; echo x >$s/sub/deep/$s.d$n; echo x >$s/a/b/$s.$n; echo x >$s/a/c/$s.$n; done; done
  echo '- *.1' >s1/.f; echo '- *.2' >s2/.f; echo '- *.3' >.f; echo '- x.3' >s1/sub/.f; echo '- *d2' >s2/sub/.f
  echo '- *.2' >s2/a/.f; echo '- *.1' >s1/a/.f`;
const RULES = '--filter=:_.f';

besideUpstream('several sources with rules of their directories', TREES, (kit) => {
  for (const way of ['', '--no-i-r', '--protocol=29']) {
    test.each([
      `RSYNC -r ${RULES} s1/ s2/ s3/ d/`,
      `RSYNC -r ${RULES} s3/ s2/ s1 d/`,
      `RSYNC -r ${RULES} s1/ s2/s2.1 s3 d/`,
      `RSYNC -r ${RULES} s1/sub s2/sub d/`,
      `RSYNC -r --filter=:_/.f s2 s1 s3 d/`,
      `RSYNC -rR ${RULES} s1/./a/b s2/./a/c s3/./sub d/`,
      `RSYNC -rR ${RULES} s1/./a/b s1/./s1.1 s1/./ s2/./ d/`,
      `RSYNC -r ${RULES} SH h:$PWD/s1/ :$PWD/s2/ :$PWD/s3 d/`,
    ])(`a directory's rules stay until one of its depth is entered: %s ${way}`, (line) => {
      kit.compare(`${line} ${way}`);
    });
  }

  test('a rule file that is named in a directory is looked for above it, too, when its rule has a path', () => {
    kit.compare("printf ': /.g\\n' >s1/a/.f; echo '- *.3' >s1/.g; RSYNC -r --filter=:_.f s1/ d/");
  });
});

const VICTIM = `mkdir -p s d/gone/a d/kept s/kept; for n in gone/a gone kept; do echo 1 >d/$n/a; echo 1 >d/$n/b; done; echo x >s/kept/x`;

besideUpstream('rule files that a rule file names for the other side', VICTIM, (kit) => {
  test.each([
    `printf 'H *\\n:s .ex\\n' >d/gone/a/.rsync-filter; echo wrong >d/gone/a/.ex; RSYNC -rt --delete-delay -FF s/ d/`,
    `printf ':s .ex\\n' >d/kept/.rsync-filter; echo wrong >d/kept/.ex; RSYNC -rt --delete -F s/ d/`,
    `printf ':se .ex\\n' >d/kept/.rsync-filter; echo wrong >d/kept/.ex; RSYNC -rt --delete -F s/ d/`,
    `printf ':r .ex\\n' >s/kept/.rsync-filter; echo wrong >s/kept/.ex; RSYNC -rt -F s/ d/`,
    `printf ': .ex\\n' >d/kept/.f; echo wrong >d/kept/.ex; RSYNC -rt --delete --filter=:s_.f s/ d/`,
    `printf ':r .ex\\n' >d/kept/.rsync-filter; echo '- a' >d/kept/.ex; RSYNC -rt --delete -F s/ d/`,
  ])('are not read: %s', (line) => {
    kit.compare(line);
  });
});

besideUpstream(
  'the start directory that ./x sends with -R',
  'mkdir -p d s1/a/x s2/g; echo 1 >s1/a/f',
  (kit) => {
    test.each([
      `RSYNC -aRi --exclude='/*/' ./s1/a/ s2/./ d/`,
      `RSYNC -aRi --exclude='?' ./s1/a ./s2 d/`,
      `RSYNC -aRi --no-i-r --exclude=./ ./s1/a/ d/`,
      `RSYNC -aRi --include=. --exclude='*' ./s1/a/ d/`,
      `RSYNC -aRn --debug=filter --exclude=. ./s1/a ./s2 d/`,
    ])('is left out by rules that match its name: %s', (line) => {
      kit.compare(line);
      kit.compare(
        `touch -d 2020-01-01 s2; touch -d 2020-02-02 .; ${line} >/dev/null; stat -c %y d | grep -o '^2020-..'`,
      );
    });
  },
);

const EXTRANEOUS = `${TREES}; cp -r s1 s2 s3 d; find d -type d -exec touch {}/junk.1 {}/junk.2 {}/junk.3 \\;
  echo '- *.1' >d/.f; echo '- *.2' >d/s1/.f; find . | xargs touch -d 2020-01-01`;

besideUpstream('rules of directories in front of what is deleted', EXTRANEOUS, (kit) => {
  for (const when of ['--delete', '--delete-before', '--delete-after', '--delete-delay']) {
    test.each([
      `RSYNC -riR ${when} ${RULES} s1/sub/deep ./s2 d/`,
      `RSYNC -riR ${when} ${RULES} s1/sub/deep s2 d/`,
      `RSYNC -ri ${when} ${RULES} s1 s2 d/`,
      `RSYNC -ri ${when} ${RULES} s1/ s2/ d/`,
      `RSYNC -ri ${when} --filter=:_/.f s1 s2 d/`,
      `RSYNC -ri ${when} --filter=:_/.f s1/s1.1 s2 d/`,
      `RSYNC -ri ${when} --filter=:_/.f s2 s1/ d/`,
    ])('hold where the generator stands: %s', (line) => {
      kit.compare(line);
    });
  }
});
