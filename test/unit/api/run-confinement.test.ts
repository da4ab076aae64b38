import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { clientPlan, READ_ONLY, receiverPlan, RunConfinement } from '@ocrsync/node/api/run-confinement';
import { resolveEndpoints } from '@ocrsync/node/options/endpoint';
import { parseArguments } from '@ocrsync/node/options/parse';
import { serverArguments } from '@ocrsync/node/options/server-args';

function optionsOf(...words: string[]) {
  const outcome = parseArguments(words, {});
  if (outcome.kind === 'stop') throw new Error(outcome.stderr);
  return outcome.options;
}

describe('what a run may write', () => {
  let work = '';
  const at = (name: string): string => path.join(work, name);
  beforeAll(() => {
    work = mkdtempSync(path.join(tmpdir(), 'ocrsync-plans-'));
    mkdirSync(at('there'));
    writeFileSync(at('file'), '');
  });
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  it('is the destination of a receiver, or the directory in which that will be made', () => {
    const options = optionsOf('-a', 'h:s', 'd');
    expect(receiverPlan(options, at('there'))).toEqual({ writable: [at('there')] });
    expect(receiverPlan(options, `${at('there')}/`)).toEqual({ writable: [`${at('there')}/`] });
    expect(receiverPlan(options, at('new/'))).toEqual({ writable: [work] });
    expect(receiverPlan(options, at('file'))).toEqual({ writable: [work] });
    expect(receiverPlan(options, '')).toEqual({ writable: ['.'] });
  });

  it('is a directory of --link-dest as well, because the kernel links out of no other', () => {
    mkdirSync(at('links'), { recursive: true });
    const planned = (destination: string, ...words: string[]): readonly string[] =>
      receiverPlan(optionsOf('-a', ...words, 'h:s', 'd'), destination).writable.map((each) =>
        path.resolve(each),
      );
    const link = '--link-dest=../links';
    expect(planned(at('there'), link)).toEqual([at('there'), at('links')]);
    expect(planned(at('new/'), link, `--link-dest=${at('links')}`)).toEqual([work, at('links')]);
    expect(planned(at('there'), '--link-dest=../file', '--link-dest=none')).toEqual([at('there')]);
    expect(planned(at('new'), '--link-dest=links')).toEqual([work, at('links')]);
    expect(planned(at('there'), '--copy-dest=../links')).toEqual([at('there')]);
  });

  it('is nothing in a dry run, in a list and for a sender', () => {
    expect(receiverPlan(optionsOf('-an', 'h:s', at('there')), at('there'))).toEqual(READ_ONLY);
    expect(receiverPlan(optionsOf('-a', 'h:s'), '')).toEqual(READ_ONLY);
    for (const words of [
      ['-a', at('there'), 'h:d'],
      ['-a', 'h:s', at('there')],
    ]) {
      const options = optionsOf(...words);
      const endpoints = resolveEndpoints(options);
      if (endpoints.direction === 'local') throw new Error('not local');
      const expected = endpoints.direction === 'push' ? [] : [at('there')];
      expect(clientPlan(options, endpoints).writable).toEqual(expected);
    }
  });

  it('is decided by --confine and --no-confine, the last one wins, and the other end is not told', () => {
    expect(optionsOf('-a', 's', 'd').confine).toBe('auto');
    expect(optionsOf('-a', '--confine', 's', 'd').confine).toBe('required');
    expect(optionsOf('-a', '--confine', '--no-confine', 's', 'd').confine).toBe('off');
    const program = { warn: () => undefined, beforehand: () => undefined };
    expect(RunConfinement.of(optionsOf('--no-confine', 's', 'd'), program)).toBeUndefined();
    expect(RunConfinement.of(optionsOf('s', 'd'), program)).toBeInstanceOf(RunConfinement);
    for (const word of ['--confine', '--no-confine']) {
      const told = serverArguments(optionsOf('-a', word, 's', 'h:d'), {
        push: true,
        paths: ['d'],
        quoting: true,
      });
      expect(told.filter((each) => each.includes('confine'))).toEqual([]);
    }
  });

  it('is not blamed for a refusal while nothing is in force', () => {
    const program = { warn: () => undefined, beforehand: () => undefined };
    const confinement = RunConfinement.of(optionsOf('s', 'd'), program)!;
    expect(confinement.hint('/anywhere/at/all')).toBeUndefined();
    confinement.created(work);
    writeFileSync(at('still-free'), '');
  });
});
