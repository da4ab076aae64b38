// Differential: what the sender lists, line by line beside rsync 3.4.1 (docs/protocol/03-file-list.md §3, §4, §12.5, §15; 05 §11).
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { besideUpstream, OracleKit } from './oracle-kit.ts';

const NAMES = [
  'a/b/f',
  './a/b/f',
  'a/./b/f',
  'a/../e/f',
  'a/./../e/f',
  '../out',
  '../../a/f',
  'a/.',
  'a/..',
  '..',
  '/a/b/f',
];
const MORE_NAMES = [
  '//a//b//f',
  'a//b/',
  'a/b/./c/f',
  './a/./b',
  'a/./b/./c',
  'a/b/..',
  'a/b/../',
  './.',
  'a/./..',
  'e/../a/b/f',
];

const FILES = `mkdir -p s/a/b/c s/e s/empty/er; for f in a/b/c/f a/b/f a/f f e/f; do echo $f >s/$f; done; echo x >out
printf 'a/b/f\\n\\n#c\\n;s\\ne\\n./f\\r\\nnope\\n' >list; tr '\\n\\r' '\\0\\0' <list >list0
printf '%s\\n' ${NAMES.join(' ')} >names; printf '%s\\n' ${MORE_NAMES.join(' ')} >more; touch -d 2020-01-01 $(find s)`;

besideUpstream('--files-from', FILES, (kit) => {
  it.each(['-R', '--no-R', '-R -r', '-R --no-implied-dirs'])(
    'takes every form of a name with %s',
    (words) => {
      kit.compare(`RSYNC -lti ${words} --files-from=names s d`);
      kit.compare(`RSYNC -lti ${words} --files-from=more s d`);
    },
  );

  it.each([32, 30, 27])(
    'is read where it stands, and travels, in protocol %i',
    (protocol) => {
      const common = `RSYNC -ai --protocol=${protocol} SH`;
      kit.compare(`${common} --files-from=list h:$PWD/s d`);
      kit.compare(`${common} --files-from=:$PWD/list h:$PWD/s d`);
      kit.compare(`${common} --files-from=list s h:$PWD/d`);
      kit.compare(`${common} --files-from=:$PWD/list s h:$PWD/d`);
    },
    30_000,
  );

  it('is separated by NULs with --from0, comes from standard input and from a pipe', () => {
    kit.compare('RSYNC -ai -0 --files-from=list0 SH h:$PWD/s d');
    kit.compare('RSYNC -ai -0 --files-from=h:$PWD/list0 SH s h:$PWD/d');
    kit.compare('RSYNC -ai --files-from=- s d <list');
    kit.compare('RSYNC -ai --files-from=<(cat list) SH h:$PWD/s d');
  });

  it('of thirty thousand names does not stand still', () => {
    const many = `mkdir m; (cd m; seq -f 'f%06g' 300 | xargs touch -d 2020-01-01); (seq -f 'f%06g' 300; seq -f 'nope%06g' 27000) >many`;
    const large = new OracleKit(many);
    large.compare('RSYNC -ai --ignore-missing-args --files-from=many SH h:$PWD/m d | tail -5');
    large.compare('RSYNC -ai --ignore-missing-args --files-from=:$PWD/many SH m h:$PWD/d | tail -5');
    large.remove();
  });

  it('that is not there, or is relative to nothing, ends the run', () => {
    kit.compare('RSYNC -ai --files-from=absent s d');
    kit.compare('RSYNC -ai --files-from=list absent d');
  });
});

const ARGUMENTS = `${FILES}; mkdir d; echo old >d/gone; mkdir -p d/full/x`;

