// Socket pairs, poll, shutdown, passing of descriptors (sockets.c). None throws; each returns a count or the negative errno.

export interface SocketCalls {}
