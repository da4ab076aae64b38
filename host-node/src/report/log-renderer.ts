// The lines of a log file (--log-file, docs/protocol/07-output.md §11), from the same event stream as the screen's. Opens nothing:
// whoever holds the file gives a way to append to it.
import { formatHas } from '../options/item-format.ts';
import type { Options } from '../options/options.ts';
import { ITEM_TRANSFER } from '../session/item.ts';
import { escapeLogText } from './escape.ts';
import type {
  ChangeEvent,
  DeletedEvent,
  EventSink,
  FileListEvent,
  RunEvent,
  RunStatistics,
  SummaryEvent,
} from './events.ts';
import type { ProcessRole } from './exit-codes.ts';
import { FormatFacts, type FormatHost } from './format-facts.ts';
import { isNamed, isShown } from './itemize.ts';
import { listLine } from './list-only.ts';
import { changeLine, deletionLine } from './out-format.ts';
import { statsLines, summaryLines } from './stats.ts';
import { localTime } from './times.ts';

export interface LogHost extends FormatHost {
  /** Adds a line, latin1, newline included. */
  append(line: string): void;
}

/** What the short line of totals says. */
export type LogTotals = Pick<RunStatistics, 'sentBytes' | 'receivedBytes' | 'totalSizeBytes'>;

/** Of a run that came to no session. */
const NOTHING: LogTotals = { sentBytes: 0, receivedBytes: 0, totalSizeBytes: 0 };

type LogOptions = Pick<
  Options,
  | 'logFileFormat'
  | 'itemize'
  | 'formatHasItemize'
  | 'isServer'
  | 'showUnchanged'
  | 'dryRun'
  | 'info'
  | 'humanReadable'
  | 'times'
  | 'group'
  | 'links'
  | 'batch'
  | 'atimes'
  | 'recursive'
  | 'dirs'
>;

/** Writes a run into a log file. */
export class LogRenderer implements EventSink {
  readonly #options: LogOptions;
  readonly #host: LogHost;
  readonly #format: string;
  readonly #hasItemize: boolean;
  readonly #hasOperation: boolean;
  readonly #facts: FormatFacts;
  readonly ignores: readonly ('change' | 'progress')[];
  /** Of a run that is about to end, and has not told them yet. */
  #totals: LogTotals | undefined;

  constructor(options: LogOptions, host: LogHost) {
    this.#options = options;
    this.#host = host;
    this.#facts = new FormatFacts(options, host);
    this.#format = options.logFileFormat ?? '';
    this.#hasItemize = formatHas(this.#format, 'i');
    this.#hasOperation = formatHas(this.#format, 'io');
    this.ignores = this.#format === '' ? ['change', 'progress'] : ['progress'];
  }

  event(event: RunEvent): void {
    switch (event.type) {
      case 'negotiated':
        this.#facts.learn(event);
        break;
      case 'file-list':
        this.#fileList(event);
        break;
      case 'destination-created':
        if (event.isShown ?? (this.#options.info.name > 0 || this.#options.formatHasItemize))
          this.line(`created directory ${event.path}`);
        break;
      case 'change':
        this.#change(event);
        break;
      case 'deleted':
        this.#deleted(event);
        break;
      case 'message':
        if (event.unlogged !== true) this.line(event.text);
        break;
      case 'listed':
        this.line(listLine(event.entry, this.#options.humanReadable, this.#options));
        break;
      case 'summary':
        this.#summary(event);
        break;
      case 'progress':
      case 'decision':
      case 'deletion-scan':
      case 'list-progress':
        break;
      case 'finished':
        if (event.exitCode === 0 && this.#totals !== undefined) this.#shortLine(this.#totals);
        break;
    }
  }

  /** The last line of a run that failed. A sending end's totals stand before it, whatever was told of them (observed). */
  exit(line: string, role: ProcessRole, totals: LogTotals = NOTHING): void {
    if (role === 'sender') this.#shortLine(totals);
    this.line(line);
  }

  /** What a client shows of the end of a whole list stands in its log as well, even with -q (observed). */
  #fileList({ state, direction, incremental, count }: FileListEvent): void {
    if (state === 'start') this.line(`${direction === 'send' ? 'building' : 'receiving'} file list`);
    const { info, recursive, dirs, isServer } = this.#options;
    if (state !== 'done' || incremental || isServer || info.flist === 0 || (!recursive && !dirs)) return;
    this.line(info.flist === 1 ? 'done' : `${count} ${count === 1 ? 'file' : 'files'} to consider`);
  }

  /** One line with its time and process. */
  line(text: string): void {
    const { processId } = this.#host;
    this.#host.append(`${localTime(this.#host.nowSeconds())} [${processId}] ${escapeLogText(text)}\n`);
  }

  /** After the transfer. What a dry run would transfer is not logged, nor what is received for a batch alone. */
  #change(event: ChangeEvent): void {
    const { isServer, itemize, dryRun, batch } = this.#options;
    if (this.#format === '' || event.stage !== 'after') return;
    const isTransfer = (event.iflags & ITEM_TRANSFER) !== 0;
    if (isTransfer && (dryRun || (batch?.mode === 'only-write' && event.direction === 'receive'))) return;
    if (!this.#isLogged(event, isTransfer, isServer, itemize > 1 || this.#options.showUnchanged)) return;
    this.line(changeLine(this.#format, event, this.#facts.context()));
  }

  /** What only changes attributes of a file is told by a generator that itemizes, and by no other (observed). */
  #isLogged(event: ChangeEvent, isTransfer: boolean, isServer: boolean, unchanged: boolean): boolean {
    const isNamedHere = isNamed(event.iflags, event.entry.kind === 'directory', event.hardLinkTo);
    if (!this.#hasItemize) return isServer ? isTransfer : isNamedHere;
    if (!this.#options.formatHasItemize) return isNamedHere;
    return isShown(event.iflags, unchanged, event.hardLinkTo);
  }

  #deleted(event: DeletedEvent): void {
    if (this.#options.dryRun) return;
    const name = event.isDirectory ? `${event.name}/` : event.name;
    this.line(
      this.#hasOperation
        ? deletionLine(this.#format, name, this.#facts.context(), event.mode)
        : `deleting ${name}`,
    );
  }

  /** A server's log ends in the short line whatever it was told of statistics; a client's only if all went well. */
  #summary({ statistics }: SummaryEvent): void {
    const { info, humanReadable, isServer } = this.#options;
    if (isServer) {
      this.#shortLine(statistics);
      return;
    }
    if (info.stats === 0) {
      this.#totals = statistics;
      return;
    }
    const lines = info.stats > 1 ? statsLines(statistics, humanReadable) : [];
    for (const line of [...lines, ...summaryLines(statistics, humanReadable, this.#options)]) {
      if (line !== '') this.line(line);
    }
  }

  #shortLine({ sentBytes, receivedBytes, totalSizeBytes }: LogTotals): void {
    this.line(`sent ${sentBytes} bytes  received ${receivedBytes} bytes  total size ${totalSizeBytes}`);
  }
}
