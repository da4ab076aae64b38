// Finds and loads the native helper, a Node-API addon that `npm run build:native` makes on Linux.
// It must never be needed: a caller that gets undefined takes its pure-Node way.
import { createRequire } from 'node:module';
import type { AtCalls } from './at-calls.ts';
import type { ConfineCalls } from './confine.ts';
import type { FileCalls } from './files.ts';
import type { InstallCalls } from './install.ts';
import type { MetadataCalls } from './metadata.ts';
import type { RingCalls } from './ring.ts';
import type { ScanCalls } from './scan.ts';
import type { SocketCalls } from './sockets.ts';

/** A nanosecond value that leaves that one time as it is (UTIME_OMIT of Linux). */
export const omitTime = 0x3ffffffe;

/**
 * Numbers in a stat record: mode, size, mtime (seconds, nanoseconds), atime (the same), uid, gid, device, inode, links,
 * major and minor number of a device node.
 */
export const statFields = 13;

/** The calls of the addon. None of them throws; each returns a count or the negative errno. */
export interface NativeHelper
  extends AtCalls, FileCalls, ScanCalls, InstallCalls, MetadataCalls, RingCalls, SocketCalls, ConfineCalls {}

/** Beside a bundle, in the package itself, and in the checkout seen from a bundle of the cli. */
const places = ['./native.node', '../build/native.node', '../../host-native/build/native.node'];

let loaded: NativeHelper | undefined;
let tried = false;
let loadedFrom: string | undefined;
const failures: string[] = [];

function tryPlaces(): NativeHelper | undefined {
  const require = createRequire(import.meta.url);
  for (const place of places) {
    try {
      const helper = require(place) as NativeHelper;
      loadedFrom = require.resolve(place);
      return helper;
    } catch (error) {
      // Not there, or built for another machine: the next place, and in the end plain Node.
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'MODULE_NOT_FOUND') failures.push(message);
    }
  }
  return undefined;
}

/** The helper, loaded once; undefined when it is not built or OCRSYNC_NATIVE=off. */
export function loadNative(): NativeHelper | undefined {
  if (process.env['OCRSYNC_NATIVE'] === 'off') return undefined;
  if (!tried) {
    tried = true;
    loaded = tryPlaces();
  }
  return loaded;
}

/** Where the helper came from, or why there is none: `path` xor `reason`. */
export interface NativeReport {
  readonly path?: string;
  readonly reason?: string;
}

export function nativeReport(): NativeReport {
  if (loadNative() !== undefined && loadedFrom !== undefined) return { path: loadedFrom };
  if (process.env['OCRSYNC_NATIVE'] === 'off') return { reason: 'switched off (OCRSYNC_NATIVE=off)' };
  if (failures.length > 0) return { reason: failures.join('; ') };
  return { reason: process.platform === 'linux' ? 'not built' : `there is none for ${process.platform}` };
}
