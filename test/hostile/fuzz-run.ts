// One spoilt session, all of it decided by the seed.
import { seeded } from '../../interop/random.ts';
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
  const side = random.below(3) === 0 ? 'sender' : 'receiver';
  const spoilt = spoil(heardBy(recording, side), random);
  const label = `${recording.name}, our ${side}: ${spoilt.what}`;
  return { ...field.attack(recording, side, spoilt), label };
}

/** The direction of the wire that our end hears when it takes the place of the real one. */
export function heardBy(recording: Recording, side: 'sender' | 'receiver'): Buffer {
  const isServer = (recording.scenario.direction === 'push') === (side === 'receiver');
  return isServer ? recording.toServer : recording.toClient;
}
