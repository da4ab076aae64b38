// Status codes of the core's ABI (mirror of core/assembly/status.ts).

export const NEED_MORE = -1;
export const TOO_LARGE = -2;
export const MALFORMED = -3;
export const NO_ROOM = -4;
export const BAD_ARGUMENT = -5;
