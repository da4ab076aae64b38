// Interrupted where a file does not get its final name at once: partial directory, delayed updates, backups
// (docs/protocol/04-transfer.md §9.3, §9.7, §12). Nothing half written has a final name, and nothing is lost.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ensurePeer } from '../../interop/peers.ts';
import { BIG_BYTES, ourCommand, Transfer } from './crash-kit.ts';

const rsync = ensurePeer('3.4.1');
const older = Buffer.from('what stood there before');
let run: Transfer | undefined;

afterEach(() => run?.remove());

function started(options: readonly string[]): Transfer {
  run = new Transfer(older);
  run.start(ourCommand, 'pull', rsync, options);
  return run;
}

describe('a pull that ends in the middle of a file', { timeout: 40_000 }, () => {
  it.each(['--partial-dir=.part', '--delay-updates', '-b', '-b --backup-dir=kept'])(
    'leaves the old file and at most a temporary one when it is killed with %s',
    async (options) => {
      const each = started(options.split(' '));
      await each.underWay();
      each.kill('client', 'SIGKILL');
      await each.end();
      expect(each.final()).toEqual(older);
      expect(each.temporaries()).toHaveLength(1);
    },
  );

  it('puts what came into the partial directory at SIGINT, and goes on from there', async () => {
    const each = started(['--partial-dir=.part']);
    await each.underWay();
    each.kill('client', 'SIGINT');
    expect((await each.end()).code).toBe(20);
    expect(each.final()).toEqual(older);
    expect(each.temporaries()).toEqual([]);
    const waiting = readFileSync(path.join(each.destination, '.part', 'big'));
    expect(waiting.length).toBeGreaterThan(0);
    expect(waiting.length).toBeLessThan(BIG_BYTES);
    expect(waiting.equals(each.big.subarray(0, waiting.length))).toBe(true);
    each.start(ourCommand, 'pull', rsync, ['--partial-dir=.part', '--no-whole-file', '--bwlimit=0']);
    expect((await each.end()).code).toBe(0);
    expect(each.final()!.equals(each.big)).toBe(true);
    expect(existsSync(path.join(each.destination, '.part'))).toBe(false);
  });

  it('keeps the old file as a backup when --partial puts the part in its place', async () => {
    const each = started(['--partial', '-b']);
    await each.underWay();
    each.kill('client', 'SIGINT');
    expect((await each.end()).code).toBe(20);
    expect(readFileSync(path.join(each.destination, 'big~'))).toEqual(older);
    expect(readdirSync(each.destination).sort()).toEqual(['big', 'big~']);
  });
});
