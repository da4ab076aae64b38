import { describe, expect, it } from 'vitest';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { landlockVersion } from '@ocrsync/node/fs/confinement';

const command = path.resolve(import.meta.dirname, '../../crash/run-source.ts');

function ocrsync(words: readonly string[], environment: Record<string, string> = {}, cwd?: string) {
  return spawnSync(process.execPath, ['--conditions=ocrsync-source', command, ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    cwd,
  });
}

interface Report {
  readonly node: string;
  readonly nativeHelper: { readonly path?: string; readonly reason?: string };
  readonly door: string;
  readonly ioUring: { readonly available: boolean };
  readonly landlock: { readonly abi: number | null };
  readonly confinement: { readonly verdict: string; readonly answer: string };
}

describe('ocrsync doctor', () => {
  it('finds out whether confinement is in force by trying it, and leaves nothing behind', () => {
    const temporary = mkdtempSync(path.join(tmpdir(), 'ocrsync-doctors-'));
    try {
      const { status, stdout, stderr } = ocrsync(['doctor', '--json'], { TMPDIR: temporary });
      expect([status, stderr]).toEqual([0, '']);
      const report = JSON.parse(stdout) as Report;
      const version = landlockVersion();
      expect(report.node).toBe(process.version);
      expect(report.landlock.abi).toBe('abi' in version ? version.abi : null);
      expect(report.confinement.verdict).toBe('abi' in version ? 'in force' : 'absent');
      expect(readdirSync(temporary).filter((name) => name.startsWith('ocrsync'))).toEqual([]);
    } finally {
      rmSync(temporary, { recursive: true });
    }
  });

  it('says so when the native helper is switched off', () => {
    const { status, stdout } = ocrsync(['doctor', '--json'], { OCRSYNC_NATIVE: 'off' });
    expect(status).toBe(0);
    const report = JSON.parse(stdout) as Report;
    expect(report.nativeHelper).toEqual({ reason: 'switched off (OCRSYNC_NATIVE=off)' });
    expect(report.ioUring.available).toBe(false);
    expect(report.confinement).toEqual({ verdict: 'absent', answer: 'the native helper is not there' });
    expect(['procfs', 'lexical']).toContain(report.door);
  });

  it('prints one line a fact for people', () => {
    const { status, stdout } = ocrsync(['doctor']);
    expect(status).toBe(0);
    for (const label of [
      'native helper',
      'names of a peer',
      'io_uring',
      'Landlock',
      'seccomp',
      'confinement',
    ]) {
      expect(stdout).toMatch(new RegExp(`^  ${label} +\\S`, 'm'));
    }
  });

  it('is no sync: a file of that name is given as ./doctor, or with a destination', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-doctors-'));
    try {
      writeFileSync(path.join(directory, 'doctor'), 'who');
      expect(ocrsync(['./doctor'], {}, directory).stdout).toMatch(/^-rw.* doctor\n$/);
      expect(ocrsync(['doctor', 'copy'], {}, directory)).toMatchObject({ status: 0, stderr: '' });
      expect(readdirSync(directory).sort()).toEqual(['copy', 'doctor']);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('has one line in --version, after what scripts look for', () => {
    const { stdout } = ocrsync(['--version']);
    expect(stdout).toMatch(/^ocrsync {2}version \S+ {2}protocol version 32\nrsync version 3\.4\.1/);
    expect(stdout).toMatch(
      /^ {4}(no )?native helper, (no )?io_uring, (no confinement|confinement by Landlock)/m,
    );
  });
});
