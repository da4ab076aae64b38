// Symlinks that another user has put into paths that the operator typed: refused as rsync 3.5.0 does, followed when they are root's
// or one's own, and with --insecure-links (docs/protocol/09-rsync-3.5.md §2, §3, §6). Needs root, who can give links away.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { ourCommand } from '../../crash/crash-kit.ts';
import { localShell } from '../../program-scripts.ts';

const peer = findPeer('3.5.0');
const isRoot = process.geteuid?.() === 0;
const OTHER = 4711;

let base = '';
beforeEach(() => {
  base = mkdtempSync('/tmp/ocrsync-operator-');
  localShell(base, '', 'rsh');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

interface Seen {
  readonly code: number | null;
  readonly output: string;
  readonly files: string;
}

/** Runs one line in fresh trees; `owner` owns the link `L` to the directory `ev`. */
function seen(program: string, line: string, owner: number): Seen {
  const trees = `rm -rf s d ev L h up; mkdir -p s/a d ev/p ev/a h; echo new >s/a/f; echo other >s/g; echo "- g" >ev/ex; echo a/f >ev/list; ln -s ev L; chown -h ${owner} L
mkdir d/a; echo old >d/a/f; cp s/a/f ev/a/f; touch -d @1500000000 s/a/f s/g ev/a/f; touch -d @1400000000 d/a/f; chmod 777 ev ev/p
ln -s ../ev/ex s/.rf; chown -h ${owner} s/.rf`;
  const run = (text: string): ReturnType<typeof spawnSync> =>
    spawnSync('sh', ['-c', text], {
      cwd: base,
      encoding: 'utf8',
      timeout: 20_000,
      env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
    });
  run(trees);
  const { status, stdout, stderr } = run(line.replaceAll('RSYNC', program).replaceAll('W/', `${base}/`));
  const files = run(
    'find d ev h -type f -links 1 ! -name b ! -name b.sh ! -name log -exec sh -c \'echo "$1: $(head -c 20 "$1")"\' - {} \\; | sort; find . -links +1 -type f | sort',
  ).stdout;
  const output = `${stdout}${stderr}`
    .split('\n')
    .filter((text) => !/^rsync error|^$|^sent|^total|^refusing to follow/.test(text))
    .map((text) => text.replace(/\.[A-Za-z0-9]{6}"/, '.XXXXXX"').replaceAll(base, 'W'))
    .sort();
  return { code: status, output: output.join('\n'), files: String(files) };
}

const LINES = [
  'RSYNC -a s/ L/',
  'RSYNC -a s/ L',
  'RSYNC -a s/a/f L/x',
  'RSYNC -a -e W/rsh --rsync-path="RSYNC" s/ h:W/L/',
  'RSYNC -a -e W/rsh --rsync-path="RSYNC" h:W/s/ L/',
  'RSYNC -a --temp-dir=W/L s/ d/',
  'RSYNC -ab --backup-dir=W/L/p s/ d/',
  'RSYNC -a --link-dest=W/L s/ h/',
  'RSYNC -ai --compare-dest=W/L s/ h/',
  'RSYNC -ai --copy-dest=../L s/ h/',
  'RSYNC -a --exclude-from=L/ex s/ h/',
  "RSYNC -a -f '. L/ex' s/ h/",
  "RSYNC -a -f ': .rf' s/ h/",
  'RSYNC -a --files-from=L/list s/ h/',
  'RSYNC -a --log-file=L/log s/ h/',
  'RSYNC -a --write-batch=L/b s/ h/',
  'RSYNC -a --insecure-links --link-dest=W/L s/ h/',
  'RSYNC -a --insecure-links s/ L/',
  'RSYNC -a --confine-root=W/d --temp-dir=W/ev s/ d/',
  'RSYNC -a --confine-root=W/ --link-dest=W/ev s/ h/',
];

describe.skipIf(peer === undefined || !isRoot)("a symlink in the operator's path", () => {
  for (const line of LINES) {
    it(`of another user is treated as 3.5.0 does: ${line}`, () => {
      const { code, files } = seen(peer!, line, OTHER);
      const own = seen(ourCommand, line, OTHER);
      expect(own, own.output).toMatchObject({ code, files });
    });
  }

  for (const line of LINES.slice(0, 16)) {
    it(`of root is followed: ${line}`, () => {
      const { code, files } = seen(peer!, line, 0);
      expect(seen(ourCommand, line, 0)).toMatchObject({ code, files });
    });
  }

  it('is not the only thing that leads out: --confine-root finds no basis beside its directory', () => {
    const { code, files } = seen(ourCommand, 'RSYNC -a --confine-root=W/d --link-dest=W/ev s/ d/', 0);
    expect(code).toBe(0);
    expect(files).toContain('d/a/f: new');
  });
});
