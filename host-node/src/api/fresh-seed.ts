// A checksum seed for a server that was not given one (docs/protocol/01-session.md §6.1).
import { randomBelow } from '../fs/random.ts';

/** 1..2^31−1: never 0, which would mean "no seed". */
export function freshSeed(): number {
  return 1 + randomBelow(2 ** 31 - 1);
}
