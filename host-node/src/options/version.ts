// Our own version and the protocol we speak, for --version and the last line.

export const VERSION = '0.1.0';
/** The rsync whose command line and output we follow. */
export const COMPATIBLE_VERSION = '3.4.1';
export const NEWEST_PROTOCOL = 32;
export const OLDEST_PROTOCOL = 27;
