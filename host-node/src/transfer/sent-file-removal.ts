// --remove-source-files: what has arrived is removed here, if it still is what was sent (docs/protocol/04-transfer.md §5, §15).
import { isRegular } from '@ocrsync/core/file-type';
import { type FileStat, FilesystemError, type Root } from '../fs/filesystem.ts';
import type { Options } from '../options/options.ts';
import type { Entry, SessionReport } from '../session/ports.ts';
import type { LocalArrivals } from './local-arrivals.ts';

export interface SentFileRemovalOptions {
  readonly report: SessionReport;
  /** Where an entry lives: the root of its source argument and the name below it. */
  sourcePath(entry: Entry): { readonly root: Root; readonly name: string };
  /** Symlinks were sent as what they lead to. */
  readonly followLinks: boolean;
  /** `sender removed` is told. */
  readonly tells: boolean;
  readonly arrivals?: LocalArrivals | undefined;
}

export class SentFileRemoval {
  readonly #options: SentFileRemovalOptions;

  constructor(options: SentFileRemovalOptions) {
    this.#options = options;
  }

  /** The entry has arrived. */
  remove(entry: Entry): void {
    const { report, followLinks, tells, sourcePath, arrivals } = this.#options;
    const { root, name } = sourcePath(entry);
    const shown = entry.list.name(entry.row);
    let step = 're-lstat';
    try {
      const stat = followLinks ? root.stat(name) : root.lstat(name);
      if (stat === undefined) return this.#gone(shown);
      const arrived = arrivals?.look(shown);
      if (stat.dev === arrived?.dev && stat.ino === arrived.ino) {
        report.message('error-xfer', `ERROR: Skipping sender remove of destination file: ${shown}`);
        return;
      }
      if (!isAsSent(entry, stat)) {
        report.message('error-xfer', `ERROR: Skipping sender remove for changed file: ${shown}`);
        return;
      }
      step = 'remove';
      root.unlink(name);
      if (tells) report.message('info', `sender removed ${shown}`);
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      if (error.code === 'ENOENT') return this.#gone(shown);
      const text = `sender failed to ${step} ${shown}: ${error.strerror} (${error.errno})`;
      report.message('error-xfer', `rsync: [sender] ${text}`);
    }
  }

  #gone(shown: string): void {
    this.#options.report.message('info', `sender file already removed: ${shown}`);
  }
}

/** undefined: the sources stay. */
export function sentFileRemoval(
  options: Options,
  report: SessionReport,
  sourcePath: SentFileRemovalOptions['sourcePath'],
  arrivals: LocalArrivals | undefined,
): SentFileRemoval | undefined {
  if (options.removeSourceFiles === 'no') return undefined;
  const { copyLinks, info } = options;
  return new SentFileRemoval({
    report,
    sourcePath,
    followLinks: copyLinks,
    tells: info.remove >= 1,
    arrivals,
  });
}

/** Nanoseconds count where the list has any. */
function isAsSent({ list, row }: Entry, stat: FileStat): boolean {
  if (isRegular(stat.mode) && stat.sizeBytes !== list.sizeBytes(row)) return false;
  const nsec = list.mtimeNsec(row);
  return stat.mtimeSec === list.mtimeSec(row) && (nsec === 0 || stat.mtimeNsec === nsec);
}
