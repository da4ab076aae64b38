// rsync's own words on stdout and stderr, from the event stream (docs/protocol/07-output.md §1, §3). Client side only: what a
// server says goes through the protocol. The exit line is the caller's (exit-codes.ts), after the `finished` event.
import type { Options } from '../options/options.ts';
import { ITEM_TRANSFER } from '../session/item.ts';
import { escapeText } from './escape.ts';
import type { Charset } from './escape.ts';
import type {
  ChangeEvent,
  DeletedEvent,
  EventSink,
  FileListEvent,
  MessageEvent,
  ProgressEvent,
  RunEvent,
  SummaryEvent,
} from './events.ts';
import { FormatFacts, type FormatHost } from './format-facts.ts';
import { isNamed, isShown } from './itemize.ts';
import { listLine } from './list-only.ts';
import { changeLine, deletionLine } from './out-format.ts';
import { ProgressMeter } from './progress.ts';
import { statsLines, summaryLines } from './stats.ts';

/** As the C library calls them. */
const CHARSETS: Readonly<Record<Charset, string>> = { 'utf-8': 'UTF-8', ascii: 'ANSI_X3.4-1968' };

/** Names a pass of deletions looks at are counted at this distance; at its end blanks cover the count. */
const COUNT_STEP = 100;
const COUNT_LENGTH = 20;

/** The screen and what the program knows of itself. */
export interface TextHost extends FormatHost {
  /** Bytes as latin1, to be written and flushed in this order. */
  write(stream: 'stdout' | 'stderr', text: string): void;
  readonly charset: Charset;
}

/** Prints a run the way rsync does. */
export class TextRenderer implements EventSink {
  readonly #options: Options;
  readonly #host: TextHost;
  readonly #meter: ProgressMeter;
  /** Where everything goes that is no error: stderr under --stderr=all. */
  readonly #out: 'stdout' | 'stderr';
  readonly #facts: FormatFacts;
  readonly ignores: readonly ('change' | 'progress')[];
  /** The last count of the list's entries that was shown. */
  #countedTo = -1;
  /** Names that a pass of deletions has looked at. */
  #scanned = 0;
  /** A progress line stands on the terminal without its newline. */
  #openProgress = false;
  /** --stderr=all: its lines are written whole, as others write there as well. */
  #unended = '';
  /** Length of that line, for progress2: a shorter one is padded. */
  #progressLength = 0;

  constructor(options: Options, host: TextHost) {
    this.#options = options;
    this.#host = host;
    this.#facts = new FormatFacts(options, host);
    this.#out = options.stderrMode === 'all' ? 'stderr' : 'stdout';
    this.#meter = new ProgressMeter(options.humanReadable, options.info.progress > 1);
    const silent = options.info.progress === 0 || options.quiet || options.dryRun;
    this.ignores = [
      ...(options.itemFormat === null ? (['change'] as const) : []),
      ...(silent ? (['progress'] as const) : []),
    ];
  }