besideUpstream('arguments', ARGUMENTS, (kit) => {
  it('that are missing are told, passed over, or deleted', () => {
    kit.compare('RSYNC -ai s/gone s/f d');
    kit.compare('RSYNC -ai --ignore-missing-args s/gone s/f SH h:$PWD/d');
    kit.compare('RSYNC -ai --delete-missing-args s/gone s/full s/f SH h:$PWD/d');
    kit.compare('RSYNC -ai --delete-missing-args --force SH h:$PWD/s/gone :$PWD/s/full :$PWD/s/f d');
  });

  it('leave directories without files behind with -m', () => {
    kit.compare('RSYNC -ami --delete SH s/ h:$PWD/d');
    kit.compare(`RSYNC -ami --delete --exclude=f --filter='P full/' SH h:$PWD/s/ d`);
    kit.compare('RSYNC -am s/empty d9');
    kit.compare('RSYNC -am --protocol=28 SH s/ h:$PWD/d');
  });

  it('get other modes with --chmod', () => {
    kit.compare('RSYNC -ai --chmod=Dg+s,Fu+x,o= SH s/ h:$PWD/d');
    kit.compare('RSYNC -rti --chmod=D700,F640 SH h:$PWD/s/ d');
  });
});

/** Every comparison starts several programs. */
vi.setConfig({ testTimeout: 90_000 });

/** Targets that are unsafe in one place and safe in another. */
const TARGETS = [
  ...[
    'f',
    '/f',
    '..',
    '.',
    '../f',
    '../..',
    '../../f',
    'a/..',
    './..',
    'a/../f',
    './../f',
    '../a/../f',
    'a//f',
    '..//f',
  ],
  ...['../../../f', 'a/b/../../f', './f', '.././f', '../.', 'x/../../f', '...', '.../f', 'a/...', '/..'],
];
const LINKS = `mkdir -p s/a/b o/p; echo f >s/f; echo g >s/a/g; echo x >o/x; ln -s ../o s/out; ln -s a s/in; ln -s ../nowhere s/lost
i=0; for t in ${TARGETS.join(' ')}; do i=$((i+1)); ln -s $t s/l$i; ln -s $t s/a/l$i; ln -s $t s/a/b/l$i; done; touch -hd 2020-01-01 $(find s o)`;

const kitLines = (words: string): string[] =>
  ['lost', 'file', 'dir', 'loop'].map((name) => `RSYNC ${words} -R s/${name}/ d`);

besideUpstream('symlinks of every form', LINKS, (kit) => {
  it('are unsafe by rsync’s rule', () => {
    kit.compare('RSYNC -rltv --safe-links SH h:$PWD/s/ d');
    kit.compare('RSYNC -lt -d --info=symsafe --copy-unsafe-links s/a/b/ s/a/ d');
  });
});

const FEW_LINKS = `${LINKS}; find s -name 'l[0-9]*' -delete; mkdir d; ln -s /rsyncd-munged/f s/munged; touch -hd 2020-01-01 $(find s)`;

besideUpstream('symlinks', FEW_LINKS, (kit) => {
  it('are sent as what they lead to', () => {
    kit.compare('RSYNC -aki s/ d');
    kit.compare('RSYNC -aki s/in s/out d');
    kit.compare('RSYNC -aiv --copy-unsafe-links SH s/ h:$PWD/d');
    kit.compare('RSYNC -aik --copy-unsafe-links SH h:$PWD/s/ d');
    kit.compare('RSYNC -aLi SH h:$PWD/s/ d');
    kit.compare('RSYNC -rti --copy-unsafe-links s/out s/lost s/in d');
  });

  it('are munged by receivers, and freed again by senders', () => {
    kit.compare('RSYNC -ai --munge-links SH h:$PWD/s/ d');
    kit.compare('RSYNC -ai --munge-links SH s/ h:$PWD/d');
    kit.compare('RSYNC -ai -M--munge-links SH s/ h:$PWD/d');
    kit.compare('RSYNC -ai --munge-links s/ d');
  });

  it('with a slash at their end are followed to a directory, and to nothing else', () => {
    const slashed = new OracleKit(
      'mkdir -p s/d; touch s/f s/d/x; cd s; ln -s no lost; ln -s f file; ln -s d dir; ln -s loop loop; touch -hd 2020-01-01 * d/x .',
    );
    for (const words of ['-ai', '-aik', '-r']) {
      kitLines(words).forEach((line) => slashed.compare(line));
    }
    slashed.remove();
  }, 30_000);
});

