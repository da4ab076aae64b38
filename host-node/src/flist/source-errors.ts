// What of the source trees cannot be read: its words, and the bits of io_error that travel behind a list
// (docs/protocol/03-file-list.md §3.6, §4.5). Looks at no file.
import { FilesystemError, type Root } from '../fs/filesystem.ts';
import { IO_ERROR_GENERAL, IO_ERROR_VANISHED } from '../session/io-errors.ts';
import type { SessionReport } from '../session/ports.ts';
import { quoted } from './source-names.ts';

export class SourceErrors {
  readonly #report: Pick<SessionReport, 'message'>;
  /** Bits since they were taken last. */
  #ioError = 0;

  constructor(report: Pick<SessionReport, 'message'>) {
    this.#report = report;
  }

  /** io_error's bits since the last call. */
  take(): number {
    const ioError = this.#ioError;
    this.#ioError = 0;
    return ioError;
  }

  /** A source file is left out: the receiver must not delete on the strength of this list. */
  fail(text: string): void {
    this.mark();
    this.tell(text);
  }

  /** As `fail`, without words. */
  mark(): void {
    this.#ioError |= IO_ERROR_GENERAL;
  }

  /** As `fail`, where the receiver may delete. */
  tell(text: string): void {
    this.#report.message('error-xfer', text);
  }

  /** A file was there before. */
  vanished(root: Root, at: string): void {
    this.#ioError |= IO_ERROR_VANISHED;
    this.#report.message('warning', `file has vanished: ${quoted(root, at)}`);
  }

  /** A directory whose contents cannot be read (on). Errors that are not the file system's are thrown again. */
  unreadable(root: Root, at: string, error: unknown): void {
    if (!(error instanceof FilesystemError)) throw error;
    const full = quoted(root, at);
    if (error.code === 'ENOENT') {
      this.#ioError |= IO_ERROR_VANISHED;
      this.#report.message('warning', `directory has vanished: ${full}`);
    } else this.fail(`rsync: [sender] opendir ${full} failed: ${errorWords(error)}`);
  }
}

/** A system error as messages end with it (07 §2.4). */
export function errorWords({ strerror, errno }: FilesystemError): string {
  return `${strerror} (${errno})`;
}
