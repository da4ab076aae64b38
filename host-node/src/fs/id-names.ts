// User and group names of this machine, from /etc/passwd and /etc/group (docs/protocol/03-file-list.md §9).
// Read once, when the first name is asked for. Other name services are not consulted.
import { readFileSync } from 'node:fs';

/** Both directions of one file of `name:x:id:…` lines. Where two lines have one id, the first wins, as in getpwuid. */
export class IdNames {
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
