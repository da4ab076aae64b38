// $RSYNC_CONNECT_PROG with a real daemon as the program, and what a client says when the daemon or it gives up, beside the
// real rsync (docs/protocol/02-daemon.md §2, §8).
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { ourCommand } from '../../crash/crash-kit.ts';

const peer = findPeer('3.4.1');
let work: string;

beforeAll(() => {
  work = mkdtempSync(path.join(tmpdir(), 'ocrsync-program-'));
  mkdirSync(path.join(work, 'module'));
  writeFileSync(path.join(work, 'module', 'file'), 'contents\n');
  const owner = process.getuid?.() === 0 ? ['uid = root', 'gid = root'] : [];
  const config = [
    'use chroot = no',
    `log file = ${work}/log`,
    ...owner,
    '[module]',
    `path = ${work}/module`,
    'read only = no',
    'hosts allow = 127.0.0.1',
  ];
  writeFileSync(path.join(work, 'config'), `${config.join('\n')}\n`);
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Exit code and what was said, without what names the program. */
function run(program: string, words: readonly string[]): string {
  const [command, ...first] = program.split(' ') as [string, ...string[]];
  const ran = spawnSync(command, [...first, ...words], {
    cwd: work,
    encoding: 'latin1',
    timeout: 20_000,
    env: { ...process.env, RSYNC_CONNECT_PROG: `${peer} --daemon --config=${work}/config` },
  });
  const said = ran.stderr.replace(/ at \S+ \[(\w+)=.*\]/g, ' at [$1]');
  return `${ran.status}\n${ran.stdout.replace(/\d+\.\d\d bytes/, '# bytes')}${said}`;
}

describe.skipIf(peer === undefined)('A daemon as the program of RSYNC_CONNECT_PROG', () => {
  it('takes the client for one of this machine, and serves it', () => {
    const words = ['-a', '--info=name', 'rsync://host/module/', 'copy/'];
    expect(run(ourCommand, words)).toBe('0\ncreated directory copy\n./\nfile\n');
    expect(readFileSync(path.join(work, 'copy', 'file'), 'latin1')).toBe('contents\n');
    expect(readFileSync(path.join(work, 'log'), 'latin1')).toMatch(/module from \S+ \(127\.0\.0\.1\)/);
  });

  it('that closes the connection while it is spoken to is a fault of the socket', () => {
    const words = ['-r', '--copy-devices', 'rsync://host/module/', 'refused/'];
    const said = run(ourCommand, words);
    expect(said).toBe(run(peer as string, words));
    expect(said).toMatch(/^10\n/);
  });

  it.each([30, 32])('has no last word when its client gives up, at protocol %i', (protocol) => {
    const words = ['-r', `--protocol=${protocol}`, 'rsync://host/module/', 'no/such/place/'];
    const said = run(ourCommand, words);
    expect(said).toBe(run(peer as string, words));
    expect(said).toMatch(/^11\n/);
    expect(readdirSync(work)).not.toContain('no');
  });
});
