// Asks the kernel once per process (and worker) whether io_uring works here. Off never asks: no system call is made.
import { loadNative, type NativeHelper } from '@ocrsync/native/load';
import { errorOfNumber } from './errno.ts';

/** auto: where it measured better (docs/io-uring.md); on: wanted, its absence is an error; off: never touched. */
export type RingMode = 'auto' | 'on' | 'off';

/** What the kernel answered. */
export type RingProbe =
  { readonly works: true; readonly setupFlags: number } | { readonly works: false; readonly reason: string };

type ProbeCalls = Pick<NativeHelper, 'ringOfThread' | 'ringFlags'>;

let answered: RingProbe | undefined;

/** The kernel's answer, asked for at the first call. */
export function probeRing(): RingProbe {
  answered ??= askKernel(loadNative());
  return answered;
}

/** Makes the ring of this thread, which later reads use. Exported for tests; call {@link probeRing}. */
export function askKernel(native: Partial<ProbeCalls> | undefined): RingProbe {
  if (native?.ringOfThread === undefined || native.ringFlags === undefined) {
    return { works: false, reason: 'the native helper is not loaded' };
  }
  const ring = native.ringOfThread();
  if (ring > 0) return { works: true, setupFlags: native.ringFlags(ring) };
  const { code, strerror } = errorOfNumber(-ring, 'io_uring_setup', '');
  return { works: false, reason: `io_uring_setup: ${strerror} (${code})` };
}
