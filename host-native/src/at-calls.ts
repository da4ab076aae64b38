// System calls relative to held directory descriptors (at-calls.c). None throws; each returns a count or the negative errno.

export interface AtCalls {}