  event(event: RunEvent): void {
    switch (event.type) {
      case 'negotiated':
        this.#facts.learn(event);
        if (this.#options.debug.iconv >= 2)
          this.#info(`msg checking charset: ${CHARSETS[this.#host.charset]}`);
        break;
      case 'file-list':
        this.#fileList(event);
        break;
      case 'deletion-scan':
        this.#deletionScan(event.entries);
        break;
      case 'destination-created':
        if (event.isShown ?? (this.#options.info.name > 0 || this.#options.formatHasItemize))
          this.#info(`created directory ${event.path}`);
        break;
      case 'change':
        this.#change(event);
        break;
      case 'deleted':
        this.#deleted(event);
        break;
      case 'progress':
        this.#progress(event);
        break;
      case 'list-progress':
        if (this.#options.info.progress > 1 && !this.#options.quiet)
          this.#runProgress(this.#meter.listLine(event));
        break;
      case 'message':
        this.#message(event);
        break;
      case 'listed':
        this.#info(listLine(event.entry, this.#options.humanReadable, this.#options));
        break;
      case 'summary':
        this.#summary(event);
        break;
      case 'finished':
        this.#endProgress(this.#out);
        break;
    }
  }

  #change(event: ChangeEvent): void {
    const { itemFormat, itemFormatBeforeTransfer, showUnchanged, dryRun } = this.#options;
    if (itemFormat === null) return;
    const shown = this.#options.formatHasItemize
      ? isShown(event.iflags, showUnchanged, event.hardLinkTo)
      : isNamed(event.iflags, event.entry.kind === 'directory', event.hardLinkTo);
    if (!shown) return;
    const early = itemFormatBeforeTransfer || dryRun || (event.iflags & ITEM_TRANSFER) === 0;
    if (!early && event.stage === 'before') this.#nameOfProgress(event.entry.name);
    if (early !== (event.stage === 'before')) return;
    this.#info(changeLine(itemFormat, event, this.#facts.context()));
  }

  /** What the progress lines speak of, where the file's own line comes only behind them. */
  #nameOfProgress(name: string): void {
    const { info } = this.#options;
    if (info.progress === 1 && info.name > 0) this.#info(name);
  }

  #deleted(event: DeletedEvent): void {
    const { itemFormat, formatHasOperation, info } = this.#options;
    const name = event.isDirectory ? `${event.name}/` : event.name;
    if (itemFormat !== null && formatHasOperation)
      this.#info(deletionLine(itemFormat, name, this.#facts.context(), event.mode));
    else if (itemFormat !== null || info.del > 0) this.#info(`deleting ${name}`);
  }

  #fileList(event: FileListEvent): void {
    const { info, recursive, dirs, quiet } = this.#options;
    if (info.flist === 0 || quiet || (!recursive && !dirs)) return;
    const sending = event.direction === 'send';
    if (event.incremental) {
      if (event.state === 'start') this.#info(`${sending ? 'sending' : 'receiving'} incremental file list`);
      return;
    }
    if (event.state === 'start') {
      this.#endProgress(this.#out);
      const head = `${sending ? 'building' : 'receiving'} file list ... `;
      if (this.#out === 'stderr') this.#unended = head;
      else this.#write(this.#out, head);
      this.#openProgress = true;
      return;
    }
    const counting = info.flist > 1;
    // What is sent has a line of zero files, as soon as there is one.
    if (counting && sending && event.count > 0) this.#counted(0);
    if (event.state === 'progress') {
      if (counting && (sending || event.count > 0)) this.#counted(event.count);
      return;
    }
    this.#openProgress = false;
    const files = event.count === 1 ? 'file' : 'files';
    this.#write(this.#out, counting ? `${event.count} ${files} to consider\n` : 'done\n');
  }

  /** The counts of a pass of deletions go on from directory to directory only beside progress lines. */
  #deletionScan(entries: number | 'done'): void {
    if (this.#options.quiet) return;
    if (entries === 'done') {
      this.#endProgress(this.#out);
      this.#write(this.#out, `${' '.repeat(COUNT_LENGTH)}\r`);
      return;
    }
    const from = this.#options.info.progress > 0 ? this.#scanned : 0;
    this.#scanned = from + entries;
    for (let count = Math.ceil(from / COUNT_STEP) * COUNT_STEP; count < from + entries; count += COUNT_STEP) {
      this.#write(this.#out, ` ${count} files...\r`);
      this.#openProgress = true;
    }
  }

  /** A count of the list's entries, over the one before it. */
  #counted(count: number): void {
    if (count <= this.#countedTo) return;
    if (this.#countedTo < 0) this.#endProgress(this.#out);
    this.#countedTo = count;
    this.#write(this.#out, ` ${count} files...\r`);
    this.#openProgress = true;
  }

  #progress(event: ProgressEvent): void {
    if (this.ignores.includes('progress')) return;
    const line = this.#meter.line(event);
    if (line === '') return;
    if (this.#options.info.progress > 1) this.#runProgress(line);
    else {
      this.#write(this.#out, event.finished ? `${line}\n` : line);
      this.#openProgress = !event.finished;
    }
  }

  #runProgress(line: string): void {
    this.#write(this.#out, line.padEnd(this.#openProgress ? this.#progressLength : 0));
    this.#progressLength = line.length;
    this.#openProgress = true;
  }

  #message(event: MessageEvent): void {
    if (event.severity === 'info') this.#info(event.text);
    else this.#line('stderr', event.text);
  }

  #summary(event: SummaryEvent): void {
    const { info, humanReadable } = this.#options;
    if (info.stats > 1) for (const line of statsLines(event.statistics, humanReadable)) this.#info(line);
    if (info.stats > 0)
      for (const line of summaryLines(event.statistics, humanReadable, this.#options)) this.#info(line);
  }

  #info(text: string): void {
    if (!this.#options.quiet) this.#line(this.#out, text);
  }

  #line(stream: 'stdout' | 'stderr', text: string): void {
    this.#endProgress(stream);
    this.#write(stream, `${escapeText(text, this.#host.charset, this.#options.eightBitOutput)}\n`);
  }

  #write(stream: 'stdout' | 'stderr', text: string): void {
    const begun = stream === 'stderr' ? this.#unended : '';
    if (begun !== '') this.#unended = '';
    this.#host.write(stream, begun + text);
  }

  #endProgress(stream: 'stdout' | 'stderr'): void {
    if (!this.#openProgress) return;
    this.#openProgress = false;
    this.#write(stream, '\n');
  }
}
