// The generator's way with directories: early creation, the full visit, and the touch-up after everything in them is done
// (docs/protocol/04-transfer.md §3.4, §10.4).
import { ndxAt } from '@ocrsync/core/file-list-numbers';
import { type FileList, FLIST_IMPLIED_DIR } from '@ocrsync/core/file-list';
import { type FileStat, FilesystemError } from '../fs/filesystem.ts';
import { ITEM_LOCAL_CHANGE } from '../session/item.ts';
import type { Entry } from '../session/ports.ts';
import { type Task, WAIT_TURN } from '../session/wait.ts';
import { type AlternateMatch, findNode } from './alternate-match.ts';
import { reportCompared, reportSame } from './alternate-report.ts';
import { createdDirectoryMode, tellTimes } from './attributes.ts';
import type { DestinationState } from './destination-state.ts';
import { isDirectory, PERMISSION_MASK } from '@ocrsync/core/file-type';
import { hasSameMtime, keepsMtime } from './kept-attributes.ts';
import { directoryName } from './kept-dirlinks.ts';
import { type Hand, makeRoom } from './replace.ts';
import { lookAt, type Place } from './place.ts';
import { keepAttributes, report, tellKept, type Visited, wouldChange } from './visit.ts';

const OWNER_ALL = 0o700;
const OWNER_WRITE = 0o200;
/** Other tasks get a turn after so many directories. */
const DIRECTORIES_PER_TURN = 64;

export class DirectoryVisitor {
  readonly #state: DestinationState;
  readonly #hand: Hand;
  /** Directories that are not there or not ours: what is below them is passed over (dry run: taken as missing). */
  readonly failed = new Set<string>();
  readonly dryMissing = new Set<string>();
  /** Made before their turn; they count as new when they are reported. */
  readonly #createdEarly = new Set<string>();
  /** Made writable for the run; the mode they are to have in the end. */
  readonly #widened = new Map<string, number>();
  /** Not ours to change, which was told: the last word is tried all the same, and not told again. */
  readonly #toldOf = new Set<string>();

  constructor(state: DestinationState, hand: Hand) {
    this.#state = state;
    this.#hand = hand;
  }

  /** The root was made by this run: its own entry is reported as new (before protocol 29 only where the list begins with it). */
  rootCreated(): void {
    this.#createdEarly.add('.');
  }

