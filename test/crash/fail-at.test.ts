// Every call of the file system fails once, in every run of a small tree: the run ends, says so, and spoils nothing.
// OCRSYNC_FAIL_AT=all tries every errno at every call, and a lasting fault from every call on; without it the errnos take
// turns, and lasting faults begin at every seventh call.
import { describe, expect, it } from 'vitest';
import type { FaultyOptions } from '@ocrsync/node/fs/faulty-plan';
import { Arena, cleanRun, type CleanRun, type RunOutcome, type Scenario, snapshot } from './fail-at-kit.ts';

const codes = ['EIO', 'ENOSPC', 'EACCES'];
const thorough = process.env['OCRSYNC_FAIL_AT'] === 'all';

/** 3: no destination or source; 11: a write failed, or no destination could be made; 23: some entries; 24: vanished. */
const justified = new Set([0, 3, 11, 23, 24]);

const scenarios: readonly Scenario[] = [
  { title: 'a first copy', options: ['-aH'], update: false },
  { title: 'an update with deletions', options: ['-aH', '--delete'], update: true },
  { title: 'a delta update', options: ['-a', '--no-whole-file', '--delete'], update: true },
  { title: 'an update by checksum', options: ['-aHc', '--delete', '--no-inc-recursive'], update: true },
  { title: 'an update in place', options: ['-a', '--inplace', '--delete'], update: true, inPlace: true },
];

/** Names like `.name.x1Y2z3` and `.name.123456`. */
const temporary = /(?:^|\/)\.[^/]*\.\w{6}$|(?:^|\/)\.[^/]*\.\d+$/;

interface Fault {
  readonly at: number;
  readonly code: string;
  readonly lasting: boolean;
}

/** All that is wrong with the way a run ended. */
function complaints(
  arena: Arena,
  outcome: RunOutcome,
  clean: CleanRun,
  scenario: Scenario,
  failed: string,
): string[] {
  const { exitCode, errors, filesystem } = outcome;
  const wrong: string[] = [];
  const after = snapshot(arena.destination);
  if (!justified.has(exitCode)) wrong.push(`exit code ${exitCode}`);
  if (exitCode !== 0 && errors.length === 0) wrong.push(`exit code ${exitCode} without a word`);
  if (exitCode === 0 && !equal(after.lines, clean.after.lines))
    wrong.push('exit code 0, but not all is done');
  if (filesystem.openFiles !== 0) wrong.push(`${filesystem.openFiles} files are open`);
  if (filesystem.heldDirectories !== 0) wrong.push(`${filesystem.heldDirectories} directories are held`);
  if (!equal(snapshot(arena.source).lines, arena.before.source.lines)) wrong.push('the source has changed');
  for (const [name, content] of after.contents) {
    if (temporary.test(name)) {
      if (!failed.startsWith('unlink')) wrong.push(`${name} is left`);
      continue;
    }
    const isOld = arena.before.destination.contents.get(name) === content;
    const isNew = arena.before.source.contents.get(name) === content;
    if (!isOld && !isNew && !scenario.inPlace) wrong.push(`${name} is neither old nor new`);
  }
  for (const name of arena.before.destination.contents.keys()) {
    const isWanted = arena.before.source.contents.has(name);
    if (isWanted && !after.contents.has(name)) wrong.push(`${name} was deleted, although the source has it`);
  }
  return wrong;
}

function equal(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([name, line]) => other.get(name) === line);
}

/** One run with a fault and one without after it. Returns what is wrong. */
async function attempt(scenario: Scenario, clean: CleanRun, fault: Fault): Promise<string[]> {
  const arena = new Arena(scenario);
  let failed = '';
  const journal = (line: string): void => {
    if (failed === '' && line.endsWith(` ${fault.code}`)) failed = line;
  };
  const options: FaultyOptions = { faults: [fault], journal };
  const outcome = await arena.run(options);
  const wrong = complaints(arena, outcome, clean, scenario, fault.lasting ? 'unlink' : failed);
  const again = await arena.run({});
  const after = snapshot(arena.destination);
  const isKept = (name: string): boolean => temporary.test(name) || arena.before.destination.lines.has(name);
  const extra = [...after.lines.keys()].filter((name) => !clean.after.lines.has(name) && !isKept(name));
  if (again.exitCode !== 0)
    wrong.push(`the next run ends with ${again.exitCode}: ${again.errors.join('; ')}`);
  if (extra.length > 0) wrong.push(`the next run leaves ${extra.join(', ')}`);
  for (const [name, line] of clean.after.lines) {
    if (after.lines.get(name) !== line) wrong.push(`the next run leaves ${name} as ${after.lines.get(name)}`);
  }
  const where = `call ${fault.at}${fault.lasting ? ' and all later ones' : ''}: ${failed}`;
  return wrong.map((text) => `${where}: ${text} [exit ${outcome.exitCode}]`);
}

describe.each(scenarios)('$title of which one call fails', (scenario) => {
  it.each([false, true])(
    'ends, tells it, and leaves nothing half done (lasting: %s)',
    async (lasting) => {
      const clean = await cleanRun(scenario);
      expect(clean.calls).toBeGreaterThan(50);
      const wrong: string[] = [];
      const step = lasting && !thorough ? 7 : 1;
      for (let at = 1; at <= clean.calls; at += step) {
        const tried = thorough ? codes : [codes[at % codes.length]!];
        for (const code of tried) wrong.push(...(await attempt(scenario, clean, { at, code, lasting })));
      }
      expect(wrong).toEqual([]);
    },
    120_000,
  );
});
