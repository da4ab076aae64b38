// A server's report that is written into its own log file as well (-M--log-file, docs/protocol/07-output.md §11).
import type { DebugLevels } from '../options/debug-flags.ts';
import { type DebugVoice, debugVoice } from '../session/debug.ts';
import type { Item } from '../session/item.ts';
import type { Negotiated } from '../session/negotiated.ts';
import type { Entry, SessionReport, WireShare } from '../session/ports.ts';
import type { DestinationReport } from './destination-state.ts';

type Severity = Parameters<SessionReport['message']>[0];

/** Tells everything to both: to the client first, as it would be without a log. */
export class LoggedReport implements SessionReport {
  readonly #told: DestinationReport;
  readonly #logged: SessionReport;
  readonly debug: DebugVoice | undefined;

  constructor(told: DestinationReport, logged: SessionReport, debug: DebugLevels) {
    this.#told = told;
    this.#logged = logged;
    this.debug = debugVoice(debug, (text) => this.message('info', text));
  }

  negotiated(negotiated: Negotiated): void {
    this.#told.negotiated(negotiated);
    this.#logged.negotiated(negotiated);
  }

  listDone(totalEntries: number): void {
    this.#told.listDone(totalEntries);
    this.#logged.listDone(totalEntries);
  }

  listed(entry: Entry): void {
    this.#told.listed(entry);
  }

  item(entry: Entry, item: Item): void {
    this.#told.item(entry, item);
    this.#logged.item(entry, item);
  }

  peerMessage(code: number, text: string): void {
    this.#told.peerMessage(code, text);
  }

  peerDeleted(name: string, isDirectory: boolean): void {
    this.#told.peerDeleted(name, isDirectory);
  }

  deleted(name: string, isDirectory: boolean, mode: number): void {
    this.#told.deleted(name, isDirectory, mode);
    this.#logged.deleted(name, isDirectory, mode);
  }

  destinationCreated(path: string): void {
    this.#told.destinationCreated(path);
    this.#logged.destinationCreated(path);
  }

  receiverFailed(): void {
    this.#told.receiverFailed?.();
  }

  progress(entry: Entry, doneBytes: number): void {
    this.#told.progress(entry, doneBytes);
  }

  transferred(entry: Entry, literalBytes: number, matchedBytes: number, wire?: WireShare): void {
    this.#told.transferred(entry, literalBytes, matchedBytes, wire);
    this.#logged.transferred(entry, literalBytes, matchedBytes, wire);
  }

  message(severity: Severity, text: string, audience?: 'client'): void {
    this.#told.message(severity, text);
    if (audience !== 'client') this.#logged.message(severity, text);
  }
}
