// The checksum kinds of the transfer as the core's ABI numbers them (mirror of core/assembly/checksum/kinds.ts).
// docs/protocol/01-session.md sections 6.2 and 6.3. Which kind a session uses is decided by the negotiation.

/** No checksum: the whole-file digest is one zero byte. */
export const NONE = 0;
/** MD4; block sums: block then seed. */
export const MD4 = 1;
/** MD4 of protocols 27 to 29: block sums as MD4, whole-file digest of seed (even 0) then file. */
export const MD4_OLD = 2;
/** MD5; block sums: seed then block. */
export const MD5 = 3;
/** MD5 of peers without the seed-order flag; block sums: block then seed. */
export const MD5_SEED_LAST = 4;
/** SHA-1; block sums: seed then block. */
export const SHA1 = 5;
export const XXH64 = 6;
export const XXH3 = 7;
export const XXH128 = 8;

export type ChecksumKind =
  | typeof NONE
  | typeof MD4
  | typeof MD4_OLD
  | typeof MD5
  | typeof MD5_SEED_LAST
  | typeof SHA1
  | typeof XXH64
  | typeof XXH3
  | typeof XXH128;

const DIGEST_BYTES = [1, 16, 16, 16, 16, 20, 8, 8, 16] as const;

/** The longest digest of any kind. */
export const MAX_DIGEST_BYTES = 20;

/** Bytes of a digest of this kind on the wire. */
export function digestBytes(kind: ChecksumKind): number {
  return DIGEST_BYTES[kind];
}
