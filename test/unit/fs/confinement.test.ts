import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import {
  type ConfinementHelper,
  confineThread,
  landlockVersion,
  nearestDirectory,
  prepareConfinement,
} from '@ocrsync/node/fs/confinement';

/** Landlock's own bits, written down again on purpose. */
const EXECUTE = 1;
const WRITE_FILE = 2;
const READ_FILE = 4;
const READ_DIR = 8;
const NAMES = 0x1ff0;
const REFER = 0x2000;
const TRUNCATE = 0x4000;
const EVERY_SCOPE = 3;

interface Restriction {
  readonly handled: number;
  readonly scopes: number;
  readonly rights: readonly number[];
}

/** A kernel with that version of Landlock, which keeps what it was told. */
class Kernel implements ConfinementHelper {
  readonly restrictions: Restriction[] = [];
  privileges = 0;
  answer = 0;
  readonly #abi: number;

  constructor(abi: number) {
    this.#abi = abi;
  }

  landlockAbi(): number {
    return this.#abi;
  }

  noNewPrivileges(): number {
    return this.privileges;
  }

  landlock(handled: number, scopes: number, rules: Float64Array, count: number): number {
    this.restrictions.push({ handled, scopes, rights: [...rules].filter((_, i) => i % 2 === 1) });
    expect(rules.length).toBe(2 * count);
    return this.answer;
  }
}

describe.skipIf(process.platform !== 'linux')('confinement', () => {
  let work = '';
  const at = (name: string): string => path.join(work, name);
  beforeAll(() => {
    work = mkdtempSync(path.join(tmpdir(), 'ocrsync-plan-'));
    mkdirSync(at('directory'));
    writeFileSync(at('file'), '');
    symlinkSync('directory', at('link'));
  });
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  it.each([
    [1, EXECUTE | WRITE_FILE | NAMES],
    [2, EXECUTE | WRITE_FILE | NAMES | REFER],
    [3, EXECUTE | WRITE_FILE | NAMES | REFER | TRUNCATE],
    [7, EXECUTE | WRITE_FILE | NAMES | REFER | TRUNCATE],
    [20, EXECUTE | WRITE_FILE | NAMES | REFER | TRUNCATE],
  ])('asks version %i of the kernel for no right that it does not know', (abi, handled) => {
    const kernel = new Kernel(abi);
    expect(confineThread({ writable: [] }, kernel)).toEqual({ kind: 'confined', abi });
    expect(kernel.restrictions).toEqual([{ handled, scopes: 0, rights: [] }]);
  });

  it('does not confine writers where renames between directories would fail', () => {
    const kernel = new Kernel(1);
    expect(confineThread({ writable: [at('directory')] }, kernel)).toMatchObject({ kind: 'absent' });
    expect(kernel.restrictions).toEqual([]);
  });

  it('gives directories all rights, other files those that files have', () => {
    const kernel = new Kernel(7);
    confineThread({ writable: [at('directory'), at('file')] }, kernel);
    const [{ rights }] = kernel.restrictions as [Restriction];
    expect(rights).toEqual([WRITE_FILE | NAMES | REFER | TRUNCATE, WRITE_FILE | TRUNCATE]);
  });

  it('leaves reading alone unless the plan names what may be read', () => {
    const kernel = new Kernel(7);
    confineThread({ writable: [], readable: [at('link'), at('file')], isolated: true }, kernel);
    const [{ handled, rights, scopes }] = kernel.restrictions as [Restriction];
    expect(handled & (READ_FILE | READ_DIR)).toBe(READ_FILE | READ_DIR);
    expect(rights).toEqual([READ_FILE | READ_DIR, READ_FILE]);
    expect(scopes).toBe(EVERY_SCOPE);
    const older = new Kernel(5);
    confineThread({ writable: [], readable: [], isolated: true }, older);
    expect(older.restrictions[0]!.scopes).toBe(0);
  });

  it('tells apart what a machine cannot do and what should have worked', () => {
    expect(landlockVersion(new Kernel(-constants.errno.ENOSYS))).toEqual({
      reason: 'the kernel has no Landlock (Function not implemented)',
    });
    expect(confineThread({ writable: [] }, new Kernel(-constants.errno.EOPNOTSUPP)).kind).toBe('absent');
    const refusing = new Kernel(7);
    refusing.answer = -constants.errno.EPERM;
    expect(confineThread({ writable: [] }, refusing)).toEqual({
      kind: 'failed',
      reason: 'Landlock: Operation not permitted',
    });
    const unprivileged = new Kernel(7);
    unprivileged.privileges = -constants.errno.EINVAL;
    expect(confineThread({ writable: [] }, unprivileged)).toMatchObject({ kind: 'failed' });
    expect(unprivileged.restrictions).toEqual([]);
  });

  it('changes nothing when a place cannot be held, and keeps no descriptor', () => {
    const before = readdirSync('/proc/self/fd').length;
    const kernel = new Kernel(7);
    const plan = { writable: [at('directory'), at('nothing')] };
    expect(confineThread(plan, kernel)).toMatchObject({ kind: 'failed' });
    expect(kernel.restrictions).toEqual([]);
    prepareConfinement({ writable: [at('directory')] }, kernel).enforce();
    expect(readdirSync('/proc/self/fd').length).toBe(before);
  });

  it('finds the directory that is to be written for a destination that is to be made', () => {
    expect(nearestDirectory(at('directory'))).toBe(at('directory'));
    expect(nearestDirectory(at('link'))).toBe(at('link'));
    expect(nearestDirectory(at('new'))).toBe(work);
    expect(nearestDirectory(`${at('new')}///`)).toBe(work);
    expect(nearestDirectory(at('file'))).toBe(work);
    expect(nearestDirectory(at('a/b/c'))).toBe(work);
    expect(nearestDirectory('/no-such-directory')).toBe('/');
    expect(nearestDirectory('no-such-directory')).toBe('.');
  });
});
