#!/usr/bin/env node
// The router. It looks at the first word only; syncs, --server and --daemon never load more than the engine.
import module from 'node:module';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 15)) {
  process.stderr.write(`ocrsync needs Node 22.15 or newer; this is ${process.version}\n`);
  process.exit(1);
}
// Deno has none.
module.enableCompileCache?.();
const { main } = await import('../dist/main.js');
await main(process.argv.slice(2));
