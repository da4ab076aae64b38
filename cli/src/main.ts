// What the command does with its words: parse, run as client or server, print, exit (docs/protocol/05-options.md).
import { runClient } from '@ocrsync/node/api/client';
import { runServer } from '@ocrsync/node/api/server';
import { byteStrings } from '@ocrsync/node/options/byte-strings';
import { parseArguments } from '@ocrsync/node/options/parse';
import { VERSION } from '@ocrsync/node/options/version';
import { exitLine } from '@ocrsync/node/report/exit-codes';
import { writeAll } from './write-all.ts';

/** Runs one command line and ends the process with rsync's exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  process.exitCode = await run(byteStrings(argv));
}

async function run(words: readonly string[]): Promise<number> {
  const outcome = parseArguments(words, process.env);
  if (outcome.kind === 'stop') {
    writeAll(1, outcome.stdout);
    writeAll(2, outcome.stderr);
    if (outcome.exitCode !== 0) {
      writeAll(2, `${exitLine(outcome.exitCode, outcome.isServer ? 'server' : 'client', VERSION)}\n`);
    }
    return outcome.exitCode;
  }
  const { options } = outcome;
  return options.isServer ? await runServer(words) : await runClient(options, abortOnSignals());
}

/** INT, TERM and HUP end a run in order: temporary files are removed or kept, and the exit code is 20. */
function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => controller.abort(new Error(signal)));
  }
  return controller.signal;
}
