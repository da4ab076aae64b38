// io_uring (ring.c). None throws; each returns a count or the negative errno.

export interface RingCalls {}
