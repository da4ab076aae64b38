// $RSYNC_CONNECT_PROG: a command whose stdin and stdout are the connection to a daemon (docs/protocol/02-daemon.md §2). The host
// goes into a shell's line, so it is checked and quoted as 3.5.0 does it (09 §19).
import { RunError } from '../session/run-error.ts';

const SAFE_HOST = /^(?![-+~%])[A-Za-z0-9._:%+~-]+$/;

/** The words to start: a shell with the command, `%H` being the host and `%%` a percent sign. RunError 10 for a host that will not do. */
export function connectProgramWords(program: string, host: string, shell: string | null): string[] {
  const named = program.replaceAll('%%', '').includes('%H');
  if (named && !SAFE_HOST.test(host)) {
    throw new RunError('ERR_CONNECT_PROGRAM', 'unsafe host characters for RSYNC_CONNECT_PROG', 10);
  }
  const line = program.replace(/%([H%])/g, (_all, letter: string) => (letter === 'H' ? `'${host}'` : '%'));
  return [shell ?? 'sh', '-c', line];
}
