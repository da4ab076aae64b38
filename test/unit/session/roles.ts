// A sender or a receiving side that is past its list, and what it answers to what it is told then.
import type { SessionConfig } from '@ocrsync/node/session/config';
import { feed } from '../../simulation/feed.ts';
import { bytes, data, DIRECTORY, FILE_A, int, made, put, taken, type World } from './kit.ts';

export const ENTRIES = [DIRECTORY, FILE_A];
export const INCREMENTAL = { capabilities: '.iLsfxCIvu', incrementalAllowed: true };
/** Numbers of the two entries: 0 and 1; with incremental recursion 1 and 2. */
export const WANT_A = `00a0${'00'.repeat(16)}`;
export const DATA_OF_A = `${'00'.repeat(16)} 03000000 616263 00000000 ${'00'.repeat(16)}`;

/** Hello of the peer for a protocol; `flags` from 30 on. */
function helloTo(role: 'client' | 'server', protocol: number, flags = '81fe'): Buffer {
  if (role === 'server') return int(protocol);
  return Buffer.concat([int(protocol), protocol >= 30 ? bytes(flags) : Buffer.alloc(0), int(1)]);
}

/** A sender with two entries (or others), after `said`; what it wrote after hello and list. */
export function sender(changes: Partial<SessionConfig>, world: World, ...said: Buffer[]) {
  const one = made({ ...changes, side: 'sender' }, { entries: ENTRIES, ...world });
  const role = changes.role ?? 'client';
  put(one.session, helloTo(role, changes.ownProtocol ?? 32, changes.incrementalAllowed ? '81ff' : '81fe'));
  one.session.run(1);
  const head = taken(one.session);
  const { output, state } = feed(one.session, said, false);
  return { ...one, head, output, state };
}

/** A receiving side that has the list of two entries, after `said`; what it wrote from its list on. */
export function receiver(changes: Partial<SessionConfig>, world: World, ...said: Buffer[]) {
  const role = changes.role ?? 'client';
  const other = role === 'client' ? 'server' : 'client';
  const one = made({ ...changes, side: 'receiver' }, world);
  const hello = helloTo(role, changes.ownProtocol ?? 32, changes.incrementalAllowed ? '81ff' : '81fe');
  const { role: _role, ...alike } = changes;
  const from = sender(
    { ...alike, role: other },
    {
      entries: world.entries ?? ENTRIES,
      ...(world.subLists && { subLists: world.subLists }),
      ...(world.blocks && { blocks: world.blocks }),
    },
  );
  const list = from.head.subarray(helloBytes(other, changes.ownProtocol ?? 32));
  put(one.session, hello);
  one.session.run(1);
  taken(one.session);
  const { output, state } = feed(one.session, [list, ...said], false);
  return { ...one, output, state };
}

function helloBytes(role: 'client' | 'server', protocol: number): number {
  return role === 'client' ? 4 : protocol >= 30 ? 10 : 8;
}

export const DONE = { old: data('ffffffff'), new: data('00') };
