// A remote shell on socket pairs of ours against the pipes of node:child_process: one file each way through a shell that
// stays on this machine, to the real rsync. Best and median of the rounds, in turn; CPU is our process alone.
// Usage: npx node --conditions=ocrsync-source bench/remote-shell.ts [--mib 1024] [--rounds 5] [--dir /dev/shm]
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadNative } from '@ocrsync/native/load';
import { sync } from '@ocrsync/node/api/sync';
import { bigFile, upstream, valueOf } from './pairs.ts';

type Way = 'pipes' | 'socket pairs';
type Direction = 'push' | 'pull';

interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** One run in a process of its own: `--once WAY DIRECTION BASE`. */
async function once(way: Way, direction: Direction, base: string): Promise<Cost> {
  if (way === 'pipes') delete (loadNative() as { socketPair?: unknown } | undefined)?.socketPair;
  const [source, destination] = [path.join(base, 'source'), path.join(base, 'copy')];
  const options = { rsh: path.join(base, 'shell'), rsyncPath: upstream, args: ['--whole-file'] };
  const started = process.hrtime.bigint();
  if (direction === 'push') await sync(source, `host:${destination}`, options);
  else await sync(`host:${source}`, destination, options);
  const { user, system } = process.cpuUsage();
  return { wallMs: Number(process.hrtime.bigint() - started) / 1e6, cpuMs: (user + system) / 1e3 };
}

function measured(way: Way, direction: Direction, base: string): Cost {
  fs.rmSync(path.join(base, 'copy'), { force: true });
  const words = [
    '--conditions=ocrsync-source',
    fileURLToPath(import.meta.url),
    '--once',
    way,
    direction,
    base,
  ];
  const result = spawnSync(process.execPath, words, { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(result.stderr);
  return JSON.parse(result.stdout) as Cost;
}

function told(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  return `${sorted[0]!.toFixed(0)} / ${sorted[sorted.length >> 1]!.toFixed(0)}`;
}

function compare(): void {
  const mib = Number(valueOf('--mib') ?? 1024);
  const rounds = Number(valueOf('--rounds') ?? 5);
  const base = fs.mkdtempSync(path.join(valueOf('--dir') ?? '/dev/shm', 'ocrsync-shell-'));
  try {
    bigFile(path.join(base, 'source'), 1, mib << 20);
    fs.writeFileSync(path.join(base, 'shell'), '#!/bin/sh\nshift\nexec sh -c "$*"\n', { mode: 0o755 });
    process.stdout.write(`${mib} MiB, ${rounds} rounds, ms: best / median\n`);
    for (const direction of ['push', 'pull'] as const) {
      const costs: Record<Way, Cost[]> = { pipes: [], 'socket pairs': [] };
      for (let round = 0; round < rounds; round++) {
        for (const way of ['pipes', 'socket pairs'] as const) costs[way].push(measured(way, direction, base));
      }
      for (const way of ['pipes', 'socket pairs'] as const) {
        const wall = told(costs[way].map(({ wallMs }) => wallMs));
        const cpu = told(costs[way].map(({ cpuMs }) => cpuMs));
        process.stdout.write(`${direction} ${way.padEnd(12)}  wall ${wall}   CPU ${cpu}\n`);
      }
    }
  } finally {
    fs.rmSync(base, { recursive: true, force: true });
  }
}

const at = process.argv.indexOf('--once');
if (at < 0) compare();
else {
  const [way, direction, base] = process.argv.slice(at + 1);
  process.stdout.write(JSON.stringify(await once(way as Way, direction as Direction, base!)));
  process.exit(0);
}
