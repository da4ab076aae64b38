// The methods that work on this runtime, in the order of preference (docs/protocol/01-session.md §5.2).
import type { CompressionMethod } from '../../session/negotiated.ts';
import { COMPRESS_NAMES } from '../../session/negotiation.ts';
import { compressionWorks } from './codec.ts';

/** Tries each method once; asked only by runs that compress. */
export function availableMethods(): readonly CompressionMethod[] {
  return COMPRESS_NAMES.filter((name) => name !== 'none' && compressionWorks(name));
}
