// Bits of io_error, which both ends keep and lists and messages carry (docs/protocol/01-session.md §13.1).

export const IO_ERROR_GENERAL = 1;
export const IO_ERROR_VANISHED = 2;
export const IO_ERROR_DELETE_LIMIT = 4;
/** All that a peer may set. */
export const IO_ERROR_BITS = 7;
