import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sync } from '@ocrsync/node/api/sync';
import { command, confines, isRoot, ownScript, run, shellWords } from './confined-kit.ts';

/** A mount of its own can be made, and is gone with the process. */
const mounts = isRoot && spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;
const overlays = mounts && /\toverlay$/m.test(readFileSync('/proc/filesystems', 'utf8'));

let work = '';
const at = (name: string): string => path.join(work, name);
beforeEach(() => {
  work = mkdtempSync(path.join(tmpdir(), 'ocrsync-confined-'));
  for (const name of ['source', 'source/escape', 'outside', 'shells']) mkdirSync(at(name));
  for (const name of ['a', 'escape/b', 'escape/big', 'z']) writeFileSync(at(`source/${name}`), name);
  writeFileSync(at('source/escape/big'), Buffer.alloc(2 << 20, 7));
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

/** A remote shell that runs its words here; `lines` are what it runs. */
function shell(name: string, lines: string): string {
  const file = at(`shells/${name}`);
  writeFileSync(file, `#!/bin/sh\nshift\n${lines}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** All names below, without contents of symlinks. */
function names(directory: string): string[] {
  return (readdirSync(directory, { recursive: true }) as string[]).sort();
}

const ourServer = shellWords(command);

describe.skipIf(!confines)('a confined receiver', () => {
  it.each(['-a', '-a --whole-file --inplace', '-aH --no-whole-file'])(
    'that is made to write outside is refused, and the run loses nothing else (%s)',
    (options) => {
      mkdirSync(at('destination'));
      writeFileSync(at('outside/b'), 'older');
      const ended = run(ownScript('confined-escape.ts'), [
        at('outside'),
        ...options.split(' '),
        `${at('source')}/`,
        `${at('destination')}/`,
      ]);
      expect([ended.status, ended.stdout]).toEqual([23, '']);
      expect(ended.stderr).toMatch(
        /escape\/[^"]*" failed: Permission denied \(13\)|Permission denied \(13\)/,
      );
      expect(names(at('outside'))).toEqual(['b']);
      expect(readFileSync(at('outside/b'), 'utf8')).toBe('older');
      expect(names(at('destination'))).toEqual(['a', 'z']);
      expect(readFileSync(at('destination/z'), 'utf8')).toBe('z');
    },
  );

  it('writes outside through the same hole with --no-confine: the test above is one', () => {
    mkdirSync(at('destination'));
    const words = [at('outside'), '-a', '--no-confine', `${at('source')}/`, `${at('destination')}/`];
    const ended = run(ownScript('confined-escape.ts'), words);
    expect([ended.status, ended.stderr]).toEqual([0, '']);
    expect(names(at('outside'))).toEqual(['b', 'big']);
  });

  it('says once that a refusal is its own doing', () => {
    mkdirSync(at('destination'));
    symlinkSync(at('outside'), at('destination/escape'));
    const words = ['-a', `${at('source')}/`, `${at('destination')}/`];
    const { stderr } = run(ownScript('confined-escape.ts'), [at('outside'), ...words]);
    expect(stderr.match(/is outside of what this process may write \(see --no-confine\)/g)).toHaveLength(1);
  });

  it.skipIf(isRoot)('does not blame itself for what modes forbid', () => {
    mkdirSync(at('destination/escape'), { recursive: true, mode: 0o555 });
    const ended = run(command, ['-r', `${at('source')}/`, `${at('destination')}/`]);
    expect(ended.status).toBe(23);
    expect(ended.stderr).toMatch(/Permission denied \(13\)/);
    expect(ended.stderr).not.toMatch(/--no-confine/);
  });

  it.each([
    [true, 23],
    [false, 11],
  ])('that may not write its destination at all ends in order (there: %s)', (exists, code) => {
    if (exists) mkdirSync(at('destination'));
    mkdirSync(at('elsewhere'));
    const server = `${shellWords(ownScript('confined-elsewhere.ts'))} '${at('elsewhere')}'`;
    const ended = run(command, [
      '-a',
      '-e',
      shell('plain', `exec sh -c "exec $*"`),
      `--rsync-path=${server}`,
      `${at('source')}/`,
      `h:${at('destination')}/`,
    ]);
    expect(ended.status).toBe(code);
    expect(ended.stderr).toMatch(/Permission denied \(13\)/);
    expect(
      existsSync(at('destination')) ? names(at('destination')).filter((each) => each !== 'escape') : [],
    ).toEqual([]);
  });

  it('works where paths are not what they seem: symlinked roots, hard links, deletions, a single file', () => {
    mkdirSync(at('real/deep'), { recursive: true });
    symlinkSync('real', at('link'));
    writeFileSync(at('real/deep/gone'), '');
    linkSync(at('source/a'), at('source/escape/also-a'));
    const first = run(command, ['-aH', '--confine', '--delete', `${at('source')}/`, at('link/deep')]);
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(names(at('real/deep'))).toEqual(['a', 'escape', 'escape/also-a', 'escape/b', 'escape/big', 'z']);
    expect(statSync(at('real/deep/a')).ino).toBe(statSync(at('real/deep/escape/also-a')).ino);
    const toLink = run(command, ['-a', '--confine', `${at('source')}/`, at('link/deep')]);
    expect(toLink).toMatchObject({ status: 0, stderr: '' });
    const single = run(command, ['-a', '--confine', at('source/z'), at('renamed')]);
    expect(single).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(at('renamed'), 'utf8')).toBe('z');
    const fresh = run(command, ['-a', '--confine', `${at('source')}/`, at('fresh')]);
    expect(fresh).toMatchObject({ status: 0, stderr: '' });
    expect(lstatSync(at('fresh/escape/b')).isFile()).toBe(true);
  });

  it('pulls and pushes through a remote shell, which keeps all its rights', () => {
    const marking = shell(
      'marking',
      `grep NoNewPrivs /proc/self/status >'${at('marker')}'\nexec sh -c "exec $*"`,
    );
    for (const ends of [
      [`h:${at('source')}/`, `${at('pulled')}/`],
      [`${at('source')}/`, `h:${at('pushed')}/`],
    ]) {
      const words = ['-a', '--confine', '-e', marking, `--rsync-path=${ourServer} --confine`, ...ends];
      expect(run(command, words)).toMatchObject({ status: 0, stderr: '' });
      expect(readFileSync(at('marker'), 'utf8')).toMatch(/NoNewPrivs:\s*0/);
      rmSync(at('marker'));
    }
    expect(names(at('pulled'))).toEqual(names(at('source')));
    expect(names(at('pushed'))).toEqual(names(at('source')));
  });

  it.skipIf(!mounts)('writes into file systems that are mounted below its destination', () => {
    const script = `
      mkdir -p '${at('destination/escape')}' && mount -t tmpfs none '${at('destination/escape')}' &&
      ${ourServer} -a --confine '${at('source')}/' '${at('destination')}/' && ls '${at('destination/escape')}'`;
    const ended = spawnSync('unshare', ['-m', 'sh', '-c', script], { encoding: 'utf8' });
    expect([ended.status, ended.stderr, ended.stdout]).toEqual([0, '', 'b\nbig\n']);
  });

  it.skipIf(!overlays)('replaces and deletes on an overlay', () => {
    const script = `
      mount -t tmpfs none '${at('outside')}' && cd '${at('outside')}' && mkdir lower upper work merged lower/escape &&
      echo older >lower/a && echo gone >lower/escape/gone &&
      mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged &&
      ${ourServer} -a --delete --confine '${at('source')}/' merged/ && ls -R merged && cat merged/a`;
    const ended = spawnSync('unshare', ['-m', 'sh', '-c', script], { encoding: 'utf8' });
    expect([ended.status, ended.stderr]).toEqual([0, '']);
    expect(ended.stdout).toBe('merged:\na\nescape\nz\n\nmerged/escape:\nb\nbig\na');
  });
});

describe.skipIf(!confines)('the moment of confinement', () => {
  const endpoints = (name: string): string[] =>
    name === 'local copy'
      ? [`${at('source')}/`, `${at('destination')}/`]
      : [
          '-e',
          shell('plain', `exec sh -c "exec $*"`),
          `--rsync-path=${ourServer}`,
          `h:${at('source')}/`,
          at('destination'),
        ];

  it.each(['local copy', 'pull'])('comes before any thread of the pool: %s', (name) => {
    const code = `
      import fs from 'node:fs';
      import { runClient } from '@ocrsync/node/api/client';
      import { RunConfinement } from '@ocrsync/node/api/run-confinement';
      import { parseArguments } from '@ocrsync/node/options/parse';
      const threads = () => fs.readdirSync('/proc/self/task').map((id) =>
        fs.readFileSync('/proc/self/task/' + id + '/comm', 'utf8').trim());
      const { options } = parseArguments(${JSON.stringify(['-a', ...endpoints(name)])}, process.env);
      let before;
      const confinement = RunConfinement.of(options, { warn: console.error, beforehand: () => { before ??= threads(); } });
      const signal = new AbortController().signal;
      const { exitCode } = await runClient(options, { sink: { event() {} }, line() {}, signal, confinement });
      await fs.promises.readFile('/dev/null');
      console.log(JSON.stringify({ exitCode, before, after: threads() }));`;
    const words = ['--conditions=ocrsync-source', '--input-type=module', '-e', code];
    const child = spawnSync(process.execPath, words, {
      encoding: 'utf8',
      cwd: path.join(import.meta.dirname, '../..'),
    });
    const found = JSON.parse(child.stdout) as { exitCode: number; before: string[]; after: string[] };
    expect(found.exitCode).toBe(0);
    const pool = (threads: readonly string[]): number =>
      threads.filter((each) => /^libuv-worker/.test(each)).length;
    // Node 22 does not name its threads; newer ones show the pool that the last read has started.
    if (found.after.includes('MainThread')) expect(pool(found.after)).toBeGreaterThan(0);
    expect(pool(found.before)).toBe(0);
    expect(found.before.length).toBeLessThan(found.after.length);
  });
});

describe('the switches', () => {
  it('--confine without the native helper is refused with code 4', () => {
    const words = ['-a', '--confine', `${at('source')}/`, `${at('destination')}/`];
    const ended = run(command, words, { OCRSYNC_NATIVE: 'off' });
    expect(ended.status).toBe(4);
    expect(ended.stderr).toMatch(/cannot confine this process: the native helper is not there \(--confine\)/);
    expect(existsSync(at('destination'))).toBe(false);
  });

  it('without either the run goes on where it cannot be confined, and nothing is said', () => {
    const ended = run(command, ['-a', `${at('source')}/`, `${at('destination')}/`], {
      OCRSYNC_NATIVE: 'off',
    });
    expect(ended).toMatchObject({ status: 0, stderr: '' });
  });

  it('--server --confine is refused the same way, in its own words', () => {
    const words = ['--server', '-logDtpre.iLsfxCIvu', '--confine', '.', at('destination')];
    const ended = run(command, words, { OCRSYNC_NATIVE: 'off' });
    expect(ended.status).toBe(4);
    expect(ended.stderr).toMatch(/cannot confine this process.*\nrsync error: .*\(code 4\) at .*\[server=/);
  });

  it('the library call leaves its program alone', async () => {
    await sync(`${at('source')}/`, `${at('destination')}/`);
    writeFileSync(at('outside/written'), '');
    if (process.platform === 'linux') {
      expect(readFileSync('/proc/thread-self/status', 'utf8')).toMatch(/NoNewPrivs:\s*0/);
    }
  });
});
