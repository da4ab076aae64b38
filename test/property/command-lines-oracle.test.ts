// Random command lines out of the whole option table: rsync 3.4.1 refuses the same ones in the same words, and tells its server the same.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { resolveEndpoints } from '@ocrsync/node/options/endpoint';
import { OptionError } from '@ocrsync/node/options/option-error';
import { parseArguments } from '@ocrsync/node/options/parse';
import type { OptionRow } from '@ocrsync/node/options/row';
import { splitServerArguments } from '@ocrsync/node/options/server-args';
import { OPTION_ROWS } from '@ocrsync/node/options/table';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPeer } from '../../interop/peers.ts';

const upstream = findPeer('3.4.1');
const SEED = Number(process.env['OCRSYNC_SEED'] ?? 97);
const ROUNDS = Number(process.env['OCRSYNC_ROUNDS'] ?? 150);

/** Ours or 3.5.0's; those that answer instead of running; those whose refusal is not made of words alone, or comes in 3.5.0's. */
const LEFT_OUT = new Set(
  `io-uring confine json explain insecure-links confine-root drop-D compress-threads help version server sender daemon config dparam
   detach no-detach protocol read-batch write-batch only-write-batch copy-as rsh exclude-from include-from filter`.split(
    /\s+/,
  ),
);

/** What stands behind an option; the last ones are refused, some only beside others. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  info: ['name2', 'all', 'none,del', 'stats3,skip0', 'progress2', 'zz'],
  // Other flags make the real client tell of its own end.
  debug: ['none', 'del3,flist', 'zz2'],
  stderr: ['a', 'err', 'client', 'x'],
  outbuf: ['N', 'line', 'b', 'x'],
  'out-format': ['%n', '%i %n', '%o', '%b', ''],
  'files-from': ['/dev/null', ':list', 'h:a b', 'x:list', 'h:-'],
  iconv: ['utf8', 'utf8,latin1', '.', '-'],
  chmod: ['u+x', 'D755,F644', 'zz'],
  usermap: ['*:me', 'a:b,c d:e'],
  groupmap: ['0-9:x'],
  chown: ['me', 'me:us', ':us', 'me:'],
  'checksum-choice': ['md5', 'XXH64,md4', 'auto', 'zz'],
  'compress-choice': ['zstd', 'Zlib', 'zlibx', 'auto', 'none', 'zz'],
  'max-size': ['1k', '1.5mb-1', '0', '5q'],
  'min-size': ['10', '2kib', '-1'],
  'block-size': ['700', '2k', '1g'],
  'max-alloc': ['2g', '1073741824', '10'],
  bwlimit: ['10', '1.5m', '0', '511b'],
  'partial-dir': ['pd', '/abs/p', '.', 'a/../b'],
  'temp-dir': ['t t', '/tmp'],
  'backup-dir': ['bd', './././x', '.', '~/b'],
  suffix: ['.old', '~', '', 'a/b'],
  'compare-dest': ['c', '../c c'],
  'copy-dest': ['d'],
  'link-dest': ['/l', '~/l*'],
  'skip-compress': ['gz/jpg', 'a b'],
  'remote-option': ['-v', '--foo=a b', 'zz'],
  'stop-at': ['2999-12-31', '12:zz', '1999-01-01'],
  'stop-after': ['10', '0'],
  'max-delete': ['0', '5', '-1', 'x'],
  // Less than 0 is 0 since 3.5.0, and here.
  timeout: ['0', '9', 'x'],
  contimeout: ['0', '9'],
  exclude: ['x', '--delete'],
  include: ['*.c'],
};
const INTEGERS = ['0', '5', '0x10', '-3', 'x', '99999999999'];
const OPERANDS = [['s', 'h:d'], ['h:s', 'd'], ['s', 'u@h:a b'], ['h:~', ':-x', 'd'], ['h:'], ['h:a*;b']];
const ENVIRONMENTS: readonly Record<string, string>[] = [
  ...Array.from({ length: 8 }, () => ({})),
  { RSYNC_OLD_ARGS: '1' },
  { RSYNC_PROTECT_ARGS: '1' },
  { RSYNC_PARTIAL_DIR: '.p' },
  { RSYNC_ICONV: 'utf8,latin1' },
  { RSYNC_MAX_ALLOC: '5m' },
];

let directory = '';
let shell = '';
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-lines-'));
  shell = path.join(directory, 'shell');
  writeFileSync(shell, `#!/bin/sh\nfor w; do printf '%s\\0' "$w"; done >'${directory}/words'\nexit 1\n`);
  chmodSync(shell, 0o755);
  writeFileSync(path.join(directory, 's'), '');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const ROWS = OPTION_ROWS.filter((row) => row.status === 'done' && !LEFT_OUT.has(row.long ?? row.short ?? ''));

function pick<T>(from: (below: number) => number, list: readonly T[]): T {
  return list[from(list.length)]!;
}

/** One way to write one option. */
function spelled(row: OptionRow, from: (below: number) => number): string[] {
  if (row.negations !== undefined && from(4) === 0) return [`--${pick(from, row.negations)}`];
  const names = [row.long, ...(row.aliases ?? [])].filter((name) => name !== null).map((name) => `--${name}`);
  const short = row.short === undefined ? [] : [`-${row.short}`];
  const name = pick(from, [...names, ...short]);
  if (row.argument === 'none') return [name];
  const values = VALUES[row.long!] ?? (row.argument === 'integer' ? INTEGERS : undefined);
  if (values === undefined) return [name, 'v'];
  // What is refused comes seldom, so that long lines are accepted too.
  const value =
    from(6) === 0 ? pick(from, values) : pick(from, values.slice(0, Math.max(1, values.length - 1)));
  if (from(2) === 0) return [name, value];
  return [name.startsWith('--') ? `${name}=${value}` : `${name}${from(2) === 0 ? '=' : ''}${value}`];
}

