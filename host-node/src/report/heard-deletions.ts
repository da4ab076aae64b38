// What a dry run has said about the deletion of one path: for explanation.ts. A dry run removes nothing, so rsync's and ours
// call a directory inside an extraneous one deleted although something in it stays; the line about that counts here.
import type { NameDecision } from '../session/ports.ts';
import { EXIT_DELETE_LIMIT } from './exit-codes.ts';

/** Why a path would go or stay, as far as deletions were told. */
export interface HeardDeletion {
  readonly verdict: 'delete' | 'not-empty' | 'mount-point' | 'limit';
  readonly text: string;
  /** Something in the directory that a rule keeps. */
  readonly kept?: NameDecision;
}

export class HeardDeletions {
  readonly #names: readonly string[];
  readonly #deleted = new Set<string>();
  readonly #notEmpty = new Set<string>();
  readonly #mounts = new Set<string>();
  readonly #kept: NameDecision[] = [];
  #stopped = false;

  /** @param names forms in which the path may stand in the transfer */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** The form that was told, if any. */
  get name(): string | undefined {
    return [...this.#deleted, ...this.#notEmpty, ...this.#mounts][0];
  }

  deleted(name: string): void {
    if (this.#names.includes(name)) this.#deleted.add(name);
  }

  /** A rule about something below the path. */
  decided(decision: NameDecision): void {
    const { side, verdict, name } = decision;
    if (side !== 'receiver' || verdict !== 'exclude') return;
    if (this.#names.some((one) => name.startsWith(`${one}/`))) this.#kept.push(decision);
  }

  read(text: string): void {
    const told = /^cannot delete (non-empty directory|mount point): ([^]*)$/.exec(text);
    if (told !== null && this.#names.includes(told[2]!)) {
      (told[1] === 'mount point' ? this.#mounts : this.#notEmpty).add(told[2]!);
    }
    if (text.startsWith('Deletions stopped due to --max-delete limit')) this.#stopped = true;
  }

  /** A server's line about --max-delete does not come this way; the code of the run does. */
  ended(exitCode: number): void {
    if (exitCode === EXIT_DELETE_LIMIT) this.#stopped = true;
  }

  about(path: string): HeardDeletion | undefined {
    if (this.#mounts.has(path)) return { verdict: 'mount-point', text: 'kept: it is a mount point' };
    if (this.#notEmpty.has(path)) {
      const kept = this.#kept.find(({ name }) => name.startsWith(`${path}/`));
      const text = 'not deleted: the directory would not be empty';
      return { verdict: 'not-empty', text, ...(kept === undefined ? {} : { kept }) };
    }
    if (this.#deleted.has(path)) {
      return { verdict: 'delete', text: 'deleted: it is not in the file list, and no rule protects it' };
    }
    if (!this.#stopped) return undefined;
    return { verdict: 'limit', text: 'not deleted: --max-delete ended the deletions before' };
  }
}