/** Rows of docs/protocol/05-options.md §11: destinations, in a directory with `s/f`, `s/sub/g`, a file `n` and an empty directory `e`. */
const DESTINATIONS = [
  's/f x/y/new',
  's/f x/y/new/',
  's/f x/new',
  's/f new',
  's/f new/',
  's/f n/',
  's/f n/x/y',
  's/f $PWD/x/y',
  's/f e/',
];
const TREES = [
  's/f s/sub/g new',
  's/f s/sub/g x/new',
  '-r s new',
  '-r s/ new',
  '-r s/ x/new',
  '-r s/ n',
  '-R s/./sub/g x/y',
];

const TWICE = 'mkdir -p s/A s/B; echo f >s/A/f; echo g >s/B/g; touch -d @1500000000 $(find s)';

besideUpstream('what is named twice', TWICE, (kit) => {
  it.each(['', '--no-i-r', '--protocol=29'])('is counted twice by a pull %s', (words) => {
    const way = `RSYNC -ai --stats ${words} SH`;
    const lines = "| grep -E '^(Number of (files|created|reg)|Total file size)'";
    kit.compare(`${way} h:$PWD/s/A/ h:$PWD/s/B/ d ${lines}`);
    kit.compare(`${way} h:$PWD/s/A/f h:$PWD/s/A/ h:$PWD/s/A/f d ${lines}`);
    kit.compare(`${way} s/A/f s/A/ s/A/f h:$PWD/d ${lines}`);
  });
});

const PLACES =
  'mkdir -p s/sub e; echo f >s/f; echo g >s/sub/g; echo n >n; ln -s nowhere l; touch -d 2020-01-01 $(find s)';

besideUpstream('destinations', PLACES, (kit) => {
  it('of a listing are not entered: alternate directories are looked for where it began', () => {
    kit.compare('RSYNC -r --list-only --link-dest=none SH h:$PWD/s/ d');
    kit.compare('RSYNC -r --list-only --compare-dest=s --compare-dest=../s s/ d');
    kit.compare('RSYNC -r --protocol=28 --copy-dest=none s/');
    // `..` is of the start directory itself.
    kit.compare('RSYNC -r --copy-dest=../s s/');
  });

  it.each([...DESTINATIONS, ...TREES])('%s', (operands) => {
    kit.compare(`RSYNC -ti ${operands}`);
    kit.compare(`RSYNC -ti --mkpath ${operands}`);
    if (operands.includes('new/') || operands.includes('-r')) kit.compare(`RSYNC -nti --mkpath ${operands}`);
  });
});

const LATIN = `mkdir s; echo a >$'s/caf\\xe9'; echo b >$'s/b\\xc3\\xa9'; ln -s $'caf\\xe9' s/ln; mkdir $'s/d\\xe9'; echo z >$'s/d\\xe9/x\\xe8'; ln $'s/caf\\xe9' s/hard
mkdir u; echo a >$'u/caf\\xc3\\xa9'; echo l >u/zz; mkdir $'u/d\\xc3\\xa9'; echo z >$'u/d\\xc3\\xa9/\\xe2\\x82\\xac'; mkdir x; touch $'x/\\xe9xtra'; mkdir t; for i in 1 2 3 4; do echo $i >t/$i; done; touch -hd 2020-01-01 $(find s u t)`;

