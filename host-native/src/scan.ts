// Scans of whole directories into records (scan.c). None throws; each returns a count or the negative errno.

export interface ScanCalls {}
