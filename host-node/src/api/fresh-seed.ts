// A checksum seed for a server that was not given one (docs/protocol/01-session.md §6.1).
import { randomInt } from 'node:crypto';

/** 1..2^31−1: never 0, which would mean "no seed". */
export function freshSeed(): number {
  return randomInt(1, 2 ** 31);
}
