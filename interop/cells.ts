// The cells of the matrix as data: which option set, direction, transport and pairing, and which of them --quick takes.
import { optionSets, type OptionSet } from './option-sets.ts';

export type Direction = 'local' | 'push' | 'pull';
export type Transport = 'none' | 'rsh' | 'daemon' | 'ssh';
/** Client first, server second. */
export type Pairing = 'ours-theirs' | 'theirs-ours' | 'ours-ours';

export interface Route {
  readonly direction: Direction;
  readonly transport: Transport;
}

/** A set of a run with --protocols. */
interface ForcedSet extends OptionSet {
  /** `own`: the set names a version itself. */
  readonly forcedProtocol?: number | 'own';
}

export interface Cell extends Route {
  readonly set: ForcedSet;
  readonly pairing: Pairing;
  readonly name: string;
  /** Why the cell cannot run yet; it is counted and named, never silently left out. */
  readonly missing?: string;
}

const directions: readonly Direction[] = ['push', 'pull'];
const pairings: readonly Pairing[] = ['ours-theirs', 'theirs-ours', 'ours-ours'];
const sshRoutes: readonly (readonly [Direction, Pairing])[] = [
  ['push', 'ours-theirs'],
  ['pull', 'ours-theirs'],
  ['push', 'theirs-ours'],
  ['pull', 'ours-ours'],
];

function cell(set: ForcedSet, direction: Direction, transport: Transport, pairing: Pairing): Cell {
  const name = `${set.name}/${direction}/${transport}/${pairing}`;
  const base = { set, direction, transport, pairing, name };
  const missing = missingReason(set, direction, transport, pairing);
  return missing === undefined ? base : { ...base, missing };
}

function missingReason(
  set: ForcedSet,
  direction: Direction,
  transport: Transport,
  pairing: Pairing,
): string | undefined {
  if (transport === 'daemon' && pairing !== 'ours-theirs') return 'the ocrsync daemon is not in this issue';
  if (set.forcedProtocol === undefined) return undefined;
  if (set.forcedProtocol === 'own') return `${set.name}: the set names a protocol version itself`;
  const excuse = set.sinceProtocol;
  if (excuse === undefined || set.forcedProtocol >= excuse.version) return undefined;
  return excuse.localOnly === true && direction !== 'local' ? undefined : `${set.name}: ${excuse.reason}`;
}

function canRun(set: OptionSet, direction: Direction): boolean {
  return !(set.listsOnly === true && direction === 'push');
}

/** Every cell of one option set. Listing has no push: its one operand is the source. */
function cellsOf(set: ForcedSet): Cell[] {
  const cells = [cell(set, 'local', 'none', 'ours-ours')];
  for (const transport of ['rsh', 'daemon'] as const) {
    for (const direction of directions) {
      for (const pairing of pairings) cells.push(cell(set, direction, transport, pairing));
    }
  }
  if (set.name === 'archive-itemize') {
    for (const [direction, pairing] of sshRoutes) cells.push(cell(set, direction, 'ssh', pairing));
  }
  return cells.filter((each) => canRun(set, each.direction));
}

/** Of each set: our client in both directions, one other cell in turn, and all of ssh; no large trees. */
function quickCells(set: ForcedSet, index: number): Cell[] {
  if (set.tree === 'big' || set.onlyFull === true) return [];
  const all = cellsOf(set);
  const always = all.filter((each) => each.transport === 'rsh' && each.pairing === 'ours-theirs');
  const ssh = all.filter((each) => each.transport === 'ssh');
  const others = all.filter(
    (each) => !always.includes(each) && !ssh.includes(each) && each.missing === undefined,
  );
  const other = others[index % others.length];
  return [...always, ...ssh, ...(other === undefined ? [] : [other])];
}

export interface Selection {
  readonly quick: boolean;
  /** Parts of cell names; any of them must occur. */
  readonly only: readonly string[];
  readonly pairing?: string;
  /** Every set runs once for each of these versions instead of the newest; sets that name a version themselves stay out. */
  readonly protocols?: readonly string[];
}

/** Before protocol 29 the generator prints the names of directories and the sender those of files: two processes, without order. */
function printsNames(set: OptionSet): boolean {
  return set.options.some((word) => /^-[a-z]*v[a-z]*$/i.test(word));
}

function forced(set: OptionSet, version: string): ForcedSet {
  const name = `${set.name}@${version}`;
  if (set.options.some((word) => word.startsWith('--protocol'))) {
    return { ...set, name, forcedProtocol: 'own' };
  }
  return {
    ...set,
    name,
    options: [...set.options, `--protocol=${version}`],
    forcedProtocol: Number(version),
    ...(Number(version) < 29 && printsNames(set) ? { racingNames: true } : {}),
  };
}

export function selectCells(selection: Selection): Cell[] {
  const sets =
    selection.protocols?.flatMap((version) => optionSets.map((set) => forced(set, version))) ?? optionSets;
  const cells = sets.flatMap((set, index) => (selection.quick ? quickCells(set, index) : cellsOf(set)));
  return cells.filter((each) => {
    if (selection.pairing !== undefined && each.pairing !== selection.pairing) return false;
    return selection.only.length === 0 || selection.only.some((part) => each.name.includes(part));
  });
}
