// What --io-uring=auto|on|off means for a run (docs/io-uring.md).
import { probeRing } from '../fs/ring-probe.ts';
import { threadRingReader } from '../fs/ring-reader.ts';
import type { Options } from '../options/options.ts';
import { RunError } from '../session/run-error.ts';
import { ReadAhead, type ReadAheadOptions } from './read-ahead.ts';

/** `on` is a promise: RunError (exit code 4) before anything is done where it cannot be kept. */
export function requireRing({ ioUring }: Pick<Options, 'ioUring'>): void {
  if (ioUring !== 'on') return;
  const probe = probeRing();
  if (probe.works) return;
  const text = `ocrsync: --io-uring=on is not available here: ${probe.reason} (auto does without it)`;
  throw new RunError('ERR_UNSUPPORTED', text, 4);
}

/**
 * The read-ahead of a sender, or undefined where there is none. With `auto` the kernel is not asked for a ring before the first
 * run of cold files; with `off` never. Followed symlinks, devices and files
 * whose access times are to stay are opened one by one.
 */
export function chooseReadAhead(
  options: Pick<Options, 'ioUring' | 'copyDevices' | 'copyLinks' | 'copyUnsafeLinks' | 'openNoatime'>,
  sourcePath: ReadAheadOptions['sourcePath'],
): ReadAhead | undefined {
  const { ioUring, copyDevices, copyLinks, copyUnsafeLinks, openNoatime } = options;
  if (ioUring === 'off' || copyDevices || copyLinks || copyUnsafeLinks || openNoatime) return undefined;
  const reader = threadRingReader();
  return reader && new ReadAhead({ reader, onlyCold: ioUring === 'auto', sourcePath });
}
