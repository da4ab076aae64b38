// One WebAssembly core: its exports, its memory, and the host's allocator above the module's statics.
// The core itself never allocates: every record, window and table lives at an address that this file hands out.
// Must not import anything but the embedded module bytes; runs on every runtime that has WebAssembly SIMD.
import { coreBytesBase64 } from './core-bytes.ts';
import { CoreMemoryError } from './memory-error.ts';

/** Vector loads may touch this many bytes past the end of a region, so every region is followed by as many. */
const SLACK_BYTES = 16;
const ALIGN = 16;
const PAGE_BYTES = 65536;
const GROW_STEP_BYTES = 1 << 20;
/** All that 32-bit addresses reach. */
const MOST_BYTES = 2 ** 32;

interface BaseExports {
  memory: WebAssembly.Memory;
  heap_base(): number;
}

interface FreeBlock {
  at: number;
  bytes: number;
}

let compiled: WebAssembly.Module | undefined;

function compiledCore(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(bytesOf(atob(coreBytesBase64)));
  return compiled;
}

/** A plain loop: with a function for each byte it takes 6 ms instead of 1. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** One instance per session: what a peer sends is decoded inside this instance's memory and nowhere else. */
export class CoreInstance {
  readonly #exports: BaseExports;
  readonly #live = new Map<number, number>();
  #free: FreeBlock[] = [];
  #end: number;
  /** No region may have as many bytes. */
  limitBytes = Infinity;
  /**
   * Views of the whole memory. Take them anew after any call that may allocate: growth detaches old views. Plain fields,
   * because only {@link alloc} grows the memory and asking WebAssembly for its buffer costs more than most calls here.
   */
  u8!: Uint8Array;
  i32!: Int32Array;
  u32!: Uint32Array;
  f64!: Float64Array;

  constructor(module: WebAssembly.Module = compiledCore()) {
    this.#exports = new WebAssembly.Instance(module, {}).exports as unknown as BaseExports;
    this.#end = align(this.#exports.heap_base() >>> 0);
    this.#refresh();
  }

  /** The module's functions, typed by the wrapper that uses them. */
  functions<T>(): T {
    return this.#exports as unknown as T;
  }

  /** Bytes of linear memory in use by the module and the live regions. */
  get usedBytes(): number {
    let free = 0;
    for (const block of this.#free) free += block.bytes;
    return this.#end - free;
  }

  /** Address of a new zeroed region, 16-byte aligned, followed by {@link SLACK_BYTES} readable bytes. */
  alloc(bytes: number): number {
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw new RangeError(`core alloc of ${bytes} bytes`);
    if (bytes >= this.limitBytes) throw new CoreMemoryError(bytes, this.limitBytes);
    const need = align(bytes + SLACK_BYTES);
    const at = this.#takeFree(need) ?? this.#extend(need);
    this.#live.set(at, need);
    this.u8.fill(0, at, at + need);
    return at;
  }

  /** Gives a region of {@link alloc} back. */
  free(at: number): void {
    const bytes = this.#live.get(at);
    if (bytes === undefined) throw new RangeError(`core free of ${at}, which is not allocated`);
    this.#live.delete(at);
    let low = 0;
    let high = this.#free.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#free[middle]!.at < at) low = middle + 1;
      else high = middle;
    }
    this.#free.splice(low, 0, { at, bytes });
    this.#join(low);
    if (low > 0) this.#join(low - 1);
  }

  /** A region of `bytes` with the first `keepBytes` of `at` copied into it; `at` is freed (0 = nothing yet). */
  resize(at: number, keepBytes: number, bytes: number): number {
    const next = this.alloc(bytes);
    if (at !== 0) {
      this.u8.copyWithin(next, at, at + keepBytes);
      this.free(at);
    }
    return next;
  }

  #join(index: number): void {
    const block = this.#free[index]!;
    const next = this.#free[index + 1];
    if (next === undefined || block.at + block.bytes !== next.at) return;
    block.bytes += next.bytes;
    this.#free.splice(index + 1, 1);
  }

  #takeFree(need: number): number | undefined {
    for (let i = 0; i < this.#free.length; i++) {
      const block = this.#free[i]!;
      if (block.bytes < need) continue;
      const at = block.at;
      if (block.bytes === need) this.#free.splice(i, 1);
      else {
        block.at += need;
        block.bytes -= need;
      }
      return at;
    }
    return undefined;
  }

  #extend(need: number): number {
    const at = this.#end;
    const memory = this.#exports.memory;
    const short = at + need - memory.buffer.byteLength;
    if (short > 0) {
      try {
        memory.grow(Math.ceil(Math.max(short, GROW_STEP_BYTES) / PAGE_BYTES));
      } catch {
        throw new CoreMemoryError(need, MOST_BYTES - at);
      }
      this.#refresh();
    }
    this.#end = at + need;
    return at;
  }

  #refresh(): void {
    const { buffer } = this.#exports.memory;
    this.u8 = new Uint8Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.f64 = new Float64Array(buffer);
  }
}

function align(value: number): number {
  return Math.ceil(value / ALIGN) * ALIGN;
}
