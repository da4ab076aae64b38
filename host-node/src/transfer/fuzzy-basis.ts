// --fuzzy: a file of the same directory, or of the same one below an alternate destination, that may be an older copy of a file
// which is not there (docs/protocol/04-transfer.md §3.11). Looks only; it serves as a basis and nothing else.
import { isRegular } from '@ocrsync/core/file-type';
import { type FileStat, FilesystemError, type Root } from '../fs/filesystem.ts';
import { parentOf } from '../fs/path-text.ts';
import { BASIS_FUZZY } from '../session/item.ts';
import type { DestinationState } from './destination-state.ts';
import { distanceText, nameDistance } from './fuzzy-distance.ts';
import { hasSameMtime } from './kept-attributes.ts';
import { lookAt, type Place } from './place.ts';
import type { Visited } from './visit.ts';

/** Farther names have nothing to do with each other. */
const LONGEST_DISTANCE = 25 * 0x10000;

interface Candidate {
  readonly leaf: string;
  readonly stat: FileStat;
  readonly place: Place;
  readonly basisType: number;
  /** For messages. */
  readonly shown: string;
}

export interface FuzzyMatch {
  readonly basisType: number;
  /** Travels with the record: the leaf. */
  readonly xname: string;
  readonly place: Place;
  readonly stat: FileStat;
}

export class FuzzyFinder {
  readonly #state: DestinationState;
  /** Of the directory that is being walked; undefined: not read yet. */
  #candidates: Candidate[] | undefined;

  constructor(state: DestinationState) {
    this.#state = state;
  }

  /** Another directory begins, or this one again. */
  enteredDirectory(): void {
    this.#candidates = undefined;
  }

  /** A file that will get other data soon is no basis for others. */
  willChange(name: string): void {
    const at = this.#candidates?.findIndex(
      (candidate) => candidate.basisType === BASIS_FUZZY && candidate.place.name === name,
    );
    if (at !== undefined && at >= 0) this.#candidates!.splice(at, 1);
  }

  find({ entry, name }: Visited): FuzzyMatch | undefined {
    const { list, row } = entry;
    const candidates = (this.#candidates ??= this.#read(parentOf(name)));
    const found =
      candidates.find(
        ({ stat }) => stat.sizeBytes === list.sizeBytes(row) && hasSameMtime(this.#state, entry, stat),
      ) ?? undefined;
    const { debug } = this.#state.report;
    if (found !== undefined) debug?.('fuzzy', 2, () => `fuzzy size/modtime match for ${found.shown}`);
    const chosen = found ?? this.#nearest(candidates, name.slice(name.lastIndexOf('/') + 1));
    if (chosen === undefined) return undefined;
    debug?.('fuzzy', 1, () => `fuzzy basis selected for ${name}: ${chosen.shown}`);
    const { basisType, leaf, place, stat } = chosen;
    return { basisType, xname: leaf, place, stat };
  }

  #nearest(candidates: readonly Candidate[], leaf: string): Candidate | undefined {
    let best: Candidate | undefined;
    let limit = LONGEST_DISTANCE;
    for (const candidate of candidates) {
      const distance = nameDistance(candidate.leaf, leaf, limit);
      this.#state.report.debug?.(
        'fuzzy',
        2,
        () => `fuzzy distance for ${candidate.shown} = ${distanceText(distance)}`,
      );
      if (distance > limit) continue;
      limit = distance;
      best = candidate;
    }
    return best;
  }

  #read(directory: string): Candidate[] {
    const { root, alternates, options } = this.#state;
    const candidates: Candidate[] = [];
    const prefix = directory === '' ? '' : `${directory}/`;
    const take = (from: Root | undefined, basisType: number, shown: (name: string) => string): void => {
      if (from === undefined) return;
      for (const [leaf, stat] of regularFiles(from, directory)) {
        const name = prefix + leaf;
        candidates.push({ leaf, stat, place: { root: from, name }, basisType, shown: shown(name) });
      }
    };
    take(root, BASIS_FUZZY, (name) => name);
    if (options.fuzzy < 2 || alternates === undefined) return candidates;
    for (let index = 0; index < alternates.count; index++) {
      take(alternates.root(index), BASIS_FUZZY + 1 + index, (name) => alternates.shown(index, name));
    }
    return candidates;
  }
}

/** In the order of file lists. Nothing of a directory that cannot be read. */
function regularFiles(root: Root, directory: string): readonly (readonly [string, FileStat])[] {
  const found: [string, FileStat][] = [];
  for (const leaf of namesIn(root, directory)) {
    const stat = lookAt({ root, name: directory === '' ? leaf : `${directory}/${leaf}` });
    if (stat !== undefined && isRegular(stat.mode) && stat.sizeBytes > 0) found.push([leaf, stat]);
  }
  return found;
}

function namesIn(root: Root, directory: string): string[] {
  try {
    return root.list(directory || '.').sort();
  } catch (error) {
    if (error instanceof FilesystemError) return [];
    throw error;
  }
}
