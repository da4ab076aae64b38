import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NO_FLAGS, patternRule, ruleMatches } from '@ocrsync/node/filter/rule';
import { wildmatch } from '@ocrsync/node/filter/wildmatch';

interface Case {
  pattern: string;
  path: string;
  is_dir: boolean;
  match: boolean;
}

const file = new URL('../../../docs/protocol/data/wildmatch-cases.json', import.meta.url);
const data = JSON.parse(readFileSync(file, 'utf8')) as { observed: Case[]; random: Case[] };
const bytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

function wrong(cases: readonly Case[]): Case[] {
  return cases.filter(({ pattern, path, is_dir, match }) => {
    const rule = patternRule('exclude', bytes(pattern), NO_FLAGS);
    return ruleMatches(rule, bytes(path), is_dir, 'tmp/root') !== match;
  });
}

describe('patterns', () => {
  it('match as observed with rsync 3.4.1, case by case', () => {
    expect(data.observed.length).toBeGreaterThan(300);
    expect(wrong(data.observed)).toEqual([]);
  });

  it('match as rsync 3.4.1 in the random sample', () => {
    expect(data.random.length).toBeGreaterThan(100);
    expect(wrong(data.random)).toEqual([]);
  });

  it('with many stars take no exponential time', () => {
    const started = performance.now();
    expect(wildmatch(`${'*a'.repeat(40)}*b`, 'a'.repeat(2000))).not.toBe('match');
    expect(wildmatch(`${'**/a'.repeat(12)}b`, 'a/'.repeat(300))).not.toBe('match');
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
