// --secluded-args between this program and the real one, in both roles: names that no shell may touch arrive as they are.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { localShell, ourProgram } from '../../program-scripts.ts';

const upstream = findPeer('3.4.1');
const directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-secluded-'));
const shell = localShell(directory);
const ours = ourProgram(directory);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const PROGRAMS = { upstream: upstream!, ours };
const PAIRS = [
  ['ours', 'upstream'],
  ['upstream', 'ours'],
  ['ours', 'ours'],
] as const;

function run(client: string, server: string, words: readonly string[]): string {
  const all = ['-e', shell, `--rsync-path=${server}`, ...words];
  const { stdout, stderr, status } = spawnSync(client, all, { cwd: directory, encoding: 'latin1' });
  expect(stderr.replace(/ at \S+ \[\S+\]/, '')).toBe('');
  expect(status).toBe(0);
  return stdout;
}

function prepare(): void {
  spawnSync('sh', [
    '-c',
    `cd '${directory}' && rm -rf src dst && mkdir src dst 'src/a b' && for n in 'x y' 'x;y' '.hidden' 'a b/in' 'é' '-dash'; do echo "$n" >"src/$n"; done`,
  ]);
}

describe.skipIf(upstream === undefined)('--secluded-args', () => {
  for (const [client, server] of PAIRS) {
    const go = (...words: string[]): string => run(PROGRAMS[client], PROGRAMS[server], words);

    it(`names with blanks and semicolons are pulled as they are: ${client} from ${server}`, () => {
      prepare();
      go('-s', '-a', `h:${directory}/src/x y`, `:${directory}/src/x;y`, 'dst/');
      expect(readdirSync(path.join(directory, 'dst')).sort()).toEqual(['x y', 'x;y']);
    });
    it(`wildcards are expanded by the server, hidden names among them: ${client} from ${server}`, () => {
      prepare();
      go('--secluded-args', '-r', `h:${directory}//src/*[dny]`, 'dst/');
      expect(readdirSync(path.join(directory, 'dst')).sort()).toEqual(['.hidden', 'x y', 'x;y']);
      prepare();
      go('-sR', `h:${directory}/./s?c/a*/i[m-o]`, 'dst/');
      expect(readdirSync(path.join(directory, 'dst/src/a b'))).toEqual(['in']);
    });
    it(`a wildcard without a match stands for itself, and an empty path for the current directory: ${client} from ${server}`, () => {
      prepare();
      writeFileSync(path.join(directory, 'src/q*[z'), '');
      go('-s', '-r', `h:${directory}/src/q*[z`, 'dst/');
      expect(readdirSync(path.join(directory, 'dst'))).toEqual(['q*[z']);
      expect(go('-s', '--no-v', '-d', 'h:')).toContain(' src\n');
    });
    it(`a destination with a blank is pushed to, with options that have values: ${client} to ${server}`, () => {
      prepare();
      go(
        '-s',
        '-a',
        '--backup-dir=old ones',
        '--suffix= ~',
        '--delete-delay',
        'src/',
        `h:${directory}/dst/to here`,
      );
      expect(readdirSync(path.join(directory, 'dst/to here')).sort()).toEqual(
        ['-dash', '.hidden', 'a b', 'x y', 'x;y', Buffer.from('é').toString()].sort(),
      );
    });
    it(`the variable RSYNC_PROTECT_ARGS asks for it too: ${client} from ${server}`, () => {
      prepare();
      process.env['RSYNC_PROTECT_ARGS'] = '1';
      try {
        go('-a', `h:${directory}/src/x;y`, 'dst/');
      } finally {
        delete process.env['RSYNC_PROTECT_ARGS'];
      }
      expect(readdirSync(path.join(directory, 'dst'))).toEqual(['x;y']);
    });
  }

  it.each(PAIRS)('with --iconv the words are UTF-8 on the way: %s from %s', (client, server) => {
    prepare();
    spawnSync('sh', ['-c', `echo x >"${directory}/src/$(printf '\\366')"`]);
    run(PROGRAMS[client], PROGRAMS[server], [
      '-s',
      '--iconv=utf-8,iso-8859-1',
      `h:${directory}/src/\u00f6`,
      'dst/',
    ]);
    expect(readdirSync(path.join(directory, 'dst'))).toEqual(['\u00f6']);
  });

  it('a block that ends early is an error, not a wait', () => {
    const { status, stderr } = spawnSync(ours, ['--server', '-slogDtpre.iLsfxCIvu'], {
      input: 'rsync\0.\0x',
      encoding: 'latin1',
    });
    expect(stderr).toContain('the connection ended within the arguments');
    expect(status).toBe(12);
  });
  it('words without end are refused', () => {
    const { status, stderr } = spawnSync(ours, ['--server', '-slogDtpre.iLsfxCIvu'], {
      input: 'x\0'.repeat(20_000),
      encoding: 'latin1',
    });
    expect(stderr).toContain('too many arguments');
    expect(status).toBe(2);
  });
});
