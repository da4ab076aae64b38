// Differential: the lines of --list-only for a tree with difficult names, modes and sizes, against rsync 3.4.1.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { escapeText } from '@ocrsync/node/report/escape';
import { listLine } from '@ocrsync/node/report/list-only';
import { entry } from './events.ts';

const upstream = findPeer('3.4.1');

const NAMES = [
  'plain',
  'nl\nname',
  'tab\tname',
  'a\\#0123',
  'a\\#01',
  'back\\',
  '\x1b[31m',
  'del\x7f',
  '\xc3\xa4',
  'bad\xff',
  'cut\xe2\x82',
  'over\xc0\xaf',
  'c1\xc2\x85',
  '\xed\xa0\x80x',
  '\xf0\x9f\x98\x80',
  'cr\rx',
  '\rcr',
  ' blank',
];
const MODES = [0o644, 0o4755, 0o4644, 0o2755, 0o2640, 0o1777, 0o1666, 0o000, 0o7777];
const SIZES = [0, 1, 999, 1000, 1023, 1024, 999999, 1048576, 123456789, 12345678901];

describe.skipIf(upstream === undefined)('--list-only lines are those of rsync 3.4.1', () => {
  let directory = '';
  const at = (name: string): Buffer => Buffer.from(path.join(directory, name), 'latin1');
  beforeAll(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-list-'));
    const files = [
      ...NAMES.map((name) => ({ name, mode: 0o644, size: 3 })),
      ...MODES.map((mode) => ({ name: `mode${mode.toString(8)}`, mode, size: 0 })),
      ...SIZES.map((size) => ({ name: `size${size}`, mode: 0o600, size })),
    ];
    for (const { name, mode, size } of files) {
      writeFileSync(at(name), '');
      truncateSync(at(name), size);
      chmodSync(at(name), mode);
      utimesSync(at(name), size, size * 3);
    }
    mkdirSync(at('sub'));
    symlinkSync('to\nnowhere', at('link'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it.each(['', '-h', '-hh', '--no-h', '-l', '-8'])('with %s', (option) => {
    const options = option === '' ? [] : [option];
    const result = spawnSync(upstream!, ['--list-only', '-d', ...options, `${directory}/`], {
      env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8' },
      encoding: 'latin1',
    });
    const level = ({ '-h': 2, '-hh': 3, '--no-h': 0 } as const)[option as '-h'] ?? 1;
    const lines = ['.', ...readdirSync(directory, { encoding: 'latin1' })].map((name) => {
      const stat = lstatSync(at(name));
      const kind = stat.isDirectory() ? 'directory' : stat.isSymbolicLink() ? 'symlink' : 'file';
      const info = entry(name, kind, {
        mode: stat.mode,
        lengthBytes: stat.size,
        mtimeSeconds: Math.floor(stat.mtimeMs / 1000),
        ...(kind === 'symlink' ? { linkTarget: readlinkSync(at(name), 'latin1') } : {}),
      });
      return escapeText(
        listLine(info, level, { links: option === '-l', atimes: 0 }),
        'utf-8',
        option === '-8',
      );
    });
    expect(result.status).toBe(0);
    expect(lines.sort()).toEqual(result.stdout.split('\n').slice(0, -1).sort());
  });
});
