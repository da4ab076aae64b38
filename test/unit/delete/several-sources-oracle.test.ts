// Deletion below several sources that end in a slash: their roots are one directory with the contents of all
// (docs/protocol/03-file-list.md §12.3), beside rsync 3.4.1, local and with the receiver as a server.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { ourCommand } from '../../crash/crash-kit.ts';
import { localShell } from '../../program-scripts.ts';

const upstream = findPeer('3.4.1');
const base = mkdtempSync(path.join(tmpdir(), 'ocrsync-sources-'));
const shell = localShell(base);

function sh(script: string): string {
  const ran = spawnSync('sh', ['-c', script], { cwd: base, encoding: 'latin1', timeout: 30_000 });
  return `${ran.status}\n${ran.stdout}${ran.stderr}`;
}

beforeAll(() => {
  sh(`mkdir -p one/d one/e two/d/sub three before/d/old; echo a >one/a; echo f >one/d/f; echo o >two/o; echo g >two/d/g; echo z >three/z
cp -a one/. before/; touch before/x before/d/y before/d/old/q
mkdir -p four/f/X four/g/h/e four/k/l five/f five/g/h five/k/l; mkfifo five/f/X five/g/h/e; touch four/w
find one two three four five before -exec touch -h -d @1600000000 {} +`);
});
afterAll(() => {
  rmSync(base, { recursive: true, force: true });
});

/** What a run prints, in any order, and what is there then. */
function ended(program: string, words: string, far?: string): string[] {
  const target = far === undefined ? 'to/' : `-e ${shell} --rsync-path='${far}' h:${base}/to/`;
  const [tree, ...told] = sh(
    `rm -rf to; cp -a before to; ${program} ${words} ${target} >out 2>&1; echo "exit $?" >>out; find to | sort | tr '\\n' ' '; echo; sort out`,
  )
    .split('\n')
    .slice(1);
  return [tree!, ...told];
}

describe.skipIf(upstream === undefined)('deletion below several roots', () => {
  for (const sources of ['one/ two/', 'two/ one/', 'one/ one/', 'one/ two/ three/ one/', 'one two/']) {
    for (const moment of ['--delete-during', '--delete-delay', '--delete-after', '--delete --no-i-r']) {
      const words = `-ai ${moment} ${sources}`;
      it(`takes away what none of them has: ${words}`, () => {
        const theirs = ended(upstream!, words);
        expect(theirs).toContain('*deleting   x');
        expect(ended(ourCommand, words)).toEqual(theirs);
        expect(ended(upstream!, words, ourCommand)).toEqual(ended(upstream!, words, upstream));
      });
    }
    it(`finds nothing to do a second time: ${sources}`, () => {
      const twice = (program: string): string =>
        sh(`rm -rf to; ${program} -a ${sources} to/; ${program} -ai --del ${sources} to/`);
      expect(twice(ourCommand)).toBe(twice(upstream!));
    });
  }

  // Where kinds are equal upstream keeps more directories, by where they stand in its list: not followed.
  it.each(['four/ five/', 'five/ four/'])('prunes what is empty: -m %s', (sources) => {
    const words = `-am --no-i-r ${sources}`;
    expect(ended(ourCommand, words)).toEqual(ended(upstream!, words));
    expect(ended(upstream!, words, ourCommand)).toEqual(ended(upstream!, words, upstream));
  });
});
