// A symlink's target as bytes by node:fs. By way of a buffer: Deno knows no latin1 here,
// and gives a plain Uint8Array.
import { readlinkSync } from 'node:fs';

/** latin1; throws what node:fs throws. */
export function linkTarget(path: Buffer): string {
  return Buffer.from(readlinkSync(path, { encoding: 'buffer' })).toString('latin1');
}
