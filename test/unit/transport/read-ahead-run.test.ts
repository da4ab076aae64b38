import { afterEach, describe, expect, it, vi } from 'vitest';
import path from 'node:path';
import { loadNative } from '@ocrsync/native/load';
import { sync } from '@ocrsync/node/api/sync';
import { probeRing } from '@ocrsync/node/fs/ring-probe';
import { requireRing } from '@ocrsync/node/transfer/read-ahead-choice';
import { findPeer } from '../../../interop/peers.ts';
import { localShell } from '../../program-scripts.ts';
import { readTree, tempDirectory, writeTree } from '../api/temp-tree.ts';

const rsync = findPeer('3.4.1');
const probe = probeRing();

afterEach(() => vi.restoreAllMocks());

/** Directories with small files, one of them too long to be read ahead, one empty. */
function manyFiles(root: string): void {
  const files: Record<string, string> = {};
  for (let folder = 0; folder < 3; folder++) {
    for (let i = 0; i < 90; i++) files[`d${folder}/f${i}`] = `${folder}/${i} `.repeat((i * 37) % 700);
  }
  files['d1/long'] = 'long '.repeat(50_000);
  writeTree(root, files);
}

async function push(mode: string) {
  const root = tempDirectory();
  const source = path.join(root, 'source');
  const destination = path.join(root, 'destination');
  manyFiles(source);
  const result = await sync(`${source}/`, `host:${destination}`, {
    rsh: localShell(root),
    rsyncPath: rsync!,
    args: [`--io-uring=${mode}`],
  });
  expect(readTree(destination)).toEqual(readTree(source));
  return result;
}

describe.skipIf(!probe.works || rsync === undefined)(
  `A push with a ring ${probe.works ? '' : probe.reason}`,
  () => {
    it('sends the same files and counts the same bytes as without one', async () => {
      const runs = vi.spyOn(loadNative()!, 'ringReadFiles');
      const without = await push('off');
      expect(runs).not.toHaveBeenCalled();
      const withRing = await push('on');
      expect(runs.mock.calls.length).toBeGreaterThan(3);
      expect(withRing.statistics).toMatchObject({
        literalBytes: without.statistics.literalBytes,
        transferredFiles: without.statistics.transferredFiles,
      });
    });

    it('by default reads ahead where files are cold, and asks for no ring where they are warm', async () => {
      const native = loadNative()!;
      const runs = vi.spyOn(native, 'ringReadFiles');
      await push('auto');
      expect(runs).not.toHaveBeenCalled();
      vi.spyOn(native, 'fileIsCold').mockReturnValue(1);
      await push('auto');
      expect(runs).toHaveBeenCalled();
    });

    it('goes on by plain calls when no ring can be made after all', async () => {
      const native = loadNative()!;
      vi.spyOn(native, 'fileIsCold').mockReturnValue(1);
      const tried = vi.spyOn(native, 'ringOfThread').mockReturnValue(-24);
      await push('auto');
      expect(tried).toHaveBeenCalled();
    });
  },
);

describe('--io-uring=on', () => {
  it('fails before anything is done where there is no ring', async () => {
    const before = process.env['OCRSYNC_NATIVE'];
    try {
      process.env['OCRSYNC_NATIVE'] = 'off';
      vi.resetModules();
      const { requireRing: requires } = await import('@ocrsync/node/transfer/read-ahead-choice');
      expect(() => requires({ ioUring: 'on' })).toThrow(
        'ocrsync: --io-uring=on is not available here: the native helper is not loaded (auto does without it)',
      );
      expect(() => requires({ ioUring: 'auto' })).not.toThrow();
    } finally {
      if (before === undefined) delete process.env['OCRSYNC_NATIVE'];
      else process.env['OCRSYNC_NATIVE'] = before;
    }
  });

  it('is met where there is one', () => {
    if (probe.works) expect(() => requireRing({ ioUring: 'on' })).not.toThrow();
    else expect(() => requireRing({ ioUring: 'on' })).toThrow(probe.reason);
  });
});