besideUpstream('--iconv', LATIN, (kit) => {
  it.each(['', '--protocol=29', '--protocol=30', '--no-i-r'])(
    'converts names and targets of links %s',
    (words) => {
      kit.compare(`RSYNC -rltHi --iconv=ISO-8859-1,UTF-8 ${words} SH s/ h:$PWD/d`);
      kit.compare(`RSYNC -rltHi --iconv=UTF-8,ISO-8859-15 ${words} SH h:$PWD/s/ d`);
      kit.compare(`RSYNC -rltHi --iconv=UTF-8,ISO-8859-15 ${words} SH u/ h:$PWD/d`);
    },
    30_000,
  );

  it('converts in local copies, and what is told of the other end', () => {
    kit.compare('RSYNC -rlti --iconv=ISO-8859-1,UTF-8 s/ d');
    kit.compare('RSYNC -rltiv --delete --iconv=UTF-8,ISO-8859-15 SH u/ h:$PWD/x');
    kit.compare('RSYNC -rltiv --delete --iconv=ISO-8859-15,UTF-8 SH h:$PWD/u/ x');
  });

  it('leaves out what cannot be converted, and ends where a charset is not known', () => {
    kit.compare('RSYNC -rlti --iconv=ASCII,UTF-8 SH s/ h:$PWD/d');
    kit.compare('RSYNC -rlti --iconv=utf8,latin1 SH s/ h:$PWD/d');
    kit.compare('RSYNC -rlti --iconv=NOSUCH,UTF-8 s/ d');
    kit.compare('RSYNC -rlti --iconv=-,. s/ d');
    kit.compare('RSYNC -rlti --iconv=. s/ d');
  });

  it.each(['', '-', ',', 'utf-8,', ',utf-8', '.,-', ',-', "'., '", "' '", ',,', 'utf-8//', "'utf -8 '"])(
    'takes the value %s for the same at both ends',
    (value) => {
      kit.compare(`RSYNC -rlti -s --iconv=${value} SH t/ h:$PWD/d`);
      kit.compare(`RSYNC -rlti --iconv=${value} SH h:$PWD/t/ d`);
    },
    30_000,
  );

  it('takes nothing in the environment for no conversion, a comma for the charset of the locale', () => {
    for (const value of ['', ',']) kit.compare(`export RSYN''C_ICONV=${value}; RSYNC -rlti SH t/ h:$PWD/d`);
  });
});

const maySetUp = process.getuid?.() === 0;

/** Mounts something below the tree; false where that is not allowed. */
function canMount(): boolean {
  if (!maySetUp) return false;
  const place = '/tmp/ocrsync-mount-probe';
  mkdirSync(place, { recursive: true });
  const run = spawnSync('sh', ['-c', `mount -t tmpfs none ${place} && umount ${place}; rmdir ${place}`]);
  return run.status === 0;
}

const MOUNTS =
  'mkdir -p s/d/m1 s/m2 d; echo f >s/f; for m in s/d/m1 s/m2; do mount -t tmpfs none $m; echo i >$m/in; done; trap "umount $PWD/s/d/m1 $PWD/s/m2" EXIT';

besideUpstream('file systems', { prepare: MOUNTS, when: canMount() }, (kit) => {
  it('are not entered with -x, and not even told with -xx', () => {
    kit.compare('RSYNC -rlxi s/ SH h:$PWD/d');
    kit.compare('RSYNC -rlxxi --info=mount SH h:$PWD/s/ d');
    kit.compare('RSYNC -rlxi --no-i-r s d');
    kit.compare('RSYNC -rlxxi s/m2 s/d/m1/ d');
  });
});

const DEVICES = 'mkdir s; mknod s/null c 1 3; mknod s/zero c 1 5; mkfifo s/fifo; touch s/a';

besideUpstream('devices', { prepare: DEVICES, when: maySetUp }, (kit) => {
  it('are files of their content with --copy-devices', () => {
    kit.compare('RSYNC -rgopDi --copy-devices SH s/ h:$PWD/d');
    kit.compare('RSYNC -rpi --copy-devices SH h:$PWD/s/ d');
  });

  it('that are block devices have the size of what can be read', () => {
    const block = new OracleKit(
      'seq 100000 >img; mkdir s; l=$(losetup -f --show img) && trap "losetup -d $l" EXIT; cp -a $l s/block',
    );
    if (spawnSync('losetup', ['-f']).status === 0) block.compare('RSYNC -ri --copy-devices SH s/ h:$PWD/d');
    else expect(spawnSync('losetup', ['-f']).status).not.toBe(0);
    block.remove();
  });
});
