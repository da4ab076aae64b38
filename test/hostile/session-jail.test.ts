import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { enterSessionJail, JailError, type SessionJail } from '@ocrsync/node/fs/session-jail';
import { command, confines, type Ended, isRoot, ownScript, run, shellWords } from './confined-kit.ts';

const NOBODY = 65534;

let work = '';
const at = (name: string): string => path.join(work, name);
beforeEach(() => {
  work = mkdtempSync(path.join(tmpdir(), 'ocrsync-jail-'));
  chmodSync(work, 0o755);
  for (const name of ['module', 'module/sub', 'here', 'secret']) mkdirSync(at(name));
  writeFileSync(at('module/sub/file'), 'in the module');
  writeFileSync(at('here/new'), 'new');
  writeFileSync(at('secret/key'), 'secret');
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

/** Our client; its remote shell is the jail. */
function through(
  jail: Partial<SessionJail>,
  ends: readonly string[],
  options: readonly string[] = ['-a'],
): Ended {
  const whole: SessionJail = { module: at('module'), writable: false, ...jail };
  const shell = at('shell');
  const server = `${shellWords(ownScript('jailed-server.ts'))} '${JSON.stringify(whole)}'`;
  writeFileSync(shell, `#!/bin/sh\nshift\nshift\nexec ${server} "$@"\n`);
  chmodSync(shell, 0o755);
  return run(command, [...options, '-e', shell, ...ends]);
}

describe.skipIf(!confines)("the jail of a daemon's session", () => {
  it('sends what is in the module and reads nothing else', () => {
    const inside = through({}, [`h:${at('module')}/`, `${at('here')}/`]);
    expect([inside.status, inside.stderr]).toEqual([0, 'jail: confined\n']);
    expect(readFileSync(at('here/sub/file'), 'utf8')).toBe('in the module');
    const outside = through({}, [`h:${at('secret')}/`, `${at('here')}/`]);
    expect(outside.status).toBe(23);
    expect(outside.stderr).toMatch(/Permission denied \(13\)/);
    expect(existsSync(at('here/key'))).toBe(false);
  });

  it('receives into a writable module, with other calls denied too', () => {
    const jail = { writable: true, denySystemCalls: true, limits: { core: 0, files: 100 } };
    const ended = through(jail, [`${at('here')}/`, `h:${at('module')}/in/`]);
    expect([ended.status, ended.stderr]).toEqual([0, 'jail: confined\n']);
    expect(readFileSync(at('module/in/new'), 'utf8')).toBe('new');
  });

  it('writes nothing into a read-only module, and nothing beside a writable one', () => {
    const readOnly = through({}, [`${at('here')}/`, `h:${at('module')}/`]);
    expect(readOnly.status).toBe(23);
    expect(readdirSync(at('module'))).toEqual(['sub']);
    const beside = through({ writable: true }, [`${at('here')}/`, `h:${at('secret')}/`]);
    expect(beside.status).not.toBe(0);
    expect(readdirSync(at('secret'))).toEqual(['key']);
  });

  it.skipIf(!isRoot)('becomes another user who owns what it writes', () => {
    chownSync(at('module'), NOBODY, NOBODY);
    const jail = { writable: true, ids: { uid: NOBODY, gid: NOBODY, groups: [] } };
    const ended = through(jail, [`${at('here')}/`, `h:${at('module')}/in/`], ['-rt']);
    expect(ended).toMatchObject({ status: 0, stderr: 'jail: confined\n' });
    const { uid, gid } = statSync(at('module/in/new'));
    expect([uid, gid]).toEqual([NOBODY, NOBODY]);
  });

  it.skipIf(!isRoot)('sees the module as the root of everything', () => {
    const jail = { writable: true, chroot: at('module') };
    const ended = through(jail, ['h:/sub/', `${at('here')}/`]);
    expect(ended).toMatchObject({ status: 0, stderr: 'jail: confined\n' });
    expect(readFileSync(at('here/file'), 'utf8')).toBe('in the module');
  });
});

describe('a step that does not work', () => {
  it.each<Partial<SessionJail>>([
    { chroot: '/' },
    { ids: { uid: 1, gid: 1, groups: [] } },
    { limits: { core: 0 } },
    { denySystemCalls: true },
  ])('ends the session before it begins: no helper, %j', (jail) => {
    const enter = (): unknown => enterSessionJail({ module: tmpdir(), writable: false, ...jail }, null);
    expect(enter).toThrow(JailError);
  });

  it('is none when nothing but Landlock was asked for', () => {
    expect(enterSessionJail({ module: tmpdir(), writable: false }, null)).toEqual({
      kind: 'absent',
      reason: 'the native helper is not there',
    });
  });

  it.skipIf(!confines)('ends the session: a module that is not there', () => {
    const ended = through({ module: at('nothing') }, [`h:${at('module')}/`, `${at('here')}/`]);
    expect(ended.status).not.toBe(0);
    expect(ended.stderr).toMatch(/JailError: landlock: .*nothing/);
  });
});
