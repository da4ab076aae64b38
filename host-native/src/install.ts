// Whole files put in place in one call, here or on threads of the helper (install.c). None throws; each returns a count or the negative errno.

export interface InstallCalls {}
