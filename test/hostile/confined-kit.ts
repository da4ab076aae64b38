// What tests of processes that have given up rights stand on: whether this system can confine, and our sources as processes.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { landlockVersion } from '@ocrsync/node/fs/confinement';

const version = landlockVersion();
export const confines = 'abi' in version && version.abi >= 2;
export const isRoot = process.geteuid?.() === 0;

/** The whole command as it stands in the sources. */
export const command = ownScript('../crash/run-source.ts');

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A script of this folder. */
export function ownScript(name: string): string {
  return path.join(import.meta.dirname, name);
}

/** Runs a script in its own process. */
export function run(file: string, words: readonly string[], environment: Record<string, string> = {}): Ended {
  return spawnSync(process.execPath, ['--conditions=ocrsync-source', file, ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    timeout: 30_000,
  });
}

/** … as words of a shell. */
export function shellWords(file: string): string {
  return `'${process.execPath}' --conditions=ocrsync-source '${file}'`;
}
