// The client's answer to a daemon's challenge (docs/protocol/02-daemon.md §7).
import { createHash } from 'node:crypto';
import { CoreInstance } from '@ocrsync/core/instance';
import { WholeFileHash } from '@ocrsync/core/checksum';
import { KIND_MD4 } from '@ocrsync/core/checksum-kinds';
import { RunError } from '../session/run-error.ts';

/** Digests this client offers, strongest first; always in this order (§7.1). */
export const AUTH_DIGESTS = ['sha512', 'sha256', 'sha1', 'md5', 'md4'] as const;
export type AuthDigest = (typeof AUTH_DIGESTS)[number] | 'md4-zero-seed';

/** First of our names that the daemon listed; without a list the default of the protocol. RunError (exit 4) if none fits. */
export function chooseAuthDigest(daemonList: string, protocol: number): AuthDigest {
  const names = daemonList.split(' ').filter((name) => name !== '');
  if (names.length === 0) return protocol >= 30 ? 'md5' : 'md4-zero-seed';
  const chosen = AUTH_DIGESTS.find((name) => names.includes(name));
  if (chosen) return chosen;
  throw new RunError(
    'ERR_AUTH_DIGEST',
    `Failed to negotiate a daemon auth checksum choice.\nServer list: ${daemonList}\nClient list: ${AUTH_DIGESTS.join(' ')}`,
    4,
  );
}

/** Unpadded base64 of digest(password ‖ challenge); both are hashed as the bytes they are. */
export function authResponse(digest: AuthDigest, password: string, challenge: string): string {
  const text = Buffer.from(password + challenge, 'latin1');
  return digestOf(digest, text).toString('base64').replace(/=+$/, '');
}

function digestOf(digest: AuthDigest, text: Buffer): Buffer {
  if (digest !== 'md4' && digest !== 'md4-zero-seed') return createHash(digest).update(text).digest();
  const hash = new WholeFileHash(new CoreInstance(), KIND_MD4);
  if (digest === 'md4-zero-seed') hash.updateBytes(new Uint8Array(4));
  hash.updateBytes(text);
  return Buffer.from(hash.final());
}
