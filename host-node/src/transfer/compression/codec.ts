// Which compression methods work on this runtime, and the two halves of each (docs/protocol/04-transfer.md §7.3-§7.6).
import { CoreInstance } from '@ocrsync/core/instance';
import type { TokenCompressor, TokenDecompressor } from '@ocrsync/core/token-codec';
import { Lz4Compressor, Lz4Decompressor } from './lz4.ts';
import { ZlibCompressor, ZlibDecompressor } from './zlib.ts';
import { ZstdCompressor, ZstdDecompressor } from './zstd.ts';

/** Without 'none'. */
export type TokenCompression = 'zlib' | 'zlibx' | 'lz4' | 'zstd';

export interface CompressorOptions {
  readonly protocol: number;
  /** As on the command line; undefined = the method's default, out of range = the nearest. zlib 0 = stored blocks. */
  readonly level?: number | undefined;
}

export interface DecompressorOptions {
  readonly protocol: number;
  /** Where the peer's stream is, for errors: the reader's. */
  readonly byteOffset: () => number;
}

/** One for all files that a session sends. */
export function createTokenCompressor(
  method: TokenCompression,
  core: CoreInstance,
  options: CompressorOptions,
): TokenCompressor {
  if (method === 'lz4') return new Lz4Compressor(core);
  if (method === 'zstd') return new ZstdCompressor(core, options.level);
  return new ZlibCompressor(
    core,
    { protocol: options.protocol, insertsMatched: method === 'zlib' },
    options.level,
  );
}

/** One for all files that a session receives. */
export function createTokenDecompressor(
  method: TokenCompression,
  core: CoreInstance,
  options: DecompressorOptions,
): TokenDecompressor {
  if (method === 'lz4') return new Lz4Decompressor(core, options.byteOffset);
  if (method === 'zstd') return new ZstdDecompressor(core, options.byteOffset);
  const insertsMatched = method === 'zlib';
  return new ZlibDecompressor(core, { protocol: options.protocol, insertsMatched }, options.byteOffset);
}

const tried = new Map<TokenCompression, boolean>();

/** Whether a method works here: tried once, with two tokens and a matched block between them. */
export function compressionWorks(method: TokenCompression): boolean {
  let works = tried.get(method);
  if (works === undefined) {
    try {
      works = roundTrip(method);
    } catch {
      works = false;
    }
    tried.set(method, works);
  }
  return works;
}

const SAMPLE = 'The quick brown fox jumps over the lazy dog. ';

function roundTrip(method: TokenCompression): boolean {
  const core = new CoreInstance();
  const compressor = createTokenCompressor(method, core, { protocol: 32 });
  const decompressor = createTokenDecompressor(method, core, { protocol: 32, byteOffset: () => 0 });
  const at = core.alloc(SAMPLE.length);
  for (let i = 0; i < SAMPLE.length; i++) core.u8[at + i] = SAMPLE.charCodeAt(i);
  let decoded = '';
  const drain = (): void => {
    for (let length = decompressor.read(); length > 0; length = decompressor.read()) {
      const from = decompressor.outputAt;
      decoded += String.fromCharCode(...core.u8.subarray(from, from + length));
    }
  };
  const record = (from: number, length: number): void => {
    decompressor.write(from, length);
    drain();
  };
  compressor.begin();
  decompressor.begin();
  for (let token = 0; token < 2; token++) {
    compressor.literal(at, SAMPLE.length, record);
    compressor.flush(record);
    decompressor.finish();
    drain();
    if (!compressor.insertsMatched) continue;
    compressor.insert(at, SAMPLE.length);
    decompressor.insert(at, SAMPLE.length);
  }
  return decoded === SAMPLE + SAMPLE;
}
