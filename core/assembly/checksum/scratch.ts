// The scratch record of the checksum room: the caller owns it and passes its address, so that threads which share
// one memory never share scratch. It must be 16-byte aligned and zeroed before its first use; afterwards it may be
// used for any kind and seed in turn (the derived XXH3 secret of the last seed is kept in it).

/** Size of the record. */
export const SCRATCH_BYTES: usize = 2576;

/** MD state: a b c d (e) as u32, or two groups of four vectors for eight lanes. */
export const STATE: usize = 0;
/** Eight message pointers of the lane kernels. */
export const POINTERS: usize = 128;
/** Whether SECRET is filled, and for which seed. */
export const SECRET_READY: usize = 160;
export const SECRET_SEED: usize = 164;
/** XXH3's eight 64-bit accumulators. */
export const ACCUMULATORS: usize = 192;
/** XXH3's secret, derived from the seed: 192 bytes. */
export const SECRET: usize = 256;
/** Message words, transposed for the lane kernels or expanded for SHA-1: 512 bytes. */
export const WORDS: usize = 512;
/** One padded message tail per lane: up to 128 bytes plus the overshoot of vector stores. */
export const TAILS: usize = 1024;
export const TAIL_STRIDE: usize = 160;
/** Digests of up to eight blocks before they are cut to their wire length. */
export const DIGESTS: usize = 2304;
export const DIGEST_STRIDE: usize = 32;
