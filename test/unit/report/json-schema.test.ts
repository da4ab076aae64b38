// docs/json-schema.json, held against what runs print.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runClient } from '@ocrsync/node/api/client';
import { JsonRenderer } from '@ocrsync/node/report/json';
import { optionsOf } from '../options/run-line.ts';
import { schemaFaults } from './schema.ts';

const file = path.resolve(import.meta.dirname, '../../../docs/json-schema.json');
const schema = JSON.parse(readFileSync(file, 'utf8')) as Parameters<typeof schemaFaults>[1];
let directory = '';

/** Lines of a run on a fresh pair of trees, parsed. */
async function lines(words: string): Promise<Record<string, unknown>[]> {
  execFileSync(
    'sh',
    [
      '-c',
      `rm -rf s d; mkdir -p s/sub d/sub; echo one >s/new; echo two >s/size; echo 2 >d/size; echo abc >s/time; echo abd >d/time
     touch -d @1500000000 s/time; echo same >s/mode; cp -p s/mode d/mode; chmod 600 d/mode; ln -s a s/link; ln -s b d/link; touch -h -d @1500000000 s/link d/link
     ln s/new s/hard; echo x >d/gone; mkfifo s/fifo; touch -d @1400000000 s/sub; printf x >"s/$(printf 'odd\\377')"`,
    ],
    { cwd: directory },
  );
  const printed: Record<string, unknown>[] = [];
  const options = optionsOf(words.replaceAll('@', `${directory}/`));
  await runClient(options, {
    sink: new JsonRenderer(options, (line) => printed.push(JSON.parse(line) as Record<string, unknown>)),
    line: () => undefined,
    signal: new AbortController().signal,
  });
  return printed;
}

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-json-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it.each([
  '-aH --delete @s/ @d/',
  '-aHn --delete @s/ @d/',
  '-aHii --delete --progress @s/ @d/',
  '-ac @s/ @d/',
  '-aI --no-W @s/ @d/',
  '-a @s/ @missing @d/',
  '-a --list-only @s/',
  '-avvv @s/ @new/',
  '-a @s/absent/none @d/',
])('every line of %s is as the schema says', async (words) => {
  const printed = await lines(words);
  expect(printed.length).toBeGreaterThan(2);
  expect(printed.at(-1)!['type']).toBe('finished');
  for (const line of printed) expect(schemaFaults(line, schema)).toEqual([]);
});

it.each(['', 'n'])('tells the reason of every change (-aH%s)', async (dry) => {
  const printed = await lines(`-aH${dry} --delete @s/ @d/`);
  const reasons = new Map(printed.map((line) => [line['name'], line['reason']]));
  expect(Object.fromEntries(reasons)).toMatchObject({
    new: ['new'],
    hard: ['new', 'link'],
    size: ['size'],
    time: ['time'],
    mode: ['permissions'],
    link: ['target'],
    fifo: ['new'],
    sub: ['time'],
    gone: undefined,
  });
});

it('refuses lines that the schema does not have', () => {
  expect(schemaFaults({ v: 2, type: 'deleted', name: 'x' }, schema)).not.toEqual([]);
  expect(schemaFaults({ v: 2, type: 'deleted', name: 'x', isDirectory: 1 }, schema)).not.toEqual([]);
  expect(schemaFaults({ v: 2, type: 'deleted', name: 'x', isDirectory: true, more: 1 }, schema)).not.toEqual(
    [],
  );
  expect(schemaFaults({ v: 2, type: 'finished', exitCode: 0, text: '' }, schema)).toEqual([]);
});
