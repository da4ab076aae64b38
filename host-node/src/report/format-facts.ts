// What formats of a run need besides the item (docs/protocol/07-output.md §6, §7): the options, the facts of the session as soon as they
// are known, the process and the time. Prints nothing.
import type { Options } from '../options/options.ts';
import type { NegotiatedEvent } from './events.ts';
import { digestHexLength, type FormatContext } from './out-format.ts';

/** What the program knows of itself. */
export interface FormatHost {
  readonly processId: number;
  nowSeconds(): number;
}

export class FormatFacts {
  readonly #options: Pick<Options, 'times' | 'group' | 'dryRun'>;
  readonly #host: FormatHost;
  #symlinkTimes = true;
  #digestHexLength = 32;

  constructor(options: Pick<Options, 'times' | 'group' | 'dryRun'>, host: FormatHost) {
    this.#options = options;
    this.#host = host;
  }

  learn({ symlinkTimes, checksum }: NegotiatedEvent): void {
    this.#symlinkTimes = symlinkTimes;
    this.#digestHexLength = digestHexLength(checksum);
  }

  /** For a line that is written now. */
  context(): FormatContext {
    const { times, group, dryRun } = this.#options;
    return {
      times,
      group,
      dryRun,
      symlinkTimes: this.#symlinkTimes,
      digestHexLength: this.#digestHexLength,
      processId: this.#host.processId,
      nowSeconds: this.#host.nowSeconds(),
    };
  }
}
