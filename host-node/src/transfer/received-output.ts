// Where the data of a received file goes: a temporary file, the file itself, or the one that waits in the partial directory
// (docs/protocol/04-transfer.md §9.2, §21.3). Opens and names; writes no data and finishes nothing.
import { isDevice, isDirectory } from '@ocrsync/core/file-type';
import { type FileStat, FilesystemError, type OpenFile, type Root } from '../fs/filesystem.ts';
import type { Entry } from '../session/ports.ts';
import type { DestinationState } from './destination-state.ts';
import { operatorPath } from './operator-directories.ts';
import { type Place, quotedPath } from './place.ts';
import type { FoundBasis } from './received-basis.ts';
import { randomSuffix, temporaryLeaf, temporaryPrefix } from './temp-name.ts';

const TEMPORARY_TRIES = 100;
const IN_PLACE_MODE = 0o600;
const OWNER_WRITE = 0o200;

/** A file that is being received. */
export interface Target {
  readonly entry: Entry;
  readonly name: string;
  readonly basis: OpenFile | undefined;
  /** The basis is the file that waits in the partial directory. */
  readonly basisWaits: boolean;
  /** The basis is this other file, which is only read. */
  readonly basisElsewhere: Place | undefined;
  readonly mode: number;
  /** `in-place`: the data goes into the file itself; `waiting`: into the one in the partial directory. */
  readonly way: 'temporary' | 'in-place' | 'waiting';
  readonly output: OpenFile;
  readonly place: Place;
  /** Size of what was there before, where it is written in place; 0 for a new file. */
  readonly existingBytes: number;
  /** A device has no length to be set. */
  readonly isDevice: boolean;
}

type Opened = Pick<Target, 'output' | 'place'>;

export class ReceivedOutputs {
  readonly #state: DestinationState;
  #temporaryRoot: Root | undefined;

  constructor(state: DestinationState) {
    this.#state = state;
  }

  /** undefined: it cannot be written, which was told. */
  open(entry: Entry, name: string, found: FoundBasis): Target | undefined {
    const { options, report, context } = this.#state;
    const { existing, basis, waiting } = found;
    if (existing !== undefined && isDirectory(existing.mode)) {
      report.message('error-xfer', `recv_files: ${this.#state.fullName(name)} is a directory`);
      return undefined;
    }
    const other = waiting === undefined ? found.other : undefined;
    // Without permissions of its own a new file gets those of its basis, as upstream has it.
    // What could not be opened counts as not there.
    const own = found.failure === undefined ? existing : undefined;
    const mode = this.#state.wantedMode(entry.list.mode(entry.row), other?.stat ?? own, name);
    const basisWaits = waiting !== undefined;
    const common = { entry, name, basis, basisWaits, basisElsewhere: other?.place, mode, isDevice: false };
    if (waiting !== undefined && context.negotiated.inplacePartialDir) {
      const opened = this.#openInPlace(waiting.place, waiting.stat);
      return opened && { ...common, ...opened, way: 'waiting', existingBytes: waiting.stat.sizeBytes };
    }
    if (!options.inplace) {
      const temporary = this.#createTemporary(name, mode);
      return temporary && { ...common, ...temporary, way: 'temporary', existingBytes: 0 };
    }
    const opened = this.#openInPlace({ root: this.#state.tree, name }, existing);
    if (opened === undefined) return undefined;
    const device = existing !== undefined && isDevice(existing.mode);
    const existingBytes = device ? 0 : (existing?.sizeBytes ?? 0);
    return { ...common, ...opened, way: 'in-place', existingBytes, isDevice: device };
  }

  #openInPlace(place: Place, existing: FileStat | undefined): Opened | undefined {
    try {
      return { place, output: openWritable(place, existing) };
    } catch (error) {
      this.#state.failed('receiver', `open ${quotedPath(place)} failed`, error);
      return undefined;
    }
  }

  #createTemporary(name: string, mode: number): Opened | undefined {
    const { tempDir } = this.#state.options;
    const path = tempDir === null ? '' : operatorPath(this.#state, tempDir);
    const prefix = tempDir === null ? temporaryPrefix(name) : temporaryLeaf(name, path.length);
    if (prefix === undefined) {
      this.#state.report.message('error-xfer', `temporary filename too long: ${name}`);
      return undefined;
    }
    for (let tries = 1; ; tries++) {
      const leaf = prefix + randomSuffix();
      try {
        const root = tempDir === null ? this.#state.tree : this.#temporaryDirectory(path);
        return { place: { root, name: leaf }, output: root.createExclusive(leaf, (mode | 0o200) & 0o700) };
      } catch (error) {
        const exists = error instanceof FilesystemError && error.code === 'EEXIST';
        if (exists && tries < TEMPORARY_TRIES) continue;
        const shown = exists ? leaf : `${prefix}XXXXXX`;
        const full = tempDir === null ? this.#state.fullName(shown) : `"${path}/${shown}"`;
        this.#state.failed('receiver', `mkstemp ${full} failed`, error);
        return undefined;
      }
    }
  }

  #temporaryDirectory(path: string): Root {
    this.#temporaryRoot ??= this.#state.filesystem.root(path);
    return this.#temporaryRoot;
  }
}

/** A file of one's own that nobody may write is made writable for the moment of the opening (as 3.5.0 does). */
function openWritable({ root, name }: Place, existing: FileStat | undefined): OpenFile {
  try {
    return root.openWrite(name, IN_PLACE_MODE);
  } catch (error) {
    const isReadOnly = existing !== undefined && (existing.mode & OWNER_WRITE) === 0;
    if (!(error instanceof FilesystemError) || error.code !== 'EACCES' || !isReadOnly) throw error;
    const { mode } = existing;
    try {
      root.chmod(name, (mode & 0o7777) | OWNER_WRITE);
    } catch (refused) {
      if (refused instanceof FilesystemError) throw error;
      throw refused;
    }
    try {
      return root.openWrite(name, IN_PLACE_MODE);
    } finally {
      root.chmod(name, mode & 0o7777);
    }
  }
}
