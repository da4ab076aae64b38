// What the documents say, held against the program: the table of options, the fields of docs/json.md, the error codes.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { sync, SyncError } from '@ocrsync/node/api/sync';
import type { SyncEvent } from '@ocrsync/node/api/sync';
import { JsonEvents } from '@ocrsync/node/report/json';
import { supportTable } from '@ocrsync/node/options/support-table';
import { exitText } from '@ocrsync/node/report/exit-codes';
import { tempDirectory, writeTree } from './temp-tree.ts';

const checkout = path.resolve(import.meta.dirname, '../../..');
const read = (name: string): string => readFileSync(path.join(checkout, name), 'utf8');

/** Rows of the tables of a document as their cells; a `\|` inside a cell is no border. */
function rows(markdown: string): string[][] {
  const lines = markdown.split('\n').filter((line) => line.startsWith('|') && !/^\|[\s|:-]+\|$/.test(line));
  return lines.map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('README.md', () => {
  it('has the table of options that the option table gives', () => {
    const section = read('README.md').split('<!-- options: ')[1]!.split('<!-- options end')[0]!;
    expect(rows(section)).toEqual(rows(supportTable()));
  });

  it('is what npm run docs:table writes', () => {
    const script = path.join(checkout, 'scripts/docs-table.mjs');
    const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

/** Field names of each event type in docs/json.md: those with `?` after them may be absent. */
function documentedFields(): Map<string, { required: Set<string>; optional: Set<string> }> {
  const table = rows(read('docs/json.md')).slice(1);
  const types = new Map<string, { required: Set<string>; optional: Set<string> }>();
  for (const [type, text] of table) {
    const fields = (text! + ' ').replaceAll(/\([^)]*\)/g, '');
    const [always, later = ''] = fields.split('after a transfer also');
    const names = (part: string): [string, boolean][] =>
      [...part.matchAll(/`(\w+)`(\?)?/g)].map((match) => [match[1]!, match[2] === '?']);
    const required = names(always!).filter(([, optional]) => !optional);
    const optional = [...names(always!).filter(([, isOptional]) => isOptional), ...names(later)];
    types.set(type!.replaceAll('`', ''), {
      required: new Set(required.map(([name]) => name)),
      optional: new Set(optional.map(([name]) => name)),
    });
  }
  // "the entry fields of `change`"
  const entry = ['name', 'kind', 'mode', 'length', 'mtime'];
  types.set('listed', { required: new Set(entry), optional: new Set(['uid', 'gid', 'target']) });
  return types;
}

async function everyEvent(): Promise<SyncEvent[]> {
  const root = tempDirectory();
  writeTree(path.join(root, 'source'), { a: 'a', 'sub/b': 'b' });
  writeTree(path.join(root, 'old'), { gone: 'x' });
  const events: SyncEvent[] = [];
  const onEvent = (event: SyncEvent): void => void events.push(event);
  await sync(`${root}/source/`, `${root}/old`, { delete: true, args: ['-vv'], onEvent });
  await sync(`${root}/source/`, `${root}/new`, { onEvent });
  await sync(`${root}/source/`, `${root}/new`, { args: ['--list-only'], onEvent });
  await sync([`${root}/missing`], `${root}/new`, { onEvent }).catch(() => undefined);
  return events;
}

describe('docs/json.md', () => {
  it('names the fields of every event that a run gives, and no run lacks one that it promises', async () => {
    const documented = documentedFields();
    const events = await everyEvent();
    for (const { type, ...fields } of events) {
      const known = documented.get(type);
      expect(known, `the type ${type}`).toBeDefined();
      const present = Object.keys(fields).filter((name) => !name.endsWith('Base64'));
      const unknown = present.filter((name) => !known!.required.has(name) && !known!.optional.has(name));
      expect({ type, unknown }).toEqual({ type, unknown: [] });
      expect({ type, missing: [...known!.required].filter((name) => !present.includes(name)) }).toEqual({
        type,
        missing: [],
      });
    }
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(documented.keys()));
  });

  it('is right about names that are no UTF-8', () => {
    const events = new JsonEvents({ times: true, dryRun: false });
    expect(events.object({ type: 'deleted', name: 'a\xff', isDirectory: false })).toEqual({
      type: 'deleted',
      name: 'a\ufffd',
      nameBase64: Buffer.from('a\xff', 'latin1').toString('base64'),
      isDirectory: false,
    });
  });
});

describe('docs/embedding.md', () => {
  it('has the code of every exit code that rsync has', () => {
    const documented = new Map<number, string>();
    for (const [code, exits] of rows(read('docs/embedding.md'))) {
      for (const [, first, , last] of exits?.matchAll(/\b(\d+)(–(\d+))?/g) ?? []) {
        if (!code!.startsWith('`ERR_')) continue;
        for (let exit = Number(first); exit <= Number(last ?? first); exit++) {
          documented.set(exit, code!.replaceAll('`', ''));
        }
      }
    }
    expect(documented.size).toBeGreaterThan(15);
    for (let exitCode = 1; exitCode < 256; exitCode++) {
      const { code } = new SyncError(exitText(exitCode), { exitCode });
      expect({ exitCode, code }).toEqual({
        exitCode,
        code: documented.get(exitCode) ?? 'ERR_OCRSYNC_FAILED',
      });
    }
  });
});
