// node:zlib when it is first needed: it takes 2 ms to load, and most runs do not compress.
import type zlib from 'node:zlib';

let loaded: typeof zlib | undefined;

export function nodeZlib(): typeof zlib {
  loaded ??= process.getBuiltinModule('node:zlib');
  return loaded;
}