/** `refused`, or what the server is told on its command line. */
type Answer = { readonly refused: string; readonly exitCode: number | null } | { readonly told: string[] };

function theirs(line: readonly string[], environment: Record<string, string>): Answer {
  const seen = path.join(directory, 'words');
  rmSync(seen, { force: true });
  const result = spawnSync(upstream!, ['-e', shell, ...line], {
    cwd: directory,
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    encoding: 'latin1',
    input: '',
  });
  if (existsSync(seen)) {
    const words = readFileSync(seen, 'latin1').split('\0').slice(0, -1);
    return { told: words.slice(words.indexOf('--server')) };
  }
  return { refused: result.stderr.replace(/^rsync error: .*\n/gm, ''), exitCode: result.status };
}

function ours(line: readonly string[], environment: Record<string, string>): Answer {
  const outcome = parseArguments(['-e', shell, ...line], environment);
  if (outcome.kind === 'stop') return { refused: outcome.stderr, exitCode: outcome.exitCode };
  try {
    const endpoints = resolveEndpoints(outcome.options);
    if (endpoints.direction === 'local') return { refused: 'local', exitCode: 0 };
    const push = endpoints.direction === 'push';
    const request = { push, paths: endpoints.remote.paths, quoting: true };
    return { told: splitServerArguments(outcome.options, request).visible };
  } catch (error) {
    if (error instanceof OptionError) return { refused: `${error.message}\n`, exitCode: error.exitCode };
    throw error;
  }
}

/** A usage text is one in both, whatever its words. */
function normal(answer: Answer): Answer {
  return 'refused' in answer && answer.refused.includes('Usage: ') ? { ...answer, refused: 'usage' } : answer;
}

describe.skipIf(upstream === undefined)('random command lines', () => {
  it(`are refused, or told to the server, as by rsync 3.4.1 (seed ${SEED}, ${ROUNDS} lines)`, () => {
    const from = random(SEED);
    let accepted = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const options = Array.from({ length: 1 + from(6) }, () => spelled(pick(from, ROWS), from)).flat();
      const line =
        from(2) === 0 ? [...options, ...pick(from, OPERANDS)] : [...pick(from, OPERANDS), ...options];
      const environment = pick(from, ENVIRONMENTS);
      const answer = ours(line, environment);
      if ('told' in answer) accepted += 1;
      expect(normal(answer), `${JSON.stringify(environment)} ${line.join(' ')}`).toEqual(
        normal(theirs(line, environment)),
      );
    }
    expect(accepted).toBeGreaterThan(ROUNDS / 3);
  });
});
