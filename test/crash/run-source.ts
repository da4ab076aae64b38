// The command as it stands in the sources, for tests that need a process: no bundle can be out of date.
// Usage: node --conditions=ocrsync-source test/crash/run-source.ts WORDS…
import { main } from '../../cli/src/main.ts';

await main(process.argv.slice(2));
