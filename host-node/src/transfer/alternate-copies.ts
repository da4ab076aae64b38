// Copies a regular file of an alternate directory to the destination (docs/protocol/04-transfer.md §3.10): under a temporary
// name, which then becomes the file's own. Does not decide what is copied.
import type { OpenFile } from '../fs/filesystem.ts';
import type { Task } from '../session/wait.ts';
import type { AlternateMatch } from './alternate-match.ts';
import { setAttributes } from './attributes.ts';
import { copyData } from './copied-contents.ts';
import { type DestinationState, systemText } from './destination-state.ts';
import { unlinkQuietly } from './place.ts';
import { randomSuffix, temporaryPrefix } from './temp-name.ts';
import type { Visited } from './visit.ts';

interface Temporary {
  readonly name: string;
  /** As upstream names it. */
  readonly shown: string;
  readonly file: OpenFile;
}

/** False: told, and the file is to be asked for. */
export function* copyFromAlternate(
  state: DestinationState,
  visited: Visited,
  match: AlternateMatch,
): Task<boolean> {
  if (state.dryRun) return true;
  const temporary = createTemporary(state, visited, match);
  if (temporary === undefined) return false;
  const { name, entry, mode } = visited;
  const { place } = match;
  const { tree } = state;
  let told: string | undefined;
  try {
    yield* copyInto(state, match, temporary);
    state.xattrs?.copy(place.root, place.name, temporary.name);
    const role = 'generator';
    setAttributes(state, { role, name: temporary.name, entry, mode, stat: undefined, times: 'exact' });
    told = `rename ${state.fullName(temporary.name)} -> "${name}"`;
    tree.rename(temporary.name, name);
    return true;
  } catch (error) {
    if (told !== undefined) state.failed('generator', told, error);
    unlinkQuietly({ root: tree, name: temporary.name });
    if (told === undefined) tellCopy(state, match, temporary.shown, error);
    return false;
  }
}

/** With --inplace upstream uses the file's own name; nothing else is seen of it, for there is no such file. */
function createTemporary(
  state: DestinationState,
  { name, mode }: Visited,
  match: AlternateMatch,
): Temporary | undefined {
  const { inplace, tempDir } = state.options;
  const prefix = temporaryPrefix(name);
  if (prefix === undefined) {
    state.report.message('error-xfer', `temporary filename too long: ${name}`);
    return undefined;
  }
  const temporary = prefix + randomSuffix();
  const elsewhere = `${tempDir}/${temporary.slice(temporary.lastIndexOf('/') + 1).replace(/^\./, '')}`;
  const shown = inplace ? name : tempDir === null ? temporary : elsewhere;
  try {
    const file = state.tree.createExclusive(temporary, (mode | 0o200) & 0o700);
    return { name: temporary, shown, file };
  } catch (error) {
    const told = inplace ? `open ${state.fullName(name)}` : `mkstemp ${state.fullName(temporary)} failed`;
    state.failed('generator', told, error);
    if (inplace) tellCopy(state, match, shown, error);
    return undefined;
  }
}

/** Throws what it has told. */
function* copyInto(state: DestinationState, { place, stat }: AlternateMatch, to: Temporary): Task {
  const path = `${place.root.path}/${place.name}`;
  let told = `open "${path}"`;
  try {
    const from = place.root.openRead(place.name, false, state.options.openNoatime);
    try {
      told = `copy "${path}" -> ${state.fullName(to.shown)} failed`;
      yield* copyData(state.tree, from, to.file, stat.sizeBytes);
    } finally {
      from.close();
    }
  } catch (error) {
    state.failed('generator', told, error);
    throw error;
  } finally {
    to.file.close();
  }
}

/** --info=COPY. */
function tellCopy(state: DestinationState, { place }: AlternateMatch, to: string, error: unknown): void {
  if (state.options.info.copy < 1) return;
  const text = `copy_file "${place.root.path}/${place.name}" => ${to}`;
  state.report.message('info', systemText('generator', text, error));
}
