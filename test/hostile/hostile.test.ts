// Spoilt sessions against all four roles. More of them: npm run fuzz (test/hostile/fuzz.ts).
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Recording, recordings } from '../simulation/recordings.ts';
import { type Attacked, Field } from './attack.ts';
import { type Frame, frameBytes, pieces, takeApart } from './frames.ts';
import { fuzzOnce, heardBy } from './fuzz-run.ts';
import { truncate } from './mutations.ts';

const runs = Number(process.env['OCRSYNC_FUZZ_RUNS'] ?? 400);
const seed = Number(process.env['OCRSYNC_SEED'] ?? Date.now() % 1_000_000_000);
const TIMEOUT_MS = 60_000 + runs * 100;
/** Places of a stream, in thousandths, and bytes at its beginning. */
const THOUSANDTHS = [30, 100, 250, 500, 750, 900, 970, 990, 999];
const FIRST_BYTES = [0, 1, 3, 4, 7, 42, 80, 81, 90, 150];
const recorded = recordings();
let field: Field;

beforeAll(() => {
  process.stdout.write(`hostile seed ${seed}\n`);
  field = new Field();
});

afterAll(() => field.close());

function named(name: string): Recording {
  const found = recorded.find((recording) => recording.name === name);
  if (found === undefined) throw new Error(`no recording ${name}`);
  return found;
}

/** Our end of a recorded session hears the real peer's frames as `edit` leaves them. */
function hear(name: string, side: 'sender' | 'receiver', edit: (frames: Frame[]) => Frame[]): Attacked {
  const recording = named(name);
  const stream = takeApart(heardBy(recording, side));
  return field.attack(recording, side, {
    what: name,
    pieces: pieces({ ...stream, frames: edit([...stream.frames]) }),
  });
}

const sides = ['receiver', 'sender'] as const;

describe.each(sides)('our %s, when the peer stops in the middle', (side) => {
  it.each(recorded)('ends with a typed error and leaves nothing behind: $name', (recording) => {
    const bytes = heardBy(recording, side);
    const places = [
      ...FIRST_BYTES,
      ...THOUSANDTHS.map((part) => Math.floor((bytes.length * part) / 1000)),
      bytes.length - 1,
    ].filter((place) => place < bytes.length);
    const faults = [...new Set(places)].flatMap((place) => {
      const spoilt = truncate(bytes, place);
      const attacked = field.attack(recording, side, spoilt);
      const ended = attacked.ended === 'none' ? ['ended as if all was well'] : [];
      return [...attacked.faults, ...ended].map((fault) => `${spoilt.what}: ${fault}`);
    });
    expect(faults).toEqual([]);
  });
});

describe('all roles', () => {
  it(
    `survive ${runs} spoilt sessions`,
    () => {
      const faults: string[] = [];
      const endings = new Set<string>();
      for (let run = 0; run < runs; run++) {
        const attacked = fuzzOnce(field, recorded, seed + run);
        endings.add(attacked.ended);
        faults.push(...attacked.faults.map((fault) => `seed ${seed + run}, ${attacked.label}: ${fault}`));
      }
      expect(faults).toEqual([]);
      // The mutations reach more than one check.
      expect(endings.size).toBeGreaterThan(Math.min(10, runs / 20));
    },
    TIMEOUT_MS,
  );
});

describe('a hostile peer', () => {
  const done: Frame = { code: 0, payload: Buffer.from([0]) };
  const clean = (ended: string): Attacked => ({ ended, faults: [] });

  it('cannot close a list that the generator has not finished', () => {
    const early = hear('push-first', 'receiver', (frames) => [...frames.slice(0, 2), done, done, done]);
    expect(early).toEqual(clean('ERR_EARLY_DONE'));
  });

  it('cannot announce more block sums than are held', () => {
    const head = Buffer.alloc(16);
    head.writeInt32LE(2 ** 28, 0);
    head.writeInt32LE(700, 4);
    head.writeInt32LE(2, 8);
    const huge = hear('pull-first', 'sender', (frames) =>
      frames.map((frame) => {
        const at = frame.payload.indexOf(Buffer.alloc(16));
        if (at < 0) return frame;
        const payload = Buffer.concat([frame.payload.subarray(0, at), head, frame.payload.subarray(at + 16)]);
        return { ...frame, payload };
      }),
    );
    expect(huge).toEqual(clean('ERR_SUM_COUNT_LIMIT'));
  });

  it('cannot send the same file again after its list is closed', () => {
    const twice = hear('push-first', 'receiver', (frames) => {
      const large = frames.findIndex(({ payload }) => payload.length > 10_000);
      return [...frames.slice(0, -1), frames[large - 1]!, frames[large]!, frames.at(-1)!];
    });
    expect(twice.faults).toEqual([]);
    expect(twice.ended).not.toBe('none');
  });

  it('gains nothing by a hundred thousand empty frames', () => {
    const empty = frameBytes({ code: 0, payload: Buffer.alloc(0) });
    const recording = named('push-first');
    const { raw } = takeApart(recording.toServer);
    const flood = Buffer.concat(Array.from({ length: 100_000 }, () => empty));
    const attacked = field.attack(recording, 'receiver', { what: 'flood', pieces: [raw, flood] });
    expect(attacked).toEqual(clean('ERR_CONNECTION_CLOSED'));
  });
});
