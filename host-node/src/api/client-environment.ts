// What a client's run is given by its caller, and what it gives back.
import type { BatchRecording } from './record-batch.ts';
import type { RunConfinement } from './run-confinement.ts';
import type { NameSource } from '../flist/name-splitter.ts';
import type { InputsOnce } from '../flist/rule-files.ts';
import type { EventSink } from '../report/events.ts';
import type { ProcessRole } from '../report/exit-codes.ts';
import type { LogTotals } from '../report/log-renderer.ts';

export interface ClientEnvironment {
  readonly sink: EventSink;
  /** A line that is no event: message of the day, module list. latin1, without newline. `screen`: not for a log file. */
  line(text: string, audience?: 'screen'): void;
  readonly signal: AbortSignal;
  /** Takes the lines of the remote shell's stderr (latin1). Absent: they go to this process's own stderr. */
  readonly remoteStderr?: (line: string) => void;
  /** false: a password that is missing is an error; nobody is asked at the terminal. */
  readonly asksForPassword?: boolean;
  /** Of --files-from: given by the caller instead of the file that the options name, or opened by the client itself. */
  readonly names?: NameSource | undefined;
  /** Inputs that rules were read from before anybody was connected. */
  readonly inputs?: InputsOnce | undefined;
  /** The words that start the program (latin1), for the script beside a recorded batch. Absent: `ocrsync`. */
  readonly program?: readonly string[] | undefined;
  /** The batch that this run records; opened by the client itself. */
  readonly recording?: BatchRecording | undefined;
  /** Takes rights away from the process before the peer is heard. Absent: it keeps them. */
  readonly confinement?: RunConfinement | undefined;
}

/** How a run ended. */
export interface ClientResult {
  /** rsync's exit code. */
  readonly exitCode: number;
  /** Who stands in the exit line. */
  readonly role: ProcessRole;
  /** No exit line: the peer has announced its own end and printed its reason (01 §13.2). */
  readonly quiet: boolean;
  /** What had been transferred, for the log file. Absent: it came to no session. */
  readonly totals?: LogTotals | undefined;
}
