// Programs that tests start by one word: a remote shell that stays on this machine, and our command.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeRemoteShell } from '../interop/bench.ts';
import { ourCommand } from './crash/crash-kit.ts';

/** Drops the host and runs the rest here, after the lines of `before`. Returns its path. */
export function localShell(directory: string, before = '', name = 'shell'): string {
  const file = path.join(directory, name);
  writeRemoteShell(file, before);
  return file;
}

/** Returns its path. */
export function ourProgram(directory: string): string {
  const file = path.join(directory, 'ours');
  writeFileSync(file, `#!/bin/sh\nexec ${ourCommand} "$@"\n`, { mode: 0o755 });
  return file;
}
