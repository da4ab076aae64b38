// Ways to spoil a recorded stream. Each takes its decisions from a seeded generator, so that a run can be made again.
import type { Random } from '../../interop/random.ts';
import { type Frame, frameBytes, pieces, type Stream, takeApart } from './frames.ts';

export interface Spoilt {
  /** For messages. */
  readonly what: string;
  readonly pieces: readonly Buffer[];
}

type Mutation = (stream: Stream, random: Random) => Spoilt;

/** Numbers that are limits of something, as they look on the wire. */
const EDGES = [
  '00000000',
  'ffffffff',
  'ffffff7f',
  '00000080',
  'feffffff',
  '01000000',
  '0000ffff',
  'ffffff',
  'fffe',
  'fe80000000',
  'fe00ff',
  'f8ffffffff',
  'f0ffffff',
  '80808080',
  'ff',
  '00',
].map((hex) => Buffer.from(hex, 'hex'));

const MESSAGE_CODES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 22, 33, 42, 86, 100, 101, 102, 11, 77, 120, 240];

/** Mostly early places: the lists and heads are there, and most of the rest is file contents. */
function placeIn(length: number, random: Random): number {
  if (length === 0) return 0;
  return random.below(3) === 0 ? random.below(length) : random.below(Math.min(length, 400));
}

function withFrame(stream: Stream, index: number, frame: Frame): Buffer[] {
  return pieces({ ...stream, frames: stream.frames.map((other, at) => (at === index ? frame : other)) });
}

function pickFrame({ frames }: Stream, random: Random): { index: number; frame: Frame; at: number } {
  const index = random.below(frames.length);
  const frame = frames[index]!;
  return { index, frame, at: placeIn(frame.payload.length, random) };
}

const flipBits: Mutation = (stream, random) => {
  const { index, frame, at } = pickFrame(stream, random);
  const payload = Buffer.from(frame.payload);
  const flips = 1 + random.below(3);
  for (let flip = 0; flip < flips && payload.length > 0; flip++) {
    payload[Math.min(payload.length - 1, at + random.below(4))]! ^= 1 << random.below(8);
  }
  return { what: `flip ${flips} at ${index}:${at}`, pieces: withFrame(stream, index, { ...frame, payload }) };
};

const flipRaw: Mutation = (stream, random) => {
  const bytes = Buffer.concat(pieces(stream));
  const at = random.below(Math.min(bytes.length, 300));
  bytes[at]! ^= 1 << random.below(8);
  return { what: `raw flip at ${at}`, pieces: [bytes] };
};

const edgeNumber: Mutation = (stream, random) => {
  const { index, frame, at } = pickFrame(stream, random);
  const edge = random.pick(EDGES);
  const replaced = random.below(2) === 0 ? edge.length : random.below(5);
  const payload = Buffer.concat([frame.payload.subarray(0, at), edge, frame.payload.subarray(at + replaced)]);
  return {
    what: `${edge.toString('hex')} for ${replaced} bytes at ${index}:${at}`,
    pieces: withFrame(stream, index, { ...frame, payload }),
  };
};

const noise: Mutation = (stream, random) => {
  const { index, frame, at } = pickFrame(stream, random);
  const length = random.below(random.pick([4, 40, 4000, 70_000]));
  const payload = Buffer.concat([
    frame.payload.subarray(0, at),
    random.bytes(length),
    frame.payload.subarray(at),
  ]);
  return {
    what: `${length} bytes of noise at ${index}:${at}`,
    pieces: withFrame(stream, index, { ...frame, payload }),
  };
};

const cutOut: Mutation = (stream, random) => {
  const { index, frame, at } = pickFrame(stream, random);
  const length = 1 + random.below(30);
  const payload = Buffer.concat([frame.payload.subarray(0, at), frame.payload.subarray(at + length)]);
  return {
    what: `${length} bytes missing at ${index}:${at}`,
    pieces: withFrame(stream, index, { ...frame, payload }),
  };
};

const message: Mutation = (stream, random) => {
  const index = random.below(stream.frames.length + 1);
  const code = random.pick(MESSAGE_CODES);
  const payload = random.bytes(random.pick([0, 1, 3, 4, 5, 8, 300, 6000]));
  const frames = [...stream.frames.slice(0, index), { code, payload }, ...stream.frames.slice(index)];
  return {
    what: `message ${code} of ${payload.length} before ${index}`,
    pieces: pieces({ ...stream, frames }),
  };
};

const wrongLength: Mutation = (stream, random) => {
  const index = random.below(stream.frames.length);
  const all = pieces(stream);
  const header = Buffer.from(frameBytes(stream.frames[index]!));
  header.writeUIntLE(random.pick([0, 1, 0xffffff, 0x7fffff, header.length]), 0, 3);
  all[index + 1] = header;
  return { what: `wrong length of frame ${index}`, pieces: all };
};

const order: Mutation = (stream, random) => {
  const frames = [...stream.frames];
  const from = random.below(frames.length);
  const to = random.below(frames.length);
  const how = random.below(3);
  if (how === 0) frames.splice(to, 0, frames[from]!);
  else if (how === 1) frames.splice(from, 1);
  else [frames[from], frames[to]] = [frames[to]!, frames[from]!];
  return {
    what: `frames ${['doubled', 'dropped', 'swapped'][how]} ${from} ${to}`,
    pieces: pieces({ ...stream, frames }),
  };
};

const MUTATIONS: readonly Mutation[] = [
  flipBits,
  flipBits,
  flipBits,
  edgeNumber,
  edgeNumber,
  edgeNumber,
  flipRaw,
  noise,
  cutOut,
  message,
  wrongLength,
  order,
];

/** One of all ways, at a place of the generator's choice; sometimes everything arrives at once. */
export function spoil(bytes: Buffer, random: Random): Spoilt {
  const spoilt = random.pick(MUTATIONS)(takeApart(bytes), random);
  if (random.below(12) !== 0) return spoilt;
  return { what: `${spoilt.what}, at once`, pieces: [Buffer.concat(spoilt.pieces)] };
}

/** The stream up to a place, frame by frame. */
export function truncate(bytes: Buffer, place: number): Spoilt {
  const kept: Buffer[] = [];
  let left = place;
  for (const piece of pieces(takeApart(bytes))) {
    if (left === 0) break;
    kept.push(piece.subarray(0, left));
    left -= kept.at(-1)!.length;
  }
  return { what: `cut off after ${place} bytes`, pieces: kept };
}
