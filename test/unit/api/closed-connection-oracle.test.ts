// What a server says when its client goes away, beside the real rsync (docs/protocol/01-session.md §13.3).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { ourCommand } from '../../crash/crash-kit.ts';

const peer = findPeer('3.4.1');
const ours = ourCommand.split(' ');
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-closed-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Exit code and stderr of a server whose input is `said`, without what names the program. */
function serverSays(program: readonly string[], words: readonly string[], said: number[]): string {
  const [command, ...first] = program as [string, ...string[]];
  const args = [...first, '--server', ...words, '.', `${directory}/`];
  const ran = spawnSync(command, args, { input: Buffer.from(said), encoding: 'latin1' });
  return `${ran.status}\n${ran.stderr.replace(/ at \S+ \[(\w+)=.*\]/g, ' at [$1]')}`;
}

const noFilters = [0, 0, 0, 0];

describe.skipIf(peer === undefined)('a server whose client is gone', () => {
  it.each([27, 28, 29])('says of it what rsync says at protocol %i', (protocol) => {
    const version = [protocol, 0, 0, 0];
    const cases: [string[], number[]][] = [
      [['--sender', '-r'], version],
      [
        ['--sender', '-r'],
        [...version, ...noFilters],
      ],
      [['-r'], version],
      [['-r'], [...version, 1]],
    ];
    for (const [words, said] of cases) {
      expect(serverSays(ours, words, said)).toBe(serverSays([peer as string], words, said));
    }
  });

  it('tells of it before the version came, at any protocol', () => {
    expect(serverSays(ours, ['-r'], [])).toBe(serverSays([peer as string], ['-r'], []));
    expect(serverSays(ours, ['-r'], [])).toMatch(/^12\nrsync: connection unexpectedly closed \(0 bytes/);
  });
});

describe.skipIf(peer === undefined)('a local copy whose receiving half gives up', () => {
  it.each([28, 29, 32])('tells the end of both halves as rsync does at protocol %i', (protocol) => {
    const says = (program: readonly string[]): string[] => {
      const [command, ...first] = program as [string, ...string[]];
      const words = ['-r', `--protocol=${protocol}`, import.meta.filename, `${directory}/no/such/`];
      const ran = spawnSync(command, [...first, ...words], { encoding: 'latin1' });
      const text = ran.stderr
        .replace(/ at \S+ \[(\w+)=.*\]/g, ' at [$1]')
        .replace(/\d+ bytes rec/, '# bytes rec');
      return [`exit ${ran.status}`, ...text.split('\n').sort()];
    };
    expect(says(ours)).toEqual(says([peer as string]));
    expect(says(ours).filter((line) => line.startsWith('rsync error: ')).length).toBeGreaterThan(0);
  });
});
