// Extended attributes, names of users and groups (metadata.c). None throws; each returns a count or the negative errno.

export interface MetadataCalls {}
