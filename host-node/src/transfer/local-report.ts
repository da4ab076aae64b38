// The receiving end's report of a local copy: its messages are the client's own, its items are not printed twice
// (the sending end prints them), its deletions are printed where they happen (docs/protocol/04-transfer.md §18).
import type { Options } from '../options/options.ts';
import type { EventSink } from '../report/events.ts';
import { type DebugVoice, debugVoice } from '../session/debug.ts';
import type { SessionReport } from '../session/ports.ts';
import type { Entry } from '../session/ports.ts';
import type { Negotiated } from '../session/negotiated.ts';
import { decisionsTo } from './client-report.ts';
import { entryInfo } from './entry-info.ts';
import { messageTravels } from './server-report.ts';

type LocalReceiverOptions = Pick<Options, 'debug' | 'stderrMode'> & {
  /** Whether there is a line about a destination that was made. */
  readonly tellsCreated: boolean;
};

export class LocalReceiverReport implements SessionReport {
  readonly #sink: EventSink;
  readonly #shown: (text: string) => string;
  readonly #options: LocalReceiverOptions;
  /** 0 before anything is agreed. */
  #protocol = 0;
  transferErrors = false;
  /** The generator hears of the receiver's mistakes at the end only, and says so (07 §1). */
  endsByReceiver = false;
  readonly debug: DebugVoice | undefined;
  readonly decided: SessionReport['decided'];

  /** `shown`: names of that end as the client's own end would show them (--iconv). */
  constructor(
    sink: EventSink,
    options: LocalReceiverOptions,
    shown: (text: string) => string = (text) => text,
  ) {
    this.#sink = sink;
    this.#options = options;
    this.#shown = shown;
    this.decided = decisionsTo(sink);
    this.debug = debugVoice(options.debug, (text) => this.#debugged(text));
  }

  message(severity: 'info' | 'warning' | 'error' | 'error-xfer', text: string): void {
    if (severity === 'error-xfer') this.transferErrors = true;
    // This end is a server, whose warnings were plain texts before protocol 29.
    const isOld = this.#protocol > 0 && this.#protocol < 29;
    const told = severity === 'warning' && isOld ? 'info' : severity;
    const travels = messageTravels(severity, this.#protocol, this.#options.stderrMode);
    // Before protocol 30 every error that a server sends is one of the transfer (01 §8.6).
    if (severity === 'error' && travels && this.#protocol > 0 && this.#protocol < 30)
      this.transferErrors = true;
    this.#sink.event({
      type: 'message',
      severity: told === 'error-xfer' ? 'transfer-error' : told,
      text: this.#shown(text),
      fromPeer: false,
      ...(travels ? {} : { unlogged: true }),
    });
  }

  /** Before anything is agreed a server's texts have no way but its stderr. */
  #debugged(text: string): void {
    if (this.#protocol > 0) this.message('info', text);
    else this.#sink.event({ type: 'message', severity: 'error', text, fromPeer: false, unlogged: true });
  }

  /** Since protocol 29 a deletion is a message from the server to its client, which knows no mode then. */
  deleted(name: string, isDirectory: boolean, mode: number): void {
    const known = this.#protocol > 0 && this.#protocol < 29 ? { mode } : {};
    this.#sink.event({ type: 'deleted', name: this.#shown(name), isDirectory, ...known });
  }

  receiverFailed(): void {
    this.endsByReceiver = this.#options.stderrMode === 'all';
  }

  destinationCreated(path: string): void {
    const { tellsCreated: isShown } = this.#options;
    this.#sink.event({ type: 'destination-created', path: this.#shown(path), isShown });
  }

  listed(entry: Entry): void {
    this.#sink.event({ type: 'listed', entry: entryInfo(entry, { owner: false, group: false }) });
  }

  negotiated({ protocol }: Negotiated): void {
    // The sending end tells it; here it decides how warnings are told.
    this.#protocol = protocol;
  }

  listDone(): void {
    // The sending end tells it.
  }

  item(): void {
    // The sending end prints the items.
  }

  progress(): void {
    // The sending end tells it.
  }

  transferred(): void {
    // The sending end tells it.
  }

  peerMessage(): void {
    // Nothing of the peer's is foreign here: both ends tell their messages themselves.
  }

  peerDeleted(): void {
    // Deletions are told where they happen.
  }
}
