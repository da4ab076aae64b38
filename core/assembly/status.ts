// Status codes of the ABI (< 0). Mirrored in core/src/status.ts.

/** Not an error: the window ends inside the item; nothing was consumed. */
export const NEED_MORE: i32 = -1;
/** A length or count is outside the bounds that were checked where it was read. */
export const TOO_LARGE: i32 = -2;
/** The bytes are not a form that the protocol has. */
export const MALFORMED: i32 = -3;
/** The output region given by the host is too small; nothing was produced. */
export const NO_ROOM: i32 = -4;
/** A parameter of the host is out of range. */
export const BAD_ARGUMENT: i32 = -5;
