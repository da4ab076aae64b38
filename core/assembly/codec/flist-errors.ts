// What can be wrong with an entry; core/src/file-list-errors.ts has the texts and exit codes (docs/protocol/03-file-list.md §16).

export const ERR_NAME_OVERFLOW: u32 = 1;
export const ERR_PREFIX: u32 = 2;
export const ERR_NAME_NUL: u32 = 3;
export const ERR_UNSAFE_NAME: u32 = 4;
export const ERR_LINK_RANGE: u32 = 5;
export const ERR_LINK_UNKNOWN: u32 = 6;
export const ERR_VARINT: u32 = 7;
export const ERR_VARLONG: u32 = 8;
export const ERR_TARGET_LENGTH: u32 = 9;
export const ERR_TARGET_NUL: u32 = 10;
export const ERR_NEGATIVE_SIZE: u32 = 11;
export const ERR_HUGE_SIZE: u32 = 12;
export const ERR_END_FLAG: u32 = 13;
export const ERR_ROOT: u32 = 14;
export const ERR_MODE: u32 = 15;
export const ERR_NSEC: u32 = 16;
export const ERR_ACL_INDEX: u32 = 17;
export const ERR_ACL_ACCESS: u32 = 18;
export const ERR_ACL_COUNT: u32 = 19;
export const ERR_XATTR_INDEX: u32 = 20;
export const ERR_XATTR_COUNT: u32 = 21;
export const ERR_XATTR_NAME_LENGTH: u32 = 22;
export const ERR_XATTR_NAME: u32 = 23;
export const ERR_XATTR_VALUE_LENGTH: u32 = 24;
export const ERR_XATTR_TOTAL: u32 = 25;
