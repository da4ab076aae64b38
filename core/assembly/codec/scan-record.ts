// Records of a directory scan: one entry of a directory with its stat. The host (a system call's answer, nothing of a peer's)
// puts them into memory; layout as in core/src/scan-record.ts.

export const R_LENGTH: usize = 0;
export const R_NAME_LENGTH: usize = 2;
export const R_MODE: usize = 4;
export const R_SIZE: usize = 8;
export const R_MTIME: usize = 16;
export const R_NSEC: usize = 24;
export const R_LINKS: usize = 28;
export const R_UID: usize = 32;
export const R_GID: usize = 36;
/** errno of a failed stat, or MARKED. */
export const R_ERROR: usize = 76;
export const R_NAME: usize = 80;

/** For the host's eyes only: a record to pass over, or one that was found in the list. */
export const MARKED: u32 = 0xffffffff;
