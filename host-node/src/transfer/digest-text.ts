// A file's digest as %C prints it (docs/protocol/07-output.md §6).
import { KIND_XXH128, KIND_XXH3, KIND_XXH64 } from '@ocrsync/core/checksum-kinds';
import { isRegular } from '@ocrsync/core/file-type';
import type { Entry } from '../session/ports.ts';

/** Hexadecimal; the xxhash family is printed from its highest byte, which travels last (observed). */
export function digestText(digest: Uint8Array, kind: number | undefined): string {
  const bytes = Buffer.from(digest);
  const isNumber = kind === KIND_XXH64 || kind === KIND_XXH3 || kind === KIND_XXH128;
  return (isNumber ? bytes.reverse() : bytes).toString('hex');
}

/** With --checksum: what the list has for a regular file. */
export function entryDigest({ list, row }: Entry, kind: number | undefined): string | undefined {
  const digest = isRegular(list.mode(row)) ? list.checksum(row) : undefined;
  return digest === undefined ? undefined : digestText(digest, kind);
}
