// What the two ends agreed on before the first multiplexed byte (docs/protocol/01-session.md §3–§6).
/** The facts of one session; read-only once the handshake is over. */
export interface Negotiated {
  /** min(own, peer), 27..32. */
  readonly protocol: number;
  /** The peer's own number, for diagnostics. */
  readonly peerProtocol: number;
  /** As they travelled; 0 before protocol 30. */
  readonly compatFlags: number;
  readonly incremental: boolean;
  /** The receiving side can set symlink times (compat bit 1). */
  readonly symlinkTimes: boolean;
  readonly safeFileList: boolean;
  readonly avoidXattrOptimisation: boolean;
  /** MD5 block sums hash the seed before the data (compat bit 5). */
  readonly checksumSeedFirst: boolean;
  readonly inplacePartialDir: boolean;
  /** File-list flags are varints and strings are negotiated (compat bit 7). */
  readonly varintFlags: boolean;
  readonly id0Names: boolean;
  /** Signed 32-bit checksum seed; 0 = none. */
  readonly seed: number;
  /** Kind (core/src/checksum-kinds.ts) of block sums and whole-file digests in the transfer. */
  readonly transferChecksum: number;
  /** Kind of the `--checksum` digests in the file list. */
  readonly listChecksum: number;
  readonly transferChecksumName: string;
  readonly compression: CompressionMethod;
  readonly compressionLevel: number | undefined;
  /** What the peer offered, where there was a negotiation: names, separated by blanks. */
  readonly peerChecksumNames?: string | undefined;
  readonly peerCompressNames?: string | undefined;
}

export type CompressionMethod = 'none' | 'zlib' | 'zlibx' | 'lz4' | 'zstd';
