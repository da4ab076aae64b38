// A sync to look at: a small tree goes through a remote shell to a second ocrsync, one file changes, and the second
// run sends only the difference. When a real rsync is at hand, it takes the place of the server.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const command = path.join(root, 'cli/bin/ocrsync.js');
const work = mkdtempSync(path.join(tmpdir(), 'ocrsync-demo-'));

function script(name, body) {
  const file = path.join(work, name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}

function makeTree(source) {
  mkdirSync(path.join(source, 'docs'), { recursive: true });
  const lines = Array.from({ length: 40_000 }, (_, line) => `line ${line} of a file that changes a little\n`);
  writeFileSync(path.join(source, 'journal.txt'), lines.join(''));
  writeFileSync(path.join(source, 'docs', 'readme.txt'), 'read me\n');
  writeFileSync(path.join(source, 'docs', 'two words.txt'), 'a name with a blank\n');
  return lines;
}

function sync(title, words) {
  process.stdout.write(`\n# ${title}\n$ ocrsync ${words.join(' ')}\n`);
  const result = spawnSync(process.execPath, [command, ...words], { cwd: work, stdio: 'inherit' });
  if (result.status !== 0) throw new Error(`ocrsync ended with ${result.status ?? result.signal}`);
}

function compare(one, other) {
  const result = spawnSync('diff', ['-r', one, other], { cwd: work, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`${one} and ${other} differ:\n${result.stdout}${result.stderr}`);
  process.stdout.write(`# diff -r ${one} ${other}: equal\n`);
}

/** The real rsync of the machine, or the one that the interop tests have built; undefined when there is none. */
function realRsync() {
  const cache = process.env.OCRSYNC_PEER_CACHE ?? path.join(homedir(), '.cache', 'ocrsync-peers');
  const places = [process.env.OCRSYNC_UPSTREAM, path.join(cache, '3.4.1', 'rsync'), '/usr/bin/rsync'];
  return places.find((place) => place !== undefined && place !== '' && existsSync(place));
}

try {
  const shell = script('remote-shell', 'shift; exec sh -c "$*"');
  const server = script('ocrsync', `exec '${process.execPath}' '${command}' "$@"`);
  const lines = makeTree(path.join(work, 'source'));
  const remote = ['-e', shell, `--rsync-path=${server}`];
  sync('A new tree, from one ocrsync to another', ['-av', ...remote, 'source/', 'host:copy/']);
  compare('source', 'copy');
  lines[20_000] = 'this line is new\n';
  writeFileSync(path.join(work, 'source', 'journal.txt'), lines.join(''));
  sync('One line of 1.7 MB has changed', ['-avi', '--stats', ...remote, 'source/', 'host:copy/']);
  compare('source', 'copy');
  const real = realRsync();
  if (real === undefined) process.stdout.write('\n# no real rsync on this machine: its part is left out\n');
  else {
    sync(`From the real rsync (${real})`, [
      '-av',
      '-e',
      shell,
      `--rsync-path=${real}`,
      'host:source/',
      'pulled/',
    ]);
    compare('source', 'pulled');
  }
} catch (error) {
  process.stderr.write(`demo: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
