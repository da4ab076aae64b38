// Tests of upstream's suite that ocrsync cannot pass, with the reason; everything else that upstream passes has to pass.

interface KnownFailure {
  readonly test: string;
  readonly programs: readonly string[];
  readonly reason: string;
}

const noDaemon = 'needs the ocrsync daemon';

export const knownFailures: readonly KnownFailure[] = [
  { test: 'daemon', programs: ['ours'], reason: noDaemon },
];
