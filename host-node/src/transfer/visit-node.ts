// The generator's way with symlinks, devices and special files: compare, keep, leave to an alternate directory, or make anew
// (docs/protocol/04-transfer.md §3.5, §3.6, §3.10).
import type { NewKind } from '../delete/emitter.ts';
import { isUnsafeLink } from '../flist/unsafe-link.ts';
import { type FileStat, FilesystemError } from '../fs/filesystem.ts';
import { ITEM_LOCAL_CHANGE, ITEM_REPORT_CHANGE } from '../session/item.ts';
import type { Task } from '../session/wait.ts';
import { type AlternateMatch, findNode, type NodeComparison } from './alternate-match.ts';
import { reportCompared, reportSame } from './alternate-report.ts';
import type { DestinationState } from './destination-state.ts';
import { isDevice, isSpecial, isSymlink, TYPE_MASK } from '@ocrsync/core/file-type';
import { createInPlace, type Creation, type Hand } from './replace.ts';
import type { Place } from './place.ts';
import { keep, keepAttributes, report, tellKept, type Visited } from './visit.ts';

/**
 * `made`, `kept`, `matched` (by one of an alternate directory): in place, hard links may follow it. `elsewhere`: in an alternate
 * directory, and not to be here.
 */
export type NodeOutcome = 'made' | 'kept' | 'matched' | 'elsewhere' | 'failed';

interface NewNode extends Pick<Creation, 'kind' | 'failure' | 'make'> {
  /** For the line that a generator prints itself. */
  readonly shown: string;
}

/** Symlink by symlink. */
export function* visitSymlink(state: DestinationState, hand: Hand, visited: Visited): Task<NodeOutcome> {
  const { entry, name } = visited;
  const target = entry.list.linkTarget(entry.row);
  if (state.options.safeLinks && isUnsafeLink(target, entry.list.name(entry.row))) {
    tellIgnored(state, name, target);
    return 'failed';
  }
  const compare: NodeComparison = (place, stat) =>
    isSymlink(stat.mode) ? readTarget(place) === target : undefined;
  return yield* visit(state, hand, visited, compare, {
    kind: 'symlink',
    failure: (at) => `symlink ${state.fullName(at)} -> "${target}" failed`,
    make: (at) => state.tree.symlink(target, at),
    shown: `${name} -> ${target}`,
  });
}

/** --safe-links. */
function tellIgnored({ options, report: out }: DestinationState, name: string, target: string): void {
  if (options.info.symsafe >= 1) out.message('info', `ignoring unsafe symlink "${name}" -> "${target}"`);
}

/** Devices, FIFOs and sockets. */
export function* visitNode(state: DestinationState, hand: Hand, visited: Visited): Task<NodeOutcome> {
  const { entry, name, mode } = visited;
  const { list, row } = entry;
  const kind: NewKind = isDevice(mode) ? 'device file' : 'special file';
  return yield* visit(state, hand, visited, (_place, stat) => compareNodes(visited, stat), {
    kind,
    failure: (at) => `mknod ${state.fullName(at)} failed`,
    make: (at) => {
      const [major, minor] = [list.rdevMajor(row), list.rdevMinor(row)];
      state.report.debug?.('genr', 1, () => `mknod(${name}, 0${mode.toString(8)}, [${major},${minor}])`);
      state.tree.mknod(at, mode, major, minor);
    },
    shown: name,
  });
}

function compareNodes({ entry, mode }: Visited, stat: FileStat): boolean | undefined {
  if (isSpecial(mode)) {
    return isSpecial(stat.mode) ? (stat.mode & TYPE_MASK) === (mode & TYPE_MASK) : undefined;
  }
  if (!isDevice(stat.mode)) return undefined;
  const { list, row } = entry;
  return stat.rdevMajor === list.rdevMajor(row) && stat.rdevMinor === list.rdevMinor(row);
}

function readTarget({ root, name }: Place): string | undefined {
  try {
    return root.readlink(name);
  } catch {
    return undefined; // It changed under our hands: it is made anew.
  }
}

function* visit(
  state: DestinationState,
  hand: Hand,
  visited: Visited,
  compare: NodeComparison,
  node: NewNode,
): Task<NodeOutcome> {
  const { existing, lookError } = visited;
  if (existing === undefined) {
    const match = lookError === undefined ? findNode(state, visited, compare) : undefined;
    if (match === undefined) return yield* make(state, hand, visited, undefined, node);
    return yield* beside(state, hand, visited, match, node);
  }
  const same = compare({ root: state.tree, name: visited.name }, existing);
  if (same !== true) return yield* make(state, hand, visited, same === false ? existing : undefined, node);
  yield* keep(state, visited, existing, 'window');
  return 'kept';
}

/** Nothing is here, and something like it is in an alternate directory. */
function* beside(
  state: DestinationState,
  hand: Hand,
  visited: Visited,
  match: AlternateMatch,
  node: NewNode,
): Task<NodeOutcome> {
  const { name } = visited;
  const kind = state.alternates?.kind;
  const isSame = match.level === 'all';
  if (isSame && kind === 'compare') {
    yield* reportSame(state, visited, 0, false);
    tellKept(state, name, false);
    return 'elsewhere';
  }
  // What cannot be linked is made, as 3.5.0 has it.
  const linked = isSame && kind === 'link' && tryLink(state, name, match.place);
  if (!linked) {
    if (!(yield* createInPlace(state, hand, { name, existing: undefined, ...node }))) return 'failed';
    if (isSame && !state.dryRun) state.xattrs?.copy(match.place.root, match.place.name, name);
    keepAttributes(state, visited, undefined, 'window', false);
  }
  if (isSame) {
    yield* reportSame(state, visited, ITEM_LOCAL_CHANGE, linked);
    tellKept(state, name, false);
  } else {
    yield* reportCompared(state, visited, match, ITEM_LOCAL_CHANGE | ITEM_REPORT_CHANGE);
    state.announce(node.shown);
  }
  return isSame ? 'matched' : 'made';
}

function tryLink(state: DestinationState, name: string, { root, name: from }: Place): boolean {
  if (state.dryRun) return true;
  try {
    state.tree.linkFrom(root, from, name);
    return true;
  } catch (error) {
    if (error instanceof FilesystemError) return false;
    throw error;
  }
}

function* make(
  state: DestinationState,
  hand: Hand,
  visited: Visited,
  compared: FileStat | undefined,
  node: NewNode,
): Task<NodeOutcome> {
  const { name, existing } = visited;
  if (!(yield* createInPlace(state, hand, { name, existing, ...node }))) return 'failed';
  keepAttributes(state, visited, undefined, 'window', false);
  yield* report(state, visited, compared, ITEM_LOCAL_CHANGE | ITEM_REPORT_CHANGE);
  state.announce(node.shown);
  return 'made';
}
