// User and group names of this machine (docs/protocol/03-file-list.md §9): from its name services through the native helper, or
// else from /etc/passwd and /etc/group, which are read once, when the first name is asked for.
import { readFileSync } from 'node:fs';
import type { NativeHelper } from '@ocrsync/native/load';

/** Both directions of users or of groups. */
export interface IdDirectory {
  name(id: number): string | undefined;
  id(name: string): number | undefined;
}

export type NameCalls = Pick<NativeHelper, 'userName' | 'userId' | 'groupName' | 'groupId'>;

/** Users through getpwuid and getpwnam. */
export function serviceUsers(calls: NameCalls): IdDirectory {
  return new ServiceNames(
    (id) => calls.userName(id),
    (name) => calls.userId(name),
  );
}

/** Groups through getgrgid and getgrnam. */
export function serviceGroups(calls: NameCalls): IdDirectory {
  return new ServiceNames(
    (id) => calls.groupName(id),
    (name) => calls.groupId(name),
  );
}

/** A name service may be far away: each question is asked once. */
class ServiceNames implements IdDirectory {
  readonly #askName: (id: number) => string | number;
  readonly #askId: (name: string) => number;
  readonly #names = new Map<number, string | undefined>();
  readonly #ids = new Map<string, number | undefined>();

  constructor(askName: (id: number) => string | number, askId: (name: string) => number) {
    this.#askName = askName;
    this.#askId = askId;
  }

  name(id: number): string | undefined {
    if (!this.#names.has(id)) {
      const name = this.#askName(id);
      this.#names.set(id, typeof name === 'string' && name !== '' ? name : undefined);
    }
    return this.#names.get(id);
  }

  id(name: string): number | undefined {
    if (!this.#ids.has(name)) {
      const id = this.#askId(name);
      this.#ids.set(name, id < 0 ? undefined : id);
    }
    return this.#ids.get(name);
  }
}

/** Both directions of one file of `name:x:id:…` lines. Where two lines have one id, the first wins, as in getpwuid. */
export class IdNames implements IdDirectory {
  readonly #path: string;
  #loaded = false;
  readonly #names = new Map<number, string>();
  readonly #ids = new Map<string, number>();

  constructor(path: string) {
    this.#path = path;
  }

  name(id: number): string | undefined {
    this.#load();
    return this.#names.get(id);
  }

  id(name: string): number | undefined {
    this.#load();
    return this.#ids.get(name);
  }

  #load(): void {
    if (this.#loaded) return;
    this.#loaded = true;
    let text: string;
    try {
      text = readFileSync(this.#path, 'latin1');
    } catch {
      return; // A machine without the file has no names: ids travel as numbers.
    }
    for (const line of text.split('\n')) {
      const [name, , id] = line.split(':');
      if (!name || id === undefined || !/^\d+$/.test(id)) continue;
      const number = Number(id);
      if (!this.#names.has(number)) this.#names.set(number, name);
      if (!this.#ids.has(name)) this.#ids.set(name, number);
    }
  }
}
