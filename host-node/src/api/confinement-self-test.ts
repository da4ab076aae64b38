// Proves that confinement is in force instead of believing the kernel's version: a process of its own confines itself to a
// new directory and tries to write beside it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { confineThread } from '../fs/confinement.ts';

/** What the confined process found. */
export interface SelfTestResult {
  /** `in force`: wrote inside and could not outside, by this thread and by the thread pool. */
  readonly verdict: 'in force' | 'absent' | 'broken';
  readonly answer: string;
}

/** To be run in a process that ends afterwards. `directory` holds `inside` and `outside`. */
export async function confinedSelfTest(directory: string): Promise<SelfTestResult> {
  const inside = path.join(directory, 'inside');
  const outside = path.join(directory, 'outside');
  const outcome = confineThread({ writable: [Buffer.from(inside, 'utf8').toString('latin1')] });
  if (outcome.kind !== 'confined') {
    return { verdict: outcome.kind === 'absent' ? 'absent' : 'broken', answer: outcome.reason };
  }
  const found = [
    codeOf(() => writeFileSync(path.join(inside, 'file'), '')),
    codeOf(() => writeFileSync(path.join(outside, 'file'), '')),
    await writeFile(path.join(outside, 'file'), '').then(
      () => 'written',
      (error: NodeJS.ErrnoException) => String(error.code),
    ),
  ];
  const works = found.join() === 'written,EACCES,EACCES';
  return {
    verdict: works ? 'in force' : 'broken',
    answer: `inside ${found[0]}, outside ${found[1]}, outside by the thread pool ${found[2]}`,
  };
}

function codeOf(write: () => void): string {
  try {
    write();
    return 'written';
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

/** Makes the directories for {@link confinedSelfTest}, lets `run` start it there, and removes them. */
export function withSelfTestDirectory<T>(run: (directory: string) => T): T {
  const directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-doctor-'));
  try {
    mkdirSync(path.join(directory, 'inside'));
    mkdirSync(path.join(directory, 'outside'));
    return run(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
