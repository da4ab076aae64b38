import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { denials, limitNames } from '@ocrsync/native/confine';
import { loadNative } from '@ocrsync/native/load';

const checkout = path.resolve(import.meta.dirname, '../../..');
const native = process.platform === 'linux' ? loadNative() : undefined;
const hasLandlock = (native?.landlockAbi() ?? 0) >= 2;
const hasSeccomp = native?.seccompProbe() === 0;
const isRoot = process.geteuid?.() === 0;
const { EACCES, EINVAL, EPERM, ENOENT } = constants.errno;

/** Rights that a receiver loses: writing, changing names, renames between directories. */
const WRITE = 0x3ff2;

/** Runs this body in a process of its own, where it may give up what it wants; it returns JSON. */
function inChild(body: string): unknown {
  const code = `
    import fs from 'node:fs';
    import { spawnSync } from 'node:child_process';
    import { Worker } from 'node:worker_threads';
    import { loadNative } from '@ocrsync/native/load';
    const native = loadNative();
    const attempt = (action) => { try { action(); return 'done'; } catch (error) { return error.code; } };
    const hold = (name) => fs.openSync(name, fs.constants.O_DIRECTORY);
    const confineTo = (...names) => {
      const rules = new Float64Array(names.flatMap((name) => [hold(name), ${WRITE}]));
      return [native.noNewPrivileges(), native.landlock(${WRITE}, 0, rules, names.length)];
    };
    console.log(JSON.stringify(await (async () => { ${body} })()));`;
  const words = ['--conditions=ocrsync-source', '--input-type=module', '-e', code];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: checkout, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

describe.skipIf(native === undefined)('giving up rights', () => {
  let work = '';
  beforeAll(() => {
    work = mkdtempSync(path.join(tmpdir(), 'ocrsync-confine-'));
    for (const name of ['in', 'in/sub', 'other', 'out']) mkdirSync(path.join(work, name));
    writeFileSync(path.join(work, 'out/kept'), 'kept');
  });
  afterAll(() => rmSync(work, { recursive: true, force: true }));
  const at = (name: string): string => JSON.stringify(path.join(work, name));

  it('says which Landlock the kernel has', () => {
    expect(Number.isInteger(native!.landlockAbi())).toBe(true);
    expect(native!.landlockAbi()).not.toBe(0);
  });

  it.skipIf(!hasLandlock)('writes beneath a rule and nowhere else, reads everywhere', () => {
    const result = inChild(`
      const steps = confineTo(${at('in')});
      return [steps,
        attempt(() => fs.writeFileSync(${at('in/sub/a')}, 'x')),
        attempt(() => fs.renameSync(${at('in/sub/a')}, ${at('in/b')})),
        attempt(() => fs.writeFileSync(${at('out/a')}, 'x')),
        attempt(() => fs.writeFileSync(${at('out/kept')}, 'x')),
        attempt(() => fs.unlinkSync(${at('out/kept')})),
        attempt(() => fs.mkdirSync(${at('out/d')})),
        attempt(() => fs.symlinkSync('x', ${at('out/l')})),
        attempt(() => fs.renameSync(${at('in/b')}, ${at('out/b')})),
        fs.readFileSync(${at('out/kept')}, 'utf8')];`);
    const denied = Array.from({ length: 5 }, () => 'EACCES');
    expect(result).toEqual([
      [0, 0],
      'done',
      'done',
      ...denied,
      expect.stringMatching(/EACCES|EXDEV/),
      'kept',
    ]);
    expect(readFileSync(path.join(work, 'out/kept'), 'utf8')).toBe('kept');
  });

  it.skipIf(!hasLandlock)('renames and links between two rules, as a temporary directory needs it', () => {
    const result = inChild(`
      confineTo(${at('in')}, ${at('other')});
      fs.writeFileSync(${at('other/t')}, 'x');
      return [attempt(() => fs.renameSync(${at('other/t')}, ${at('in/t')})),
        attempt(() => fs.linkSync(${at('in/t')}, ${at('other/again')})),
        attempt(() => fs.linkSync(${at('out/kept')}, ${at('in/linked')}))];`);
    expect(result).toEqual(['done', 'done', expect.stringMatching(/EACCES|EXDEV/)]);
  });

  it.skipIf(!hasLandlock)('binds threads and pool threads that start later, workers too', () => {
    const result = inChild(`
      confineTo(${at('in')});
      const pool = await fs.promises.writeFile(${at('out/pool')}, 'x').then(() => 'done', (error) => error.code);
      const worker = new Worker(\`
        import fs from 'node:fs'; import { parentPort, workerData } from 'node:worker_threads';
        try { fs.writeFileSync(workerData, 'x'); throw new Error('written'); }
        catch (error) { parentPort.postMessage(error.code); }\`,
        { eval: true, workerData: ${at('out/worker')} });
      return [pool, await new Promise((resolve) => worker.once('message', resolve))];`);
    expect(result).toEqual(['EACCES', 'EACCES']);
  });

  it.skipIf(!hasLandlock)('can be narrowed, never widened', () => {
    const result = inChild(`
      confineTo(${at('')});
      const second = confineTo(${at('in')});
      const third = confineTo(${at('')});
      return [second, third, attempt(() => fs.writeFileSync(${at('in/n')}, 'x')),
        attempt(() => fs.writeFileSync(${at('other/n')}, 'x'))];`);
    expect(result).toEqual([[0, 0], [0, 0], 'done', 'EACCES']);
  });

  it('refuses rights that no kernel knows, and wrong arguments, without throwing', () => {
    const wrong = native!.landlock as (...values: unknown[]) => number;
    expect(wrong()).toBe(-EINVAL);
    expect(wrong(1, 0, new Float64Array(2), 2)).toBe(-EINVAL);
    expect(wrong(1, 0, new Float64Array([-1, 1]), 1)).toBe(-EINVAL);
    expect(wrong(1, 0, new Float64Array([0.5, NaN]), 1)).toBe(-EINVAL);
    expect(wrong(1, 0, [1, 2], 1)).toBe(-EINVAL);
    if (hasLandlock) expect(wrong(0x40000000, 0, new Float64Array(0), 0)).toBe(-EINVAL);
    expect((native!.seccompDeny as (flags: unknown) => number)(64)).toBe(-EINVAL);
    expect((native!.seccompDeny as (flags?: unknown) => number)()).toBe(-EINVAL);
    expect(native!.limitResource(limitNames.length, 1)).toBe(-EINVAL);
    expect(native!.limitResource(0, -1)).toBe(-EINVAL);
    expect(native!.changeIds(-1, 0, new Float64Array(0), 0)).toBe(-EINVAL);
    expect(native!.changeIds(0, 2 ** 32 - 1, new Float64Array(0), 0)).toBe(-EINVAL);
    expect(native!.changeRoot(path.join(work, 'nothing'))).toBe(-ENOENT);
  });

  it.skipIf(!hasSeccomp)('denies itself system calls, programs only when asked', () => {
    const result = inChild(`
      const run = () => spawnSync('true').error?.code ?? 'done';
      native.noNewPrivileges();
      const first = native.seccompDeny(${denials.allThreads});
      const status = fs.readFileSync('/proc/self/status', 'utf8');
      const before = run();
      const second = native.seccompDeny(${denials.allThreads | denials.execute});
      return [first, /NoNewPrivs:\\s*1/.test(status), /Seccomp:\\s*2/.test(status), before, second, run()];`);
    expect(result).toEqual([0, true, true, 'done', 0, 'EPERM']);
  });

  it.skipIf(!hasSeccomp || !isRoot)('denies root to mount and to leave for another namespace', () => {
    const result = inChild(`
      native.noNewPrivileges();
      const mount = () => spawnSync('mount', ['-t', 'tmpfs', 'none', ${at('other')}]).status === 0;
      const unshare = () => spawnSync('unshare', ['-m', 'true']).status === 0;
      const before = unshare();
      native.seccompDeny(0);
      return [before, mount(), unshare()];`);
    expect(result).toEqual([true, false, false]);
  });

  it.skipIf(!hasSeccomp)('reaches the threads that run already', () => {
    const result = inChild(`
      native.noNewPrivileges();
      native.seccompDeny(${denials.allThreads});
      return fs.readdirSync('/proc/self/task').map((id) =>
        /Seccomp:\\s*(\\d)/.exec(fs.readFileSync('/proc/self/task/' + id + '/status', 'utf8'))[1]);`) as string[];
    expect(result.length).toBeGreaterThan(1);
    expect(new Set(result)).toEqual(new Set(['2']));
  });

  it.skipIf(isRoot)('lets no filter in before no_new_privs', () => {
    expect(inChild(`return native.seccompDeny(0);`)).toBe(-EACCES);
  });

  it.skipIf(!isRoot)('moves the whole process below another root', () => {
    const result = inChild(`
      const done = native.changeRoot(${at('out')});
      return [done, fs.readdirSync('/'), fs.readdirSync('.')];`);
    expect(result).toEqual([0, ['kept'], ['kept']]);
  });

  it.skipIf(!isRoot)('becomes another user for good, in every thread', () => {
    const result = inChild(`
      const done = native.changeIds(65534, 65533, new Float64Array([65532, 7]), 2);
      const lines = fs.readdirSync('/proc/self/task').map((id) =>
        /Uid:\\s*(.*)/.exec(fs.readFileSync('/proc/self/task/' + id + '/status', 'utf8'))[1]);
      return [done, [...new Set(lines)], process.getegid(), process.getgroups().sort(),
        native.changeIds(0, 0, new Float64Array(0), 0), attempt(() => process.setuid(0))];`);
    const ids = '65534\t65534\t65534\t65534';
    expect(result).toEqual([0, [ids], 65533, [65532, 65533, 7].sort(), -EPERM, 'EPERM']);
  });

  it('lowers limits of the process', () => {
    const result = inChild(`
      const done = native.limitResource(${limitNames.indexOf('files')}, 40);
      const open = [];
      const code = attempt(() => { for (;;) open.push(fs.openSync('/dev/null')); });
      return [done, code, open.length < 40];`);
    expect(result).toEqual([0, 'EMFILE', true]);
  });
});
