// Incremental recursion's look-ahead: a peer that has nothing to ask for must still get its next list.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sync } from '@ocrsync/node/api/sync';

let work = '';

beforeAll(() => {
  work = mkdtempSync(path.join(tmpdir(), 'ocrsync-lookahead-'));
  for (const directory of ['source', 'source/first', 'source/first/inner', 'source/second']) {
    mkdirSync(path.join(work, directory));
    for (let i = 0; i < 1200; i++) writeFileSync(path.join(work, directory, `file-${i}`), '');
  }
});

afterAll(() => rmSync(work, { recursive: true, force: true }));

describe('a sender whose lists are longer than its look-ahead', () => {
  it('sends the next list although the generator finds nothing to do in this one', async () => {
    const first = await sync(path.join(work, 'source/'), path.join(work, 'target/'));
    const second = await sync(path.join(work, 'source/'), path.join(work, 'target/'));
    expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
  }, 20_000);
});
