// The checksum kinds of the transfer as the ABI numbers them, and the size of each digest on the wire.
// docs/protocol/01-session.md section 6.2. Mirrored in core/src/checksum-kinds.ts.

/** No checksum: whole-file digest is one zero byte. */
export const KIND_NONE: i32 = 0;
/** MD4; block sums: block then seed. */
export const KIND_MD4: i32 = 1;
/** MD4 of protocols 27 to 29; block sums as MD4, whole-file digest: seed (even 0) then file. */
export const KIND_MD4_OLD: i32 = 2;
/** MD5; block sums: seed then block. */
export const KIND_MD5: i32 = 3;
/** MD5 of peers without the seed-order flag; block sums: block then seed. */
export const KIND_MD5_SEED_LAST: i32 = 4;
/** SHA-1; block sums: seed then block. */
export const KIND_SHA1: i32 = 5;
export const KIND_XXH64: i32 = 6;
export const KIND_XXH3: i32 = 7;
export const KIND_XXH128: i32 = 8;

/** The longest digest of any kind. */
export const MAX_DIGEST_BYTES: i32 = 20;

/** Bytes of a digest on the wire; 0 for a number that is no kind. */
export function digestBytes(kind: i32): i32 {
  if (kind < KIND_NONE || kind > KIND_XXH128) return 0;
  if (kind == KIND_NONE) return 1;
  if (kind == KIND_SHA1) return 20;
  return kind == KIND_XXH64 || kind == KIND_XXH3 ? 8 : 16;
}
