// Puts a file that belongs to the list into it: link target, attributes, names that the other end can read. What cannot be sent is
// left out and told (docs/protocol/03-file-list.md §3.6, §4.1, §15). Does not choose what is listed.
import type { FileList } from '@ocrsync/core/file-list';
import { isSymlink } from '@ocrsync/core/file-type';
import type { FileStat } from '../fs/filesystem.ts';
import { parseChmod } from '../options/chmod.ts';
import type { Entry } from '../session/ports.ts';
import type { ListSourceOptions, SourcePath } from './list-source-options.ts';
import { unmungedTarget } from '../session/munged-target.ts';
import { BlockError, TreeSourceBlocks } from './source-blocks.ts';
import { SourceEntries } from './source-entry.ts';
import { looksBehindLinks } from './source-links.ts';
import { belowRoot, quoted } from './source-names.ts';
import type { SourceRoot } from './source-roots.ts';
import type { SourceTrees } from './source-trees.ts';

/** Whether a name was given, or read from its directory. */
export type EntryOrigin = 'named' | 'scanned';

export class ListedEntries {
  readonly #options: ListSourceOptions;
  readonly #tree: SourceTrees;
  readonly #entries: SourceEntries;
  /** With -A or -X. */
  readonly blocks: TreeSourceBlocks | undefined;

  constructor(options: ListSourceOptions, tree: SourceTrees, sourcePath: (entry: Entry) => SourcePath) {
    this.#options = options;
    this.#tree = tree;
    this.blocks = sourceBlocks(options, sourcePath);
    const { core, filesystem, negotiated, settings } = options;
    this.#entries = new SourceEntries({
      blocks: this.blocks,
      core,
      filesystem,
      protocol: negotiated.protocol,
      incremental: negotiated.incremental,
      owner: settings.owner,
      group: settings.group,
      numericIds: settings.numericIds,
      links: settings.links,
      hardLinks: settings.hardLinks > 0,
      atimes: settings.atimes > 0,
      keepAtime: settings.openNoatime,
      chmod: settings.chmod === null ? undefined : parseChmod(settings.chmod),
      checksum: settings.checksum ? { kind: negotiated.listChecksum, seed: negotiated.seed } : undefined,
    });
  }

  /** A regular file needs no look of ours: its entry is its name and the numbers of its stat. */
  get mayBePlain(): boolean {
    const { charset, settings } = this.#options;
    return this.blocks === undefined && settings.chmod === null && charset === undefined;
  }

  idNames(kind: 'user' | 'group'): { id: number; name: string }[] {
    return this.#entries.idNames(kind);
  }

  /** The row of the new entry; undefined (and reported) for what cannot be sent. `origin`: how its name was found. */
  add(
    list: FileList,
    source: SourceRoot,
    name: string,
    stat: FileStat,
    flags: number,
    origin: EntryOrigin,
  ): number | undefined {
    const at = belowRoot(name);
    const target = isSymlink(stat.mode) ? this.#targetOf(source, at) : undefined;
    if (isSymlink(stat.mode) && target === undefined) return undefined;
    if (!this.#isReadableThere(source, name, target)) return undefined;
    const from = { root: source.root, number: source.number, at };
    try {
      return this.#entries.add(list, from, name, stat, flags, target);
    } catch (error) {
      if (!(error instanceof BlockError)) throw error;
      // rsync has what it finds in the directory `.` under such a name.
      const found = origin === 'scanned' && !name.includes('/') ? `./${at}` : at;
      this.#tree.errors.fail(error.text(quoted(source.root, found)));
      return undefined;
    }
  }

  #targetOf({ root }: SourceRoot, at: string): string | undefined {
    const target = this.#tree.stats.readLink(root, at);
    return target !== undefined && this.#options.settings.mungeLinks === true
      ? unmungedTarget(target)
      : target;
  }

  /** --iconv: the other end gets names (and targets) that its charset has. */
  #isReadableThere({ root }: SourceRoot, name: string, target: string | undefined): boolean {
    const { charset, convertsTargets } = this.#options;
    if (charset === undefined) return true;
    const named = charset.toWire(name);
    if ('failure' in named) {
      this.#tree.errors.fail(`[sender] cannot convert filename: ${name} (${named.failure})`);
      return false;
    }
    if (target === undefined || convertsTargets !== true) return true;
    const aimed = charset.toWire(target);
    if (!('failure' in aimed)) return true;
    const full = quoted(root, belowRoot(name));
    this.#tree.errors.fail(`[sender] cannot convert symlink data for: ${full} (${aimed.failure})`);
    return false;
  }
}

function sourceBlocks(
  options: ListSourceOptions,
  sourcePath: (entry: Entry) => SourcePath,
): TreeSourceBlocks | undefined {
  const { core, filesystem, report, settings, xattrs } = options;
  const { acls, devices, specials } = settings;
  if (!acls && xattrs === undefined) return undefined;
  return new TreeSourceBlocks({
    core,
    acls,
    followFrom: looksBehindLinks(settings) ? filesystem : undefined,
    devices,
    specials,
    xattrs,
    report,
    sourcePath,
    fullName: (entry) => {
      const { root, name } = sourcePath(entry);
      return quoted(root, name);
    },
  });
}
