#!/usr/bin/env node
// The router. It looks at the first word only; syncs, --server and --daemon never load more than the engine.
import module from 'node:module';
import { setFlagsFromString } from 'node:v8';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 15)) {
  process.stderr.write(`ocrsync needs Node 22.15 or newer; this is ${process.version}\n`);
  process.exit(1);
}
// Most runs are over before optimized code has paid for its compilation (bench/local-tree.ts, no-op: a tenth of the time), so
// functions are called more often before they get it. The core is WebAssembly, which this does not concern.
for (const [tier, calls] of [
  ['maglev', 10_000],
  ['maglev-osr', 1000],
  ['turbofan', 100_000],
  ['osr', 5000],
]) {
  setFlagsFromString(`--invocation-count-for-${tier}=${calls}`);
}
// Deno has none.
module.enableCompileCache?.();
const { main } = await import('../dist/main.js');
await main(process.argv.slice(2));