  /** In its parent's list: with times preserved it is made now, so that its own list finds it (§3.4). */
  *early(visited: Visited): Task {
    const state = this.#state;
    const { name, entry, existing } = visited;
    if (this.#isUnwantedParent(entry)) return;
    if (!keepsMtime(state.options, visited.mode) || state.dryRun || visited.lookError !== undefined) return;
    if (existing !== undefined && isDirectory(existing.mode)) return;
    if (existing !== undefined && !(yield* makeRoom(state, this.#hand, name, existing, 'directory'))) {
      return;
    }
    try {
      state.tree.mkdir(name, entry.list.mode(entry.row) & OWNER_ALL);
      this.#createdEarly.add(name);
    } catch (error) {
      // The full visit tells it.
      if (!(error instanceof FilesystemError)) throw error;
    }
  }

  *full(looked: Visited): Task {
    const state = this.#state;
    const { name, entry } = looked;
    if (this.#isUnwantedParent(entry)) return;
    const early = this.#createdEarly.delete(name);
    const visited = early ? { ...looked, mode: this.#modeOfNew(entry, name) } : looked;
    let { existing } = visited;
    const inTheWay = existing !== undefined && !isDirectory(existing.mode);
    if (inTheWay) {
      if (!(yield* makeRoom(state, this.#hand, name, existing!, 'directory'))) {
        this.#skipContents(name);
        return;
      }
      existing = undefined;
    }
    if (state.dryRun && existing === undefined) this.dryMissing.add(name);
    const compared = early ? undefined : existing;
    const match = compared === undefined ? findNode(state, visited, isLikeDirectory) : undefined;
    if (match === undefined) {
      yield* report(state, visited, compared, compared === undefined ? ITEM_LOCAL_CHANGE : 0);
    } else yield* this.#tellBeside(visited, match);
    if (state.dryRun) {
      if (match?.level !== 'all') this.#announceChange(visited, compared);
      return;
    }
    const created = existing === undefined;
    if (created && !this.#make(visited)) return;
    // Where that fails, whoever needs it looks, and tells, again.
    const stat = created ? lookAt({ root: state.tree, name }) : existing;
    const mode =
      (created || early) && !state.options.perms && stat !== undefined
        ? createdDirectoryMode(visited.mode, stat)
        : visited.mode;
    if (match !== undefined) state.xattrs?.copy(match.place.root, match.place.name, name);
    const outcome = keepAttributes(state, { ...visited, mode }, stat, 'window', false);
    if (outcome === 'failed') this.#toldOf.add(name);
    if (match?.level !== 'all' && outcome === 'changed') state.announce(shownName(name));
    this.#widen(name, mode);
  }

  /** In a dry run: a new one, or one that would be changed. */
  #announceChange(visited: Visited, existing: FileStat | undefined): void {
    const isChange = existing === undefined || wouldChange(this.#state, visited, existing, 'window');
    if (isChange) this.#state.announce(shownName(visited.name));
  }

  /** It is made here all the same: the record tells what differs from the one in the alternate directory. */
  *#tellBeside(visited: Visited, match: AlternateMatch): Task {
    const state = this.#state;
    if (match.level !== 'all') {
      yield* reportCompared(state, visited, match, ITEM_LOCAL_CHANGE);
      return;
    }
    yield* reportSame(state, visited, ITEM_LOCAL_CHANGE, false);
    tellKept(state, shownName(visited.name), false);
  }

  /** The last word on a directory's mode and time, after everything below it is done. */
  *touchUp(list: FileList, directory: Entry | undefined): Task {
    const { context, dryRun, localName } = this.#state;
    if (dryRun || localName !== undefined) return;
    if (context.lists.incremental) {
      if (directory !== undefined) this.#touchUpOne(directory);
      return;
    }
    for (let position = list.count - 1; position >= 0; position--) {
      const row = list.rowAt(position);
      if (!list.isActive(row) || !list.isDirectory(row)) continue;
      this.#touchUpOne({ list, row, ndx: ndxAt(list, position) });
      if (position % DIRECTORIES_PER_TURN === 0) yield WAIT_TURN;
    }
  }

  #touchUpOne(entry: Entry): void {
    const state = this.#state;
    const name = entry.list.name(entry.row);
    if (this.#isUnwantedParent(entry) || this.failed.has(name)) return;
    const mode = this.#widened.get(name);
    this.#widened.delete(name);
    const isTold = this.#toldOf.delete(name);
    if (mode !== undefined && (mode & OWNER_WRITE) === 0) this.#restore(name, mode);
    const { list, row } = entry;
    if (!keepsMtime(state.options, list.mode(row))) return;
    try {
      const stat = state.lstat(name);
      if (stat === undefined || !isDirectory(stat.mode)) return;
      state.report.debug?.('time', 2, () => `touch_up_dirs: ${name} (${entry.ndx})`);
      if (hasSameMtime(state, entry, stat)) return;
      tellTimes(state, name, list.mtimeSec(row), stat.atimeSec);
      state.tree.setTimes(name, { mtimeSec: list.mtimeSec(row), mtimeNsec: list.mtimeNsec(row) });
    } catch (error) {
      if (!(error instanceof FilesystemError)) throw error;
      // Who does not own it has been told at the visit, or would have changed nothing there: no words, no code (observed). What
      // else goes wrong with it is silent in rsync, too; here a failing disk is never kept quiet.
      if (error.code === 'EPERM' || isTold) return;
      state.failed('generator', `failed to set times on ${state.fullName(name)}`, error);
    }
  }

  #isUnwantedParent({ list, row }: Entry): boolean {
    const { relative, impliedDirs } = this.#state.options;
    return !(relative && impliedDirs) && (list.flags(row) & FLIST_IMPLIED_DIR) !== 0;
  }

  /** A directory that was made early has no bits of its own to keep. */
  #modeOfNew({ list, row }: Entry, name: string): number {
    return this.#state.wantedMode(list.mode(row), undefined, name);
  }

  #make({ name, mode }: Visited): boolean {
    const state = this.#state;
    try {
      makeDirectory(state, name, mode & PERMISSION_MASK);
      return true;
    } catch (error) {
      state.failed('generator', `recv_generator: mkdir ${state.fullName(name)} failed`, error);
      this.#skipContents(name);
      return false;
    }
  }

  #skipContents(name: string): void {
    this.#state.report.message('error', '*** Skipping any contents from this failed directory ***');
    this.failed.add(name);
  }

  /** Without u+rwx nothing could be put into it by anybody but root. */
  #widen(name: string, mode: number): void {
    const state = this.#state;
    if (state.filesystem.isSuperUser || (mode & OWNER_ALL) === OWNER_ALL || state.localName !== undefined)
      return;
    try {
      state.tree.chmod(this.#ownName(name), (mode & PERMISSION_MASK) | OWNER_ALL);
      this.#widened.set(name, mode);
    } catch (error) {
      // Where the bits are its own and not the list's, what is put into it tells whether that matters.
      if (error instanceof FilesystemError && !state.options.perms) return;
      this.#notModified(name, error);
    }
  }

  #restore(name: string, mode: number): void {
    try {
      this.#state.tree.chmod(this.#ownName(name), mode & PERMISSION_MASK);
    } catch (error) {
      this.#notModified(name, error);
    }
  }

  /** Of the directory itself, also behind a kept symlink. */
  #ownName(name: string): string {
    return this.#state.options.keepDirlinks ? directoryName(this.#state.tree, name) : name;
  }

  #notModified(name: string, error: unknown): void {
    this.#state.failed('generator', `failed to modify permissions on ${this.#state.fullName(name)}`, error);
  }
}

/** One directory is as good as another. */
function isLikeDirectory(_place: Place, { mode }: FileStat): boolean | undefined {
  return isDirectory(mode) ? true : undefined;
}

/** mkdir; EEXIST is fine. With --relative missing parents are made too (mode 0777 without the umask's bits). */
function makeDirectory(state: DestinationState, name: string, mode: number): void {
  try {
    state.tree.mkdir(name, mode);
  } catch (error) {
    if (!(error instanceof FilesystemError)) throw error;
    if (error.code === 'EEXIST') return;
    if (error.code !== 'ENOENT' || !state.options.relative) throw error;
    makeParents(state, name);
    state.tree.mkdir(name, mode);
  }
}

/** The system takes the umask's bits, or those that a default ACL does not give. */
const PARENT_MODE = 0o777;

/** Makes the directories above a name that are missing. */
export function makeParents(state: DestinationState, name: string): void {
  for (let slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
    const parent = name.slice(0, slash);
    if (state.tree.lstat(parent) === undefined) state.tree.mkdir(parent, PARENT_MODE);
  }
}

/** As lines show a directory's name. */
function shownName(name: string): string {
  return name === '.' ? './' : `${name}/`;
}
