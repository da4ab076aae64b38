// One spoilt session, all of it decided by the seed.
import { type Random, seeded } from '../../interop/random.ts';
import type { Recording } from '../simulation/recordings.ts';
import type { Attacked, Field } from './attack.ts';
import { spoil } from './mutations.ts';

export function fuzzOnce(
  field: Field,
  recorded: readonly Recording[],
  seed: number,
): Attacked & { readonly label: string } {
  const random = seeded(seed);
  const recording = random.pick(recorded);
  if (random.below(3) === 0) return fuzzPair(field, recording, seed, random);
  const side = random.below(3) === 0 ? 'sender' : 'receiver';
  const spoilt = spoil(heardBy(recording, side), random);
  const label = `${recording.name}, our ${side}: ${spoilt.what}`;
  return { ...field.attack(recording, side, spoilt), label };
}

/** Two living ends: faults in the middle of a conversation that goes on. */
function fuzzPair(
  field: Field,
  recording: Recording,
  seed: number,
  random: Random,
): Attacked & { readonly label: string } {
  const flips = Array.from({ length: 1 + random.below(3) }, () => {
    const toServer = random.below(2) === 0;
    const { length } = toServer ? recording.toServer : recording.toClient;
    const isEarly = random.below(2) === 0;
    return { toServer, at: random.below(isEarly ? Math.min(length, 500) : length), bit: random.below(8) };
  });
  const told = flips.map(({ toServer, at, bit }) => `${toServer ? '>' : '<'}${at}.${bit}`).join(' ');
  return { ...field.attackPair(recording, seed, flips), label: `${recording.name}, pair: ${told}` };
}

/** The direction of the wire that our end hears when it takes the place of the real one. */
export function heardBy(recording: Recording, side: 'sender' | 'receiver'): Buffer {
  const isServer = (recording.scenario.direction === 'push') === (side === 'receiver');
  return isServer ? recording.toServer : recording.toClient;
}
