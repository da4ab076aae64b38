// A checksum seed for a server that was not given one (docs/protocol/01-session.md §6.1).

/** 1..2^31−1: never 0, which would mean "no seed". */
export function freshSeed(): number {
  return process.getBuiltinModule('node:crypto').randomInt(1, 2 ** 31);
}

/** For two ends in one process, who have nothing to hide from each other; node:crypto takes 3 ms to load. */
export function localSeed(): number {
  return 1 + Math.floor(Math.random() * (2 ** 31 - 1));
}
