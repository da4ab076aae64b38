// Giving up rights of this thread (confine.c). None throws; each returns a count or the negative errno.

export interface ConfineCalls {}
