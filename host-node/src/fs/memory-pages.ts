// The bytes of a file in memory, in pages: holes cost nothing. Part of memory-filesystem.

export const PAGE_BYTES = 4096;

export class PagedBytes {
  readonly #pages = new Map<number, Uint8Array>();
  readonly #account: (changeBytes: number) => void;
  #lengthBytes = 0;

  /** `account` is told before pages come and after they went; it may refuse by throwing. */
  constructor(account: (changeBytes: number) => void) {
    this.#account = account;
  }

  get lengthBytes(): number {
    return this.#lengthBytes;
  }

  /** Bytes from `position`; the count is less than asked for at the end only. */
  read(into: Uint8Array, position: number): number {
    const count = Math.max(0, Math.min(into.length, this.#lengthBytes - position));
    for (let done = 0; done < count;) {
      const at = position + done;
      const offset = at % PAGE_BYTES;
      const size = Math.min(PAGE_BYTES - offset, count - done);
      const page = this.#pages.get((at - offset) / PAGE_BYTES);
      if (page === undefined) into.fill(0, done, done + size);
      else into.set(page.subarray(offset, offset + size), done);
      done += size;
    }
    return count;
  }

  /** Writes page by page: when room runs out, what went before stays, as on a disk. */
  write(from: Uint8Array, position: number): void {
    for (let done = 0; done < from.length;) {
      const at = position + done;
      const offset = at % PAGE_BYTES;
      const size = Math.min(PAGE_BYTES - offset, from.length - done);
      this.#page((at - offset) / PAGE_BYTES).set(from.subarray(done, done + size), offset);
      done += size;
      this.#lengthBytes = Math.max(this.#lengthBytes, position + done);
    }
  }

  truncate(lengthBytes: number): void {
    const kept = Math.ceil(lengthBytes / PAGE_BYTES);
    for (const number of [...this.#pages.keys()]) {
      if (number < kept) continue;
      this.#pages.delete(number);
      this.#account(-PAGE_BYTES);
    }
    if (lengthBytes % PAGE_BYTES !== 0) this.#pages.get(kept - 1)?.fill(0, lengthBytes % PAGE_BYTES);
    this.#lengthBytes = lengthBytes;
  }

  /** Zeros a part within the length; pages that are wholly in it are given back. */
  clear(position: number, lengthBytes: number): void {
    const end = Math.min(position + lengthBytes, this.#lengthBytes);
    for (let at = position; at < end;) {
      const offset = at % PAGE_BYTES;
      const size = Math.min(PAGE_BYTES - offset, end - at);
      const number = (at - offset) / PAGE_BYTES;
      if (size < PAGE_BYTES) this.#pages.get(number)?.fill(0, offset, offset + size);
      else if (this.#pages.delete(number)) this.#account(-PAGE_BYTES);
      at += size;
    }
  }

  #page(number: number): Uint8Array {
    let page = this.#pages.get(number);
    if (page === undefined) {
      this.#account(PAGE_BYTES);
      page = new Uint8Array(PAGE_BYTES);
      this.#pages.set(number, page);
    }
    return page;
  }
}
