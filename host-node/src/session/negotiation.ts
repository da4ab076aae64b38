// Choosing a checksum and a compression method from two lists of names (docs/protocol/01-session.md §5). Pure.
import * as kinds from '@ocrsync/core/checksum-kinds';
import type { CompressionMethod } from './negotiated.ts';
import { RunError } from './run-error.ts';

/** In upstream's order; a client that keeps it agrees with every server's rule of choice (§5.3). */
export const CHECKSUM_NAMES: readonly string[] = ['xxh128', 'xxh3', 'xxh64', 'md5', 'md4', 'sha1'];
export const COMPRESS_NAMES: readonly CompressionMethod[] = ['zstd', 'lz4', 'zlibx', 'zlib'];

const KINDS: Readonly<Record<string, number>> = {
  xxh128: kinds.KIND_XXH128,
  xxh3: kinds.KIND_XXH3,
  xxh64: kinds.KIND_XXH64,
  md5: kinds.KIND_MD5,
  md4: kinds.KIND_MD4,
  sha1: kinds.KIND_SHA1,
  none: kinds.KIND_NONE,
};

function canonical(name: string): string {
  const lower = name.toLowerCase();
  return lower === 'xxhash' ? 'xxh64' : lower;
}

/** First name of the client's list that the server listed too; RunError (exit 4) when there is none. */
export function choose(
  type: 'checksum' | 'compress',
  role: 'client' | 'server',
  own: readonly string[],
  peerText: string,
): string {
  const peer = peerText
    .split(' ')
    .filter((name) => name !== '')
    .map(canonical);
  const [first, second] = role === 'client' ? [own, peer] : [peer, own];
  const chosen = first.find((name) => second.includes(name) && own.includes(name));
  if (chosen !== undefined) return chosen;
  const failure = failedNegotiation(type, role, own, peerText);
  // The client fails as well and says so; a server adds nothing (observed).
  throw role === 'client' ? failure : new RunError(failure.code, '', failure.exitCode);
}

/** What the list of an end looks like on the wire: an environment without a name that exists leaves one word. */
export function offeredNames(own: readonly string[]): string {
  return own.length === 0 ? 'INVALID' : own.join(' ');
}

/** No name in common. `peerText` is the peer's list, or the name that stands for it where none travels. */
export function failedNegotiation(
  type: 'checksum' | 'compress',
  role: 'client' | 'server',
  own: readonly string[],
  peerText: string,
): RunError {
  const [peerLabel, ownLabel] = role === 'client' ? ['Server', 'Client'] : ['Client', 'Server'];
  return new RunError(
    'ERR_NEGOTIATION',
    `Failed to negotiate a ${type} choice.\n${peerLabel} list: ${peerText}\n${ownLabel} list: ${offeredNames(own)}`,
    4,
  );
}

/** Server: refuses an explicit choice that its environment's list lacks (§5.4). */
export function checkAllowed(type: 'checksum' | 'compress', own: readonly string[], name: string): void {
  if (own.includes(type === 'checksum' ? canonical(name) : name)) return;
  if (type === 'checksum') checksumKind(name);
  const text = `Your --${type}-choice value (${name}) was refused by the server.`;
  throw new RunError('ERR_NEGOTIATION', text, 4);
}

/** The kind for an explicit or negotiated name; RunError (exit 4) for one that does not exist. */
export function checksumKind(name: string): number {
  const kind = KINDS[canonical(name)];
  if (kind === undefined) throw new RunError('ERR_CHECKSUM_NAME', `unknown checksum name: ${name}`, 4);
  return kind;
}

/** The kind of `--checksum` digests for an automatic transfer kind: plain digests, never with a seed (§6.3). */
export function listKindOf(transferKind: number): number {
  return transferKind === kinds.KIND_MD4_OLD ? kinds.KIND_MD4 : transferKind;
}

/** What is used when nothing is negotiated or chosen (§5.5). */
export function automaticChecksum(protocol: number, seedFirst: boolean): { kind: number; name: string } {
  if (protocol < 30) return { kind: kinds.KIND_MD4_OLD, name: 'md4' };
  return { kind: seedFirst ? kinds.KIND_MD5 : kinds.KIND_MD5_SEED_LAST, name: 'md5' };
}
