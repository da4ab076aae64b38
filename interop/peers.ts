// Finds the real rsync of an exact version, or makes it ready: the peers that ocrsync is compared with.
// Usage: npx node interop/peers.ts 3.4.1     prints the path of a binary that has answered --version.
// Nothing is installed into the system except compilers and headers (by apt, when root and when they lack);
// the binaries live in a cache directory. Nobody reads the upstream source that is unpacked for the build.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { makePeer, makeSuiteTree } from './peer-builds.ts';

/** The versions that the suite knows how to get, in the order of their importance. */
export const peerVersions = ['3.4.1', '3.5.0', '3.2.7'] as const;
export type PeerVersion = (typeof peerVersions)[number];

const checkout = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** The version that a binary says it has, or undefined when it does not run. */
function versionOf(binary: string): string | undefined {
  const result = spawnSync(binary, ['--version'], { encoding: 'latin1' });
  if (result.error || result.status !== 0) return undefined;
  return /^rsync\s+version\s+v?(\S+)\s/.exec(result.stdout)?.[1];
}

function cacheDirectories(): string[] {
  const shared = process.env['OCRSYNC_PEER_CACHE'] ?? path.join(homedir(), '.cache', 'ocrsync-peers');
  return [path.join(checkout, '.cache', 'peers'), shared];
}

/** A ready binary of this version without building anything, or undefined. */
export function findPeer(version: PeerVersion): string | undefined {
  const named = process.env['OCRSYNC_UPSTREAM'];
  if (named !== undefined && named !== '' && version === '3.4.1') {
    const found = versionOf(named);
    if (found !== version) throw new Error(`OCRSYNC_UPSTREAM is ${named}: version ${found ?? 'unknown'}`);
    return named;
  }
  for (const directory of cacheDirectories()) {
    const binary = path.join(directory, version, 'rsync');
    if (existsSync(binary) && versionOf(binary) === version) return binary;
  }
  return undefined;
}

/** A ready binary of this version; builds or downloads it into the shared cache when there is none yet. */
export function ensurePeer(version: PeerVersion): string {
  const found = findPeer(version);
  if (found !== undefined) return found;
  const binary = path.join(cacheDirectories()[1] as string, version, 'rsync');
  makePeer(version, binary);
  const answered = versionOf(binary);
  if (answered !== version) throw new Error(`${binary} was made but says version ${answered ?? 'nothing'}`);
  return binary;
}

/** The built source tree of 3.4.1 with upstream's own test suite; built into the shared cache when there is none yet. */
export function ensureSuiteTree(): string {
  const tree = path.join(cacheDirectories()[1] as string, '3.4.1-suite');
  if (!existsSync(tree)) makeSuiteTree(tree);
  return tree;
}

function main(): void {
  const wanted = process.argv[2];
  const version = peerVersions.find((known) => known === wanted);
  if (version === undefined) {
    process.stderr.write(`usage: node interop/peers.ts ${peerVersions.join('|')}\n`);
    process.exit(2);
  }
  try {
    process.stdout.write(`${ensurePeer(version)}\n`);
  } catch (error) {
    process.stderr.write(`peers: no rsync ${version}: ${(error as Error).message}\n`);
    process.exit(1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
