// What --debug=OWN2 tells of ids: the lines of one list, in rsync's order (docs/protocol/03-file-list.md §9.3, 07-output.md §12.2).
// Texts and their order only; maps nothing.
import type { IdKind } from './id-map.ts';

const LETTER = { user: 'uid', group: 'gid' } as const;

export interface IdVoiceOptions {
  /** Names come with entries: an id is told of where the first entry has it, not where its name was read. */
  readonly incremental: boolean;
  /** The user's own groups, if they are all that files can be given to; else undefined. */
  readonly ownGroups: readonly number[] | undefined;
  /** How many processes of rsync read the list that is read now: two, once its receiving side has split. */
  tellers(): number;
  say(text: string): void;
}

export class IdVoice {
  readonly #options: IdVoiceOptions;
  readonly #names = { user: new Map<number, string>(), group: new Map<number, string>() };
  readonly #told = { user: new Set<number>(), group: new Set<number>() };
  #saidGroups = false;
  #users: string[] = [];
  #groups: string[] = [];

  constructor(options: IdVoiceOptions) {
    this.#options = options;
  }

  learned(kind: IdKind, id: number, name: string, local: number): void {
    this.#names[kind].set(id, name);
    if (this.#options.incremental) return;
    this.met(kind, id, name, local);
    this.#flush(1);
  }

  /** An entry has the id. `name`: where nothing was learned. */
  met(kind: IdKind, id: number, name: string, local: number): void {
    if (this.#told[kind].has(id)) return;
    this.#told[kind].add(id);
    const { incremental, ownGroups } = this.#options;
    const lines = kind === 'user' || incremental ? this.#users : this.#groups;
    if (kind === 'group' && ownGroups !== undefined && !this.#saidGroups) {
      this.#saidGroups = true;
      lines.push(
        `process has ${ownGroups.length} gid${ownGroups.length === 1 ? '' : 's'}:  ${ownGroups.join(' ')}`,
      );
    }
    lines.push(`${LETTER[kind]} ${id}(${this.#names[kind].get(id) ?? name}) maps to ${local}`);
  }

  /** A list is done. */
  listDone(): void {
    this.#flush(this.#options.tellers());
  }

  #flush(times: number): void {
    const lines = [...this.#users, ...this.#groups];
    this.#users = [];
    this.#groups = [];
    for (let time = 0; time < times; time++) for (const line of lines) this.#options.say(line);
  }
}
