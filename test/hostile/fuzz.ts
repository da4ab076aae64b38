// Spoils recorded sessions as long as it is told to, and plays them to all four roles.
// Usage: OCRSYNC_FUZZ_RUNS=20000 OCRSYNC_SEED=1 node --conditions=ocrsync-source test/hostile/fuzz.ts
// Run number N has the seed OCRSYNC_SEED + N: a fault is made again with that seed and one run.
import { recordings } from '../simulation/recordings.ts';
import { Field } from './attack.ts';
import { fuzzOnce } from './fuzz-run.ts';

const runs = Number(process.env['OCRSYNC_FUZZ_RUNS'] ?? 20_000);
const firstSeed = Number(process.env['OCRSYNC_SEED'] ?? Date.now() % 1_000_000_000);
const FAULTS_SHOWN = 20;

const field = new Field();
const recorded = recordings();
const endings = new Map<string, number>();
let bad = 0;
process.on('unhandledRejection', (reason) => {
  bad++;
  process.stdout.write(`unhandled rejection: ${String(reason)}\n`);
});
process.stdout.write(`seed ${firstSeed}, ${runs} runs\n`);
const startMs = performance.now();
for (let run = 0; run < runs; run++) {
  const { faults, ended, label } = fuzzOnce(field, recorded, firstSeed + run);
  endings.set(ended, (endings.get(ended) ?? 0) + 1);
  if (faults.length === 0) continue;
  bad++;
  if (bad <= FAULTS_SHOWN)
    process.stdout.write(`seed ${firstSeed + run}: ${label}\n  ${faults.join('\n  ')}\n`);
}
field.close();
const sorted = [...endings].sort((a, b) => b[1] - a[1]);
for (const [ended, count] of sorted) process.stdout.write(`${String(count).padStart(7)} ${ended}\n`);
process.stdout.write(`${runs} runs, ${bad} faults, ${Math.round((performance.now() - startMs) / 1000)} s\n`);
process.exitCode = bad === 0 ? 0 : 1;
