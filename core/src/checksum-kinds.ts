// The checksum kinds of the transfer as the core's ABI numbers them (mirror of core/assembly/checksum/kinds.ts).
// docs/protocol/01-session.md sections 6.2 and 6.3. Which kind a session uses is decided by the negotiation.

/** No checksum: the whole-file digest is one zero byte. */
export const KIND_NONE = 0;
/** MD4; block sums: block then seed. */
export const KIND_MD4 = 1;
/** MD4 of protocols 27 to 29: block sums as MD4, whole-file digest of seed (even 0) then file. */
export const KIND_MD4_OLD = 2;
/** MD5; block sums: seed then block. */
export const KIND_MD5 = 3;
/** MD5 of peers without the seed-order flag; block sums: block then seed. */
export const KIND_MD5_SEED_LAST = 4;
/** SHA-1; block sums: seed then block. */
export const KIND_SHA1 = 5;
export const KIND_XXH64 = 6;
export const KIND_XXH3 = 7;
export const KIND_XXH128 = 8;

const DIGEST_BYTES: readonly number[] = [1, 16, 16, 16, 16, 20, 8, 8, 16];

/** The longest digest of any kind. */
export const MAX_DIGEST_BYTES = 20;

/** Bytes of a digest of this kind on the wire; RangeError for a number that is no kind. */
export function digestBytes(kind: number): number {
  const bytes = DIGEST_BYTES[kind];
  if (bytes === undefined) throw new RangeError(`checksum kind ${kind}`);
  return bytes;
}
