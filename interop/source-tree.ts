// The main job on real input: `-a --delete` of a source tree of thousands of files (this checkout's node_modules) to
// and from the real rsync 3.4.1, over a remote shell and its daemon: a first run, a second one that transfers nothing,
// and one after random edits that sends only deltas. Identical trees each time.
// Usage: npx node interop/source-tree.ts [--seed N]; last line `N passed, N failed`.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeLauncher, writeRemoteShell } from './bench.ts';
import { startDaemon } from './daemon.ts';
import { mutate } from './mutate.ts';
import { ensurePeer } from './peers.ts';
import { runProgram } from './run.ts';
import { snapshot } from './snapshot.ts';

const checkout = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const seedAt = process.argv.indexOf('--seed');
const seed = seedAt < 0 ? 7 : Number(process.argv[seedAt + 1]);
const timeoutMs = 120_000;
/** Whatever is older than the run keeps its exact time in both trees. */
const nowNs = BigInt(Date.now()) * 1_000_000n;
let passed = 0;
let failed = 0;

interface Direction {
  readonly name: string;
  readonly words: (source: string, target: string) => readonly string[];
}

function check(name: string, problem: string | undefined): void {
  if (problem === undefined) passed++;
  else failed++;
  process.stdout.write(
    `${problem === undefined ? 'ok  ' : 'FAIL'} ${name}${problem === undefined ? '' : `: ${problem}`}\n`,
  );
}

function number(text: string, label: string): number {
  const found = new RegExp(`^${label}: ([0-9,]+)`, 'm').exec(text);
  return found === null ? Number.NaN : Number(found[1]!.replaceAll(',', ''));
}

function apart(source: string, target: string): string | undefined {
  const [wanted, got] = [source, target].map((root) => snapshot(root, { nowNs, holes: false })) as [
    string[],
    string[],
  ];
  const at = wanted.findIndex((line, index) => line !== got[index]);
  if (at < 0 && wanted.length === got.length) return undefined;
  return `trees differ: ${wanted[at] ?? '(end)'} | ${got[at] ?? '(end)'}`;
}

/**
 * node_modules, one package of it twice for the number, without hard links, which -a does not keep, and without the links to the workspaces, which lead out of
 * the tree and which a daemon without chroot confines.
 */
async function copyModules(target: string, work: string): Promise<void> {
  const modules = path.join(checkout, 'node_modules');
  const copied = await runProgram('cp', ['-a', '--no-preserve=links', modules, target], work, timeoutMs);
  if (copied.exit !== '0') throw new Error(`cp: ${copied.stderr}`);
  for (const name of ['@ocrsync', 'ocrsync', '.vite', '.vitest-cache']) {
    rmSync(path.join(target, name), { recursive: true, force: true });
  }
  const again = await runProgram(
    'cp',
    ['-a', path.join(target, 'typescript'), path.join(target, 'again')],
    work,
    timeoutMs,
  );
  if (again.exit !== '0') throw new Error(`cp: ${again.stderr}`);
}

async function main(): Promise<void> {
  const work = mkdtempSync(path.join(tmpdir(), 'ocrsync-source-tree-'));
  const theirs = ensurePeer('3.4.1');
  const ours = path.join(work, 'ocrsync');
  const shell = path.join(work, 'rsh');
  const source = path.join(work, 'module', 'source');
  mkdirSync(path.dirname(source));
  writeLauncher(ours, path.join(checkout, 'cli/bin/ocrsync.js'));
  writeRemoteShell(shell);
  const daemon = await startDaemon(theirs, path.join(work, 'daemon'), path.join(work, 'module'));
  const url = `rsync://127.0.0.1:${daemon.port}/work`;
  const rsh = ['-e', shell, `--rsync-path=${theirs}`];
  const directions: Direction[] = [
    { name: 'push, remote shell', words: (from, to) => [...rsh, `${from}/`, `host:${to}/`] },
    { name: 'pull, remote shell', words: (from, to) => [...rsh, `host:${from}/`, `${to}/`] },
    { name: 'push, daemon', words: (from, to) => [`${from}/`, `${url}/${path.basename(to)}/`] },
    { name: 'pull, daemon', words: (from, to) => [`${url}/${path.basename(from)}/`, `${to}/`] },
    { name: 'local', words: (from, to) => [`${from}/`, `${to}/`] },
  ];
  try {
    for (const direction of directions) {
      const target = path.join(work, 'module', 'target');
      for (const directory of [source, target]) rmSync(directory, { recursive: true, force: true });
      await copyModules(source, work);
      const command = ['-a', '--delete', '--stats', '--no-W', ...direction.words(source, target)];
      const run = async (step: string): Promise<string> => {
        const ran = await runProgram(ours, command, work, timeoutMs);
        const problem =
          ran.exit === '0' ? apart(source, target) : `exit ${ran.exit}: ${ran.stderr.slice(0, 300)}`;
        check(`${direction.name}: ${step}`, problem);
        return ran.stdout;
      };
      const first = await run('first run');
      check(
        `${direction.name}: ${number(first, 'Number of files')} entries, at least 5,000 files`,
        number(first, 'Number of regular files transferred') >= 5000 ? undefined : 'too few',
      );
      const second = await run('second run');
      const again = number(second, 'Number of regular files transferred');
      check(`${direction.name}: second run transfers nothing`, again === 0 ? undefined : `${again} files`);
      mutate(source, seed);
      const third = await run(`after random edits, seed ${seed}`);
      const [literal, matched] = [number(third, 'Literal data'), number(third, 'Matched data')];
      check(
        `${direction.name}: sends deltas (literal ${literal}, matched ${matched})`,
        matched > 0 && literal < number(third, 'Total transferred file size') ? undefined : 'whole files',
      );
    }
  } finally {
    daemon.stop();
    rmSync(work, { recursive: true, force: true });
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  if (failed > 0) process.exitCode = 1;
}

await main();
