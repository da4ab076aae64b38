// What the wire tests share: bytes from hex, a seeded random source, and a reader that was given its bytes at once.
import { CoreInstance } from '@ocrsync/core/instance';
import { ADVANCED_NOTHING, WireReader } from '@ocrsync/core/wire-reader';
import { WireWriter } from '@ocrsync/core/wire-writer';

export function hex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, '');
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** Numbers in [0, below), the same for the same seed. */
export type Random = (below: number) => number;

export function seeded(seed: number): Random {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Everything that the writer holds, as one array. */
export function drain(writer: WireWriter): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (let chunk = writer.take(); chunk !== undefined; chunk = writer.take()) chunks.push(chunk);
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** Puts as many of the bytes as fit; returns how many. */
export function put(reader: WireReader, bytes: Uint8Array): number {
  const space = reader.space();
  const count = Math.min(space.length, bytes.length);
  space.set(bytes.subarray(0, count));
  reader.commit(count);
  return count;
}

export function readerOf(bytes: Uint8Array, mux = false): WireReader {
  const reader = new WireReader(new CoreInstance());
  if (mux) reader.enableMux();
  if (put(reader, bytes) !== bytes.length) throw new Error('more bytes than a window');
  reader.end();
  return reader;
}

/** What the bytes say that a writer made. */
export function written(write: (writer: WireWriter) => void): Uint8Array {
  const writer = new WireWriter(new CoreInstance());
  write(writer);
  return drain(writer);
}

/** Feeds pieces of the given sizes (the last one again and again) until the try-function has its item. */
export function feedUntil(
  reader: WireReader,
  bytes: Uint8Array,
  from: number,
  piece: number,
  attempt: () => boolean,
): number {
  let at = from;
  while (!attempt()) {
    const advanced = reader.advance();
    if (advanced !== ADVANCED_NOTHING) continue;
    if (at >= bytes.length) throw new Error('the bytes are used up');
    at += put(reader, bytes.subarray(at, at + piece));
  }
  return at;
}
