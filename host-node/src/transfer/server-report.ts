// The server's report: texts go to the client in frames, errors to the server's own stderr unless they travel in band
// (docs/protocol/01-session.md §8.6). Items are the client's to print.
import type { DebugLevels } from '../options/debug-flags.ts';
import type { Options } from '../options/options.ts';
import type { Channel } from '../session/channel.ts';
import { type DebugVoice, debugVoice } from '../session/debug.ts';
import { type NameCharset, wireText } from '../session/charset.ts';
import * as messages from '../session/messages.ts';
import type { Negotiated } from '../session/negotiated.ts';
import type { Entry, SessionReport } from '../session/ports.ts';

type Severity = Parameters<SessionReport['message']>[0];

/** Longest text in one frame; upstream's readers stop at 5119, 2.6.0's at 1023 (01 §8.1). */
const TEXT_BYTES = 1000;

export interface ServerReportOptions {
  /** Errors and warnings travel in frames too (daemon, --stderr=client). */
  readonly messagesInBand: boolean;
  /** `all`: nothing travels. A mode that was asked for holds for old protocols too. Default: `errors`. */
  readonly stderrMode?: Options['stderrMode'];
  /** What is said of a deletion where there is no message for it (04 §13.6). */
  oldDeletionLine?(name: string): string | undefined;
  /** A receiver's line of --list-only. */
  listLine?(entry: Entry): string;
  /** -q: no info messages at all. */
  readonly quiet: boolean;
  /** --iconv: what travels does so in UTF-8. */
  readonly charset?: NameCharset | undefined;
  /** Absent: nothing of --debug. */
  readonly debug?: DebugLevels;
  /** Writes to the server's stderr; latin1 bytes, newline included. */
  stderr(text: string): void;
}

export class ServerReport implements SessionReport {
  readonly #options: ServerReportOptions;
  #protocol = 0;
  /** Set once the session exists. */
  channel: Channel | undefined;
  /** An error of a transfer was reported: the server's exit code is at least 23. */
  transferErrors = false;
  /** The generator hears of the receiver's mistakes at the end only, and says so (07 §1). */
  endsByReceiver = false;
  readonly debug: DebugVoice | undefined;

  constructor(options: ServerReportOptions) {
    this.#options = options;
    this.debug = options.debug && debugVoice(options.debug, (text) => this.#debugged(text));
  }

  negotiated(negotiated: Negotiated): void {
    this.#protocol = negotiated.protocol;
  }

  message(severity: Severity, text: string): void {
    if (severity === 'error-xfer') this.transferErrors = true;
    if (severity === 'info' && this.#options.quiet) return;
    if (this.#travels(severity)) this.#frame(this.#codeOf(severity), `${text}\n`);
    else this.#options.stderr(`${text}\n`);
  }

  /** What is agreed is said before the stream has frames. */
  #debugged(text: string): void {
    if (this.#protocol > 0) this.message('info', text);
    else this.#options.stderr(`${text}\n`);
  }

  deleted(name: string, isDirectory: boolean): void {
    if (this.#protocol >= 29) {
      this.#frame(messages.MSG_DELETED, isDirectory ? `${name}\0` : name);
      return;
    }
    const line = this.#options.oldDeletionLine?.(isDirectory ? `${name}/` : name);
    if (line !== undefined) this.message('info', line);
  }

  receiverFailed(): void {
    this.endsByReceiver = this.#options.stderrMode === 'all';
  }

  destinationCreated(path: string): void {
    this.message('info', `created directory ${path}`);
  }

  listDone(): void {
    // The client prints its own lines about the list.
  }

  listed(entry: Entry): void {
    const line = this.#options.listLine?.(entry);
    if (line !== undefined) this.message('info', line);
  }

  item(): void {
    // Items are printed by the client.
  }

  progress(): void {
    // Progress is printed by the client.
  }

  transferred(): void {
    // Counted in the session's statistics.
  }

  peerMessage(): void {
    // A client never sends texts.
  }

  peerDeleted(): void {
    // Only servers announce deletions.
  }

  #travels(severity: Severity): boolean {
    const { messagesInBand, stderrMode } = this.#options;
    return messageTravels(
      severity,
      this.#protocol,
      messagesInBand && stderrMode !== 'all' ? 'client' : stderrMode,
    );
  }

  #codeOf(severity: Severity): number {
    if (severity === 'info') return messages.MSG_INFO;
    if (severity === 'error-xfer') return messages.MSG_ERROR_XFER;
    if (this.#protocol < 30) return severity === 'error' ? messages.MSG_ERROR_XFER : messages.MSG_INFO;
    return severity === 'error' ? messages.MSG_ERROR : messages.MSG_WARNING;
  }

  #frame(code: number, ownText: string): void {
    if (!this.channel?.outputMux) {
      this.#options.stderr(ownText);
      return;
    }
    const text = wireText(this.#options.charset, ownText);
    const limit = code === messages.MSG_DELETED ? 5119 : TEXT_BYTES;
    for (let from = 0; from < text.length; from += limit) {
      this.channel.writer.message(code, Buffer.from(text.slice(from, from + limit), 'latin1'));
    }
  }
}

/** Whether a server's message goes to its client, not to its own stderr (01 §8.6). `protocol`: 0 = not agreed yet. */
export function messageTravels(
  severity: Severity,
  protocol: number,
  stderrMode: Options['stderrMode'] = 'default',
): boolean {
  if (stderrMode === 'all') return false;
  if (severity === 'info' || stderrMode === 'client') return true;
  return stderrMode === 'default' && protocol > 0 && protocol <= 28;
}
