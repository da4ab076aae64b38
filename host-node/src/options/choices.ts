// --checksum-choice, --compress-choice and the preference lists of the environment (docs/protocol/01-session.md §5.2, §5.6; 05-options.md §12.3).
import { bareError } from './option-error.ts';
import type { ChecksumChoice, CompressChoice } from './options.ts';

const CHECKSUM_NAMES = ['xxh128', 'xxh3', 'xxh64', 'md5', 'md4', 'sha1', 'none', 'auto'];
const COMPRESS_NAMES: readonly CompressChoice[] = ['zstd', 'lz4', 'zlibx', 'zlib', 'none'];

/** `shown`: what rsync names when it does not know the name: everything from there on. */
function checksumName(text: string, shown: string): string {
  const lower = text.toLowerCase();
  const name = lower === 'xxhash' ? 'xxh64' : lower;
  if (!CHECKSUM_NAMES.includes(name)) throw bareError(`unknown checksum name: ${shown}`, 4);
  return name;
}

/** null = negotiate. @throws OptionError (exit 4) for an unknown name. */
export function parseChecksumChoice(text: string | null): ChecksumChoice | null {
  if (text === null) return null;
  const comma = text.indexOf(',');
  const transfer = checksumName(comma < 0 ? text : text.slice(0, comma), text);
  const preTransfer = comma < 0 ? transfer : checksumName(text.slice(comma + 1), text.slice(comma + 1));
  return transfer === 'auto' && preTransfer === 'auto' ? null : { transfer, preTransfer, text };
}

/** null = negotiate (`auto`). @throws OptionError (exit 4) for an unknown name. */
export function parseCompressChoice(text: string | null): CompressChoice | null {
  if (text === null) return null;
  const lower = text.toLowerCase();
  if (lower === 'auto') return null;
  const name = COMPRESS_NAMES.find((candidate) => candidate === lower);
  if (name === undefined) throw bareError(`unknown compress name: ${text}`, 4);
  return name;
}

/** The words of $RSYNC_CHECKSUM_LIST or $RSYNC_COMPRESS_LIST for a role; null = the default list. */
export function preferenceList(value: string | undefined, isServer: boolean): readonly string[] | null {
  if (value === undefined) return null;
  const split = value.indexOf('&');
  const half = split < 0 ? value : isServer ? value.slice(split + 1) : value.slice(0, split);
  const words = half.split(/\s+/).filter((word) => word !== '');
  return words.length === 0 ? null : words;
}
