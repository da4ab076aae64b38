// Index numbers with a meaning of their own (docs/protocol/01-session.md §7.7).

export const NDX_DONE = -1;
export const NDX_FLIST_EOF = -2;
export const NDX_DEL_STATS = -3;
/** A sub-list for directory number d is announced as −101 − d. */
export const NDX_FLIST_OFFSET = -101;
