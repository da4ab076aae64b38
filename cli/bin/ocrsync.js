#!/usr/bin/env node
// The router. It looks at the first word only; syncs, --server and --daemon never load more than the engine.
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { main } = await import('../dist/main.js');
await main(process.argv.slice(2));
