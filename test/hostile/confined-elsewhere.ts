// The command in a process that may write one directory only, whatever its arguments say.
// Usage: node --conditions=ocrsync-source confined-elsewhere.ts DIRECTORY WORDS…
import { confineThread } from '@ocrsync/node/fs/confinement';
import { main } from '../../cli/src/main.ts';

const [directory, ...words] = process.argv.slice(2) as [string, ...string[]];
const outcome = confineThread({ writable: [directory] });
if (outcome.kind !== 'confined') throw new Error(outcome.reason);
await main(words);
