// Takes a recorded stream apart into its raw beginning and its frames, and puts it together again. Independent of the core,
// so that a shared misunderstanding of the framing would show (docs/protocol/01-session.md §8.1).

export interface Frame {
  /** Tag minus 7. */
  readonly code: number;
  readonly payload: Buffer;
}

export interface Stream {
  /** The unframed handshake. */
  readonly raw: Buffer;
  readonly frames: readonly Frame[];
}

const TAG_BASE = 7;
/** No handshake is longer. */
const RAW_BYTES = 400;
const KNOWN_CODES = new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 22, 33, 42, 86, 100, 101, 102]);

function framesFrom(bytes: Buffer, start: number): Frame[] | undefined {
  const frames: Frame[] = [];
  let at = start;
  while (at < bytes.length) {
    if (at + 4 > bytes.length) return undefined;
    const code = bytes[at + 3]! - TAG_BASE;
    const length = bytes.readUIntLE(at, 3);
    if (!KNOWN_CODES.has(code) || at + 4 + length > bytes.length) return undefined;
    frames.push({ code, payload: bytes.subarray(at + 4, at + 4 + length) });
    at += 4 + length;
  }
  return frames;
}

/** The first place from which the stream consists of frames up to its last byte is the end of the handshake. */
export function takeApart(bytes: Buffer): Stream {
  for (let start = 4; start < Math.min(RAW_BYTES, bytes.length); start++) {
    const frames = framesFrom(bytes, start);
    if (frames !== undefined) return { raw: bytes.subarray(0, start), frames };
  }
  throw new Error('this stream has no frames');
}

export function frameBytes({ code, payload }: Frame): Buffer {
  const bytes = Buffer.alloc(4 + payload.length);
  bytes.writeUIntLE(payload.length, 0, 3);
  bytes[3] = (code + TAG_BASE) & 0xff;
  payload.copy(bytes, 4);
  return bytes;
}

/** The stream in pieces: the handshake, then frame by frame. */
export function pieces({ raw, frames }: Stream): Buffer[] {
  return [raw, ...frames.map(frameBytes)];
}
