// A remote server that fails says so on its stderr before it tells the client to end (docs/protocol/01-session.md §13.2): a client that
// knows of the end leaves the remote shell, which may not have brought the words yet.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../../cli/bin/ocrsync.js', import.meta.url));
/** Notes what the server has said on its stderr when its MSG_ERROR_EXIT passes. */
const WATCH = `const { copyFileSync } = require('node:fs');
process.stdin.on('data', (bytes) => {
  if (bytes.includes(Buffer.from([4, 0, 0, 0x5d]))) copyFileSync('words', 'words-then');
  process.stdout.write(bytes);
});`;

describe('a server that fails', () => {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-last-words-'));
    mkdirSync(path.join(directory, 'src'));
    mkdirSync(path.join(directory, 'dst'));
    writeFileSync(path.join(directory, 'src/file'), 'text');
    writeFileSync(path.join(directory, 'watch.cjs'), WATCH);
    const node = `'${process.execPath}'`;
    const shell = `#!/bin/sh\nshift\nsh -c "$*" 2>words | ${node} watch.cjs\n`;
    writeFileSync(path.join(directory, 'shell'), shell);
    writeFileSync(path.join(directory, 'server'), `#!/bin/sh\nexec ${node} '${program}' "$@"\n`);
    for (const name of ['shell', 'server']) chmodSync(path.join(directory, name), 0o755);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('has told its reason and its exit before the client hears of it', () => {
    const words = [program, '-a', '-T', '../absent', '-e', './shell', '--rsync-path=./server', 'src/'];
    const ran = spawnSync(process.execPath, [...words, 'host:dst/'], { cwd: directory, timeout: 30_000 });
    expect(ran.status).toBe(1);
    const then = path.join(directory, 'words-then');
    expect(existsSync(then) ? readFileSync(then, 'latin1') : '').toMatch(
      /^The temp-dir does not exist: \.\.\/absent\nrsync error: syntax or usage error \(code 1\) at /,
    );
  }, 60_000);
});
