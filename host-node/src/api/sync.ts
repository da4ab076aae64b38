// The library call: one sync in this process, with typed options, events, result and error (docs/embedding.md).
// Prints nothing, asks nothing, and keeps nothing between runs: any number of them may go on at the same time.
import type { RunEvent } from '../report/events.ts';
import type { NameSource } from '../flist/name-splitter.ts';
import { byteString } from '../options/byte-strings.ts';
import { VERSION } from '../options/version.ts';
import { EXIT_OK, EXIT_VANISHED, exitLine, exitText } from '../report/exit-codes.ts';
import { JsonEvents } from '../report/json.ts';
import { tee } from '../report/tee.ts';
import { runClient } from './client.ts';
import { openLogFile } from './log-file.ts';
import { SyncError } from './sync-error.ts';
import type { SyncChange, SyncDeletion, SyncEvent, SyncStatistics } from './sync-events.ts';
import { type SyncOptions, syncRunOptions } from './sync-options.ts';

export { SyncError } from './sync-error.ts';
export type { SyncErrorCode, SyncErrorFacts } from './sync-error.ts';
export type * from './sync-events.ts';
export type { SyncOptions } from './sync-options.ts';

export interface SyncResult {
  /** 0, or 24: some source files vanished before they could be transferred. */
  readonly exitCode: 0 | 24;
  readonly statistics: SyncStatistics;
  /** Warnings, and what the other end or the remote shell said. */
  readonly messages: readonly string[];
  /** With `changes: true`, and in a dry run: what was done, or would be, in order. */
  readonly changes?: readonly (SyncChange | SyncDeletion)[];
}

/** Messages that are kept for the result; all of them go to onEvent. */
const KEPT_MESSAGES = 1000;

/**
 * Syncs as `rsync -a SOURCES DESTINATION` does: local paths, `host:path`, `host::module/path`, `rsync://host/module/path`.
 * A slash at the end of a source means its contents, as everywhere in rsync.
 * @throws SyncError (as a rejection) for every exit code but 0 and 24
 */
export async function sync(
  sources: string | readonly string[],
  destination: string,
  options: SyncOptions = {},
): Promise<SyncResult> {
  const list = typeof sources === 'string' ? [sources] : sources;
  const runOptions = syncRunOptions(list, destination, options);
  const { signal } = options;
  if (signal?.aborted) throw aborted(signal, {});
  const stop = new AbortController();
  const record = new RunRecord(
    new JsonEvents(runOptions),
    { onEvent: options.onEvent, changes: options.changes ?? runOptions.dryRun },
    () => stop.abort(),
  );
  const onAbort = (): void => stop.abort();
  signal?.addEventListener('abort', onAbort, { once: true });
  const log = openLogFile(runOptions, 'client');
  for (const { severity, text } of log.warnings) record.message(severity, text, false);
  try {
    const { exitCode, role, totals } = await runClient(runOptions, {
      sink: log.log === undefined ? record : tee([record, log.log]),
      line: (text) => record.message('info', text),
      remoteStderr: (text) => record.message('warning', text),
      asksForPassword: false,
      names: namesOf(options.filesFrom),
      signal: stop.signal,
    });
    if (exitCode !== EXIT_OK) log.log?.exit(exitLine(exitCode, role, VERSION), role, totals);
    if (record.listenerFault !== undefined) throw record.listenerFault.reason;
    if (signal?.aborted) throw aborted(signal, record.facts());
    return record.result(exitCode);
  } finally {
    log.close();
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Names that the caller gives himself. */
function namesOf(names: SyncOptions['filesFrom']): NameSource | undefined {
  if (names === undefined || typeof names === 'string') return undefined;
  const left = names.filter((name) => name !== '').map(byteString);
  let at = 0;
  return { next: () => left[at++] };
}

function aborted(signal: AbortSignal, facts: Partial<SyncError>): SyncError {
  return new SyncError('the run was stopped', { ...facts, exitCode: 20, cause: signal.reason });
}

/** What is kept of a run's events. */
class RunRecord {
  readonly #events: JsonEvents;
  readonly #onEvent: ((event: SyncEvent) => void) | undefined;
  readonly #stop: () => void;
  readonly #changes: (SyncChange | SyncDeletion)[] | undefined;
  readonly #messages: string[] = [];
  #firstError: string | undefined;
  #statistics: SyncStatistics | undefined;
  /** What onEvent threw. */
  listenerFault: { readonly reason: unknown } | undefined;

  constructor(events: JsonEvents, options: Pick<SyncOptions, 'onEvent' | 'changes'>, stop: () => void) {
    this.#events = events;
    this.#onEvent = options.onEvent;
    this.#stop = stop;
    this.#changes = options.changes === true ? [] : undefined;
  }

  message(severity: 'info' | 'warning', text: string, fromPeer = true): void {
    this.event({ type: 'message', severity, text, fromPeer });
  }

  event(event: RunEvent): void {
    const object = this.#events.object(event) as SyncEvent | null;
    if (object === null) return;
    if (event.type === 'summary') this.#statistics = event.statistics;
    this.#keep(object);
    if (this.#onEvent === undefined || this.listenerFault !== undefined) return;
    try {
      this.#onEvent(object);
    } catch (reason) {
      this.listenerFault = { reason };
      this.#stop();
    }
  }

  #keep(event: SyncEvent): void {
    if (event.type === 'change' || event.type === 'deleted') this.#changes?.push(event);
    const isError = event.type === 'file-error' || (event.type === 'message' && event.severity === 'error');
    const isWarning = event.type === 'message' && event.severity === 'warning';
    if (!isError && !isWarning) return;
    if (isError) this.#firstError ??= event.text;
    if (this.#messages.length < KEPT_MESSAGES) this.#messages.push(event.text);
  }

  facts(): Pick<SyncError, 'messages' | 'statistics' | 'changes'> {
    return { messages: this.#messages, statistics: this.#statistics, changes: this.#changes };
  }

  result(exitCode: number): SyncResult {
    if ((exitCode !== EXIT_OK && exitCode !== EXIT_VANISHED) || this.#statistics === undefined) {
      throw this.#failure(exitCode);
    }
    return {
      exitCode,
      statistics: this.#statistics,
      messages: this.#messages,
      ...(this.#changes === undefined ? {} : { changes: this.#changes }),
    };
  }

  #failure(exitCode: number): SyncError {
    if (exitCode === EXIT_OK) {
      return new SyncError('sync: a list of modules is no sync; name a module', { exitCode: 1 });
    }
    const text = this.#firstError ?? this.#messages.at(-1);
    const message = `${text === undefined ? '' : `${text}: `}${exitText(exitCode)} (code ${exitCode})`;
    return new SyncError(message, { ...this.facts(), exitCode });
  }
}
