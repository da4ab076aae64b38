// System calls on open descriptors: data, sizes, copies inside the kernel (files.c). None throws; each returns a count or the negative errno.

export interface FileCalls {}
