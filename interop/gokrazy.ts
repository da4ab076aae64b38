// ocrsync beside gokrazy/rsync, an independent implementation in Go that speaks protocol 27: each of the two as client and as
// server, pushing and pulling. The tree that arrives has to be the one that was sent.
// Usage: npx node interop/gokrazy.ts      Builds the peer with `go` when there is one; otherwise all cells are skipped.
// OCRSYNC_BIN names another program under test.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeLauncher, writeRemoteShell } from './bench.ts';
import { differences } from './differences.ts';
import { plainTree } from './entries.ts';
import { mutate } from './mutate.ts';
import { ensurePeer } from './peers.ts';
import { runProgram } from './run.ts';
import { snapshot } from './snapshot.ts';
import { buildTree } from './trees.ts';

const checkout = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const version = 'v0.3.3';
const command = 'github.com/gokrazy/rsync/cmd/gokr-rsync';
const seed = 7;
const snapshotOptions = { nowNs: 1n << 62n, holes: false };

function findGo(): string | undefined {
  return ['go', '/usr/local/go/bin/go'].find((go) => spawnSync(go, ['version']).status === 0);
}

/** The built program in the peers' cache, built when it is not there; undefined without Go. Throws when the build fails. */
function ensureGokrazy(): string | undefined {
  const cache = process.env['OCRSYNC_PEER_CACHE'] ?? path.join(homedir(), '.cache', 'ocrsync-peers');
  const binary = path.join(cache, `gokrazy-${version}`, 'gokr-rsync');
  if (existsSync(binary)) return binary;
  const go = findGo();
  if (go === undefined) return undefined;
  const directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-gokrazy-'));
  try {
    writeFileSync(path.join(directory, 'go.mod'), 'module peer\n\ngo 1.22\n');
    // Not every proxy has the public checksum database; what is built here is run beside ours and nowhere else.
    const env = { ...process.env, GONOSUMDB: '*', GOFLAGS: '-modcacherw' };
    const built = path.join(directory, 'gokr-rsync');
    for (const args of [
      ['get', `${command}@${version}`],
      ['build', '-o', built, command],
    ]) {
      const ran = spawnSync(go, args, { cwd: directory, env, encoding: 'utf8' });
      if (ran.status !== 0) throw new Error(`${go} ${args.join(' ')}: ${ran.stderr.trim().slice(-500)}`);
    }
    mkdirSync(path.dirname(binary), { recursive: true });
    const arriving = `${binary}.${process.pid}`;
    spawnSync('cp', [built, arriving]);
    renameSync(arriving, binary);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return binary;
}

interface Cell {
  readonly client: 'ours' | 'gokrazy';
  readonly direction: 'push' | 'pull';
  readonly options: readonly string[];
  readonly destination: 'empty' | 'changed';
}

const optionSets: readonly (readonly string[])[] = [['-a'], ['-av'], ['-rlt'], ['-rltD', '--no-perms']];

function allCells(): Cell[] {
  const cells: Cell[] = [];
  for (const client of ['ours', 'gokrazy'] as const) {
    for (const direction of ['push', 'pull'] as const) {
      for (const destination of ['empty', 'changed'] as const) {
        for (const options of optionSets) cells.push({ client, direction, options, destination });
      }
    }
  }
  return cells;
}

/** gokrazy's client knows no --rsync-path: it always asks for `rsync`, and its remote shell starts ours instead. */
function writeShellForGokrazy(file: string, ours: string): void {
  writeFileSync(file, `#!/bin/sh\nshift 2\nexec '${ours}' "$@"\n`);
  chmodSync(file, 0o755);
}

function freshDestination(directory: string, cell: Cell): string {
  const destination = path.join(directory, 'dst');
  rmSync(destination, { recursive: true, force: true });
  const from = path.join(directory, cell.destination);
  mkdirSync(from, { recursive: true });
  spawnSync('cp', ['-a', from, destination]);
  return destination;
}

/** What the real rsync makes of the same destination. */
async function referenceTree(directory: string, cell: Cell): Promise<string[]> {
  const destination = freshDestination(directory, cell);
  const args = ['--protocol=27', ...cell.options, 'src/', 'dst/'];
  const ran = await runProgram(ensurePeer('3.4.1'), args, directory, 30_000);
  if (ran.exit !== '0') throw new Error(`the real rsync ended with ${ran.exit}: ${ran.stderr}`);
  return snapshot(destination, snapshotOptions).map(comparable(cell));
}

async function runCell(directory: string, cell: Cell, peer: string): Promise<string[]> {
  const reference = await referenceTree(directory, cell);
  const destination = freshDestination(directory, cell);
  const shell = path.join(directory, cell.client === 'ours' ? 'rsh' : 'gokrazy-rsh');
  const program = cell.client === 'ours' ? path.join(directory, 'ours') : peer;
  const server = cell.client === 'ours' ? [`--rsync-path=${peer}`] : [];
  const host = `host:${directory}/`;
  const operands = cell.direction === 'push' ? ['src/', `${host}dst/`] : [`${host}src/`, 'dst/'];
  const ran = await runProgram(
    program,
    [...cell.options, '-e', shell, ...server, ...operands],
    directory,
    30_000,
  );
  const found = differences(reference, snapshot(destination, snapshotOptions).map(comparable(cell)));
  if (ran.exit === '0') return found;
  return [`exit ${ran.exit}`, ...ran.stderr.split('\n').slice(-6), ...found];
}

/** gokrazy sets no times of symlinks and directories, and only whole seconds; without -p modes are the receiver's own. */
function comparable(cell: Cell): (line: string) => string {
  const keepsModes = cell.options.some((word) => /^-a/.test(word));
  return (line) => {
    const [, name, type, mode, owner, time, rest] =
      /^("(?:[^"\\]|\\.)*") (\w+) (\d+) (\S+) (-?\d+)(.*)$/.exec(line) ?? [];
    const seconds = type !== 'file' ? '' : String(time).slice(0, -9);
    return [name, type, keepsModes ? `${mode} ${owner}` : '', seconds, rest].join(' ');
  };
}

async function main(): Promise<number> {
  const cells = allCells();
  const peer = ensureGokrazy();
  if (peer === undefined) {
    process.stdout.write(`0 passed, 0 failed, ${cells.length} skipped: no Go on this machine\n`);
    return 0;
  }
  const directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-gokrazy-'));
  const program = path.resolve(process.env['OCRSYNC_BIN'] ?? path.join(checkout, 'cli/bin/ocrsync.js'));
  const counts = { passed: 0, failed: 0 };
  try {
    writeLauncher(path.join(directory, 'ours'), program);
    writeRemoteShell(path.join(directory, 'rsh'));
    writeShellForGokrazy(path.join(directory, 'gokrazy-rsh'), path.join(directory, 'ours'));
    await buildTree(path.join(directory, 'src'), plainTree(seed), seed);
    spawnSync('cp', ['-a', path.join(directory, 'src'), path.join(directory, 'changed')]);
    mutate(path.join(directory, 'changed'), seed);
    for (const cell of cells) {
      const found = await runCell(directory, cell, peer);
      if (found.length === 0) counts.passed++;
      else {
        counts.failed++;
        const name = `${cell.client} ${cell.direction} ${cell.options.join(' ')} ${cell.destination}`;
        process.stdout.write(`FAIL ${name}\n${found.map((line) => `     ${line}\n`).join('')}`);
      }
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  process.stdout.write(`gokrazy ${version}: ${counts.passed} passed, ${counts.failed} failed, 0 skipped\n`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`gokrazy: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
