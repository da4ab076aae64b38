// The source trees as the list sees them: their roots, what is looked at and read there, and what of that cannot be read
// (docs/protocol/03-file-list.md §3.5, §3.6, §4.1, §4.5).
import { SourceErrors } from './source-errors.ts';
import { type SourceRootOptions, SourceRoots } from './source-roots.ts';
import { SourceScans } from './source-scans.ts';
import { type SourceStatOptions, SourceStats } from './source-stats.ts';

export class SourceTrees {
  readonly errors: SourceErrors;
  readonly roots: SourceRoots;
  readonly stats: SourceStats;
  readonly scans: SourceScans;

  constructor(options: SourceRootOptions & SourceStatOptions) {
    this.errors = new SourceErrors(options.report);
    this.roots = new SourceRoots(options, this.errors);
    this.stats = new SourceStats(options, this.errors);
    this.scans = new SourceScans(this.errors);
  }
}
