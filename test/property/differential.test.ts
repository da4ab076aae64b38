// The differential tester in small: random trees, options, routes and protocols beside two real rsyncs (interop/differential.ts).
// OCRSYNC_SEED is the first seed, OCRSYNC_RUNS their number; every difference tells its own seed. Needs `npm run build` before.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { pairings } from '../../interop/differential-case.ts';
import { campaign } from '../../interop/differential.ts';
import { findPeer } from '../../interop/peers.ts';

const from = Number(process.env['OCRSYNC_SEED'] ?? 1);
const count = Number(process.env['OCRSYNC_RUNS'] ?? 100);
const built = path.join(import.meta.dirname, '../../cli/dist/main.js');
const canRun = process.platform === 'linux' && existsSync(built) && findPeer('3.4.1') !== undefined;

describe.skipIf(!canRun)('random commands', () => {
  it(
    `give what two real rsyncs give, seeds ${from} to ${from + count - 1}`,
    async () => {
      const seeds = Array.from({ length: count }, (_, index) => from + index);
      const found = await campaign({ seeds, pairings, lanes: 2, shrink: false, keep: false, tell: () => {} });
      expect(found.map((difference) => difference.told).join('\n')).toBe('');
    },
    240_000 + count * 5000,
  );
});
