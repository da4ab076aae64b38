// What `ocrsync doctor` and --version say about io_uring.
import { probeRing, type RingMode } from './ring-probe.ts';

export interface RingReport {
  readonly mode: RingMode;
  /** Rings can be made here; false with mode off, which does not ask. */
  readonly available: boolean;
  /** Names of the flags that the kernel took, without IORING_SETUP_. */
  readonly setupFlags: readonly string[];
  /** One line for people: the kernel's answer, or why nobody asked. */
  readonly answer: string;
}

const SETUP_FLAGS: readonly (readonly [number, string])[] = [
  [1 << 8, 'COOP_TASKRUN'],
  [1 << 12, 'SINGLE_ISSUER'],
  [1 << 13, 'DEFER_TASKRUN'],
];

/** Asks the kernel (once per process), unless the mode is off. */
export function ringReport(mode: RingMode = 'auto'): RingReport {
  if (mode === 'off') return { mode, available: false, setupFlags: [], answer: 'switched off' };
  const probe = probeRing();
  if (!probe.works) return { mode, available: false, setupFlags: [], answer: probe.reason };
  const setupFlags = SETUP_FLAGS.filter(([bit]) => (probe.setupFlags & bit) !== 0).map(([, name]) => name);
  const kind = setupFlags.length === 0 ? 'plain' : setupFlags.join(' ');
  const use = mode === 'on' ? 'used for every run of small files' : 'used for cold small files';
  return { mode, available: true, setupFlags, answer: `available (${kind}), ${use}` };
}
