import { expect, it } from 'vitest';
import { CoreInstance } from '@ocrsync/core/instance';
import { WireWriter } from '@ocrsync/core/wire-writer';

const PIECE = 50_000;
const PIECES = 60;

/** Writes numbered pieces, and takes what is there after each; gives chunks back as `keep` says. */
function stream(keep: (index: number) => boolean): { bytes: Buffer; kept: Uint8Array[]; copies: Buffer[] } {
  const core = new CoreInstance();
  const writer = new WireWriter(core);
  writer.enableMux();
  const at = core.alloc(PIECE);
  const copies: Buffer[] = [];
  const kept: Uint8Array[] = [];
  for (let piece = 0; piece < PIECES; piece++) {
    core.u8.fill(piece + 1, at, at + PIECE);
    writer.literal(at, PIECE);
    for (let chunk = writer.take(); chunk !== undefined; chunk = writer.take()) {
      copies.push(Buffer.from(chunk));
      kept.push(chunk);
      if (!keep(kept.length)) writer.recycle(kept.pop()!);
    }
  }
  return { bytes: Buffer.concat(copies), kept, copies };
}

it('makes the same stream whether its chunks are given back or not', () => {
  const without = stream(() => true);
  expect(stream(() => false).bytes.equals(without.bytes)).toBe(true);
});

it('never writes into a chunk that was not given back', () => {
  const { kept, copies } = stream(() => true);
  expect(kept.length).toBeGreaterThan(PIECES - 1);
  kept.forEach((chunk, index) => expect(copies[index]!.equals(chunk)).toBe(true));
});

it('uses memory that was given back', () => {
  const core = new CoreInstance();
  const writer = new WireWriter(core);
  const at = core.alloc(PIECE);
  writer.literal(at, PIECE);
  const first = writer.take()!;
  writer.recycle(first);
  writer.literal(at, PIECE);
  expect(writer.take()!.buffer).toBe(first.buffer);
});

it('takes no memory that is not a chunk of its own size', () => {
  const core = new CoreInstance();
  const writer = new WireWriter(core);
  const foreign = new Uint8Array(10_000);
  writer.recycle(foreign);
  const at = core.alloc(PIECE);
  writer.literal(at, PIECE);
  expect(writer.take()!.buffer).not.toBe(foreign.buffer);
});
