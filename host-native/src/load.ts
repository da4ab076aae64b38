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

function tryPlaces(): NativeHelper | undefined {
  const require = createRequire(import.meta.url);
  for (const place of places) {
    try {
      return require(place) as NativeHelper;
    } catch {
      // Not there, or built for another machine: the next place, and in the end plain Node.
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
