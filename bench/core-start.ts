// What a session pays for its core: size of the module, decoding, compiling, instantiating (goal: ≤ 3 ms, ≤ 64 KB).
// Usage: npx node --conditions=ocrsync-source bench/core-start.ts     Each round is a fresh process: nothing is warm.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { coreBytesBase64 } from '@ocrsync/core/core-bytes';
import { CoreInstance } from '@ocrsync/core/instance';

const ROUNDS = 11;

function onceMs(): readonly number[] {
  const started = process.hrtime.bigint();
  new CoreInstance();
  const first = process.hrtime.bigint();
  new CoreInstance();
  return [Number(first - started) / 1e6, Number(process.hrtime.bigint() - first) / 1e6];
}

function median(values: readonly number[]): string {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!.toFixed(2);
}

if (process.argv.includes('--once')) {
  process.stdout.write(JSON.stringify(onceMs()));
} else {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const words = ['--conditions=ocrsync-source', fileURLToPath(import.meta.url), '--once'];
    return JSON.parse(spawnSync(process.execPath, words, { encoding: 'utf8' }).stdout) as number[];
  });
  const bytes = Math.floor((coreBytesBase64.replace(/=+$/, '').length * 3) / 4);
  process.stdout.write(
    `core: ${bytes} bytes; first instance ${median(rounds.map(([ms]) => ms!))} ms (decode, compile, instantiate), ` +
      `next ${median(rounds.map(([, ms]) => ms!))} ms; median of ${ROUNDS} processes\n`,
  );
}
