// Every call of one end's file system fails once in a push over a stream: both ends come to an end, the other one too, and
// nothing is spoilt. Local copies are in fail-at.test.ts.
import { describe, expect, it } from 'vitest';
import { Arena, type FaultySide, type Scenario, type Snapshot, snapshot } from './fail-at-kit.ts';

const scenario: Scenario = { title: 'a push', options: ['-a', '--delete'], update: true };
const codes = ['EIO', 'ENOSPC', 'EACCES'];
/** 12: the other end has ended in the middle of the stream. */
const justified = new Set([0, 3, 11, 12, 23, 24]);
const temporary = /(?:^|\/)\.[^/]*\.\w{6}$/;

function complaints(arena: Arena, after: Snapshot): string[] {
  const wrong: string[] = [];
  for (const [name, content] of after.contents) {
    const { source, destination } = arena.before;
    const isWhole = source.contents.get(name) === content || destination.contents.get(name) === content;
    if (!isWhole && !temporary.test(name)) wrong.push(`${name} is neither old nor new`);
  }
  for (const name of arena.before.destination.contents.keys()) {
    if (arena.before.source.contents.has(name) && !after.contents.has(name))
      wrong.push(`${name} was deleted`);
  }
  return wrong;
}

function attempt(side: FaultySide, at: number): string[] {
  const arena = new Arena(scenario);
  const code = codes[at % codes.length]!;
  let failed = '';
  const journal = (line: string): void => {
    if (line.endsWith(` ${code}`)) failed ||= line;
  };
  const { exitCodes, filesystem } = arena.runRemote(side, { faults: [{ at, code }], journal });
  const after = snapshot(arena.destination);
  const wrong = complaints(arena, after);
  const told = JSON.stringify(exitCodes);
  if (!justified.has(exitCodes.sender) || !justified.has(exitCodes.receiver)) wrong.push('unjustified');
  if (exitCodes[side] === 12) wrong.push('the end with the fault says 12');
  if (filesystem.openFiles !== 0) wrong.push(`${filesystem.openFiles} files are open`);
  if ([...after.lines.keys()].some((name) => temporary.test(name)) && !failed.startsWith('unlink')) {
    wrong.push('a temporary file is left');
  }
  const { lines } = snapshot(arena.source);
  if ([...lines].some(([name, line]) => arena.before.source.lines.get(name) !== line))
    wrong.push('source changed');
  return wrong.map((text) => `call ${at} ${failed}: ${text} ${told}`);
}

describe.each(['sender', 'receiver'] as const)('a push whose %s has a faulty disk', (side) => {
  it('ends at both ends, tells it, and leaves nothing half done', { timeout: 120_000 }, () => {
    const { exitCodes, filesystem } = new Arena(scenario).runRemote(side, {});
    expect(exitCodes).toEqual({ sender: 0, receiver: 0 });
    const calls = filesystem.plan.calls();
    expect(calls).toBeGreaterThan(40);
    const wrong: string[] = [];
    for (let at = 1; at <= calls; at++) wrong.push(...attempt(side, at));
    expect(wrong).toEqual([]);
  });
});
