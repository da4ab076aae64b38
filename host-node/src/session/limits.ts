// Everything a peer can make grow in the engine, with its bound and the reason.

/** A server's handshake takes no longer: a client has everything at hand that it has to say then (09 §10). */
export const HANDSHAKE_LIMIT_SECONDS = 60;
/** Tasks stop producing above this; one frame more than upstream's 64 KiB buffer keeps the pipe full. */
export const OUTPUT_HIGH_WATER_BYTES = 256 * 1024;
/** … and go on below this, so that they do not wake up for every frame. */
export const OUTPUT_LOW_WATER_BYTES = 128 * 1024;
/** Longest list of names in a string negotiation (upstream's buffer is 256). */
export const NEGOTIATION_LIST_BYTES = 255;
/** Longest filter rule on the wire (upstream: 2 × MAXPATHLEN). */
export const FILTER_RULE_BYTES = 8192;
/** Most rules of a peer's filter list; real ones have dozens. */
export const FILTER_RULES = 100_000;
/** Longest name of --files-from in the connection; what is longer than a path is cut by whoever uses it. */
export const FORWARDED_NAME_BYTES = 65536;
/** Counters of NDX_DEL_STATS, as upstream 3.5.0 bounds them (04 §13.9). */
export const DELETED_COUNT_LIMIT = 2 ** 28;
/** Entries that a sender keeps ahead of the generator (03 §14.4). */
export const LOOKAHEAD_ENTRIES = 1000;
