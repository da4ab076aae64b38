// What --debug=CMD2 tells where no command is started (docs/protocol/07-output.md §12.2). A text only.
import type { Options } from '../options/options.ts';
import type { ClientEnvironment } from './client-environment.ts';

/** rsync tells of the other half of a local copy, and of a batch that is played, like this. */
export function tellNoCommand(
  { debug, quiet }: Options,
  destination: string,
  { line }: ClientEnvironment,
): void {
  if (debug.cmd < 2 || quiet) return;
  const path = destination === '' ? '.' : destination;
  line(`cmd=<NULL> machine=<NULL> user=<NULL> path=${path}`);
  line(`cmd[0]=. cmd[1]=${path} `);
}
