// Tests of upstream's suite that ocrsync cannot pass yet, with the reason; everything else that upstream passes has to pass.

interface KnownFailure {
  readonly test: string;
  readonly programs: readonly string[];
  readonly reason: string;
}

/** They start the program under test as a daemon, alone or among other things. */
const daemonTests = [
  'alt-dest-symlink-race',
  'batch-mode',
  'chmod-option',
  'copy-dest-source-symlink',
  'daemon',
  'daemon-chroot-acl',
  'daemon-gzip-download',
  'daemon-gzip-upload',
  'daemon-refuse-compress',
];

export const knownFailures: readonly KnownFailure[] = daemonTests.map((test) => ({
  test,
  programs: ['ours'],
  reason: 'needs the ocrsync daemon',
}));
