// A local copy by the command's own means, whose file system is made to leave the destination: everything below `escape/`
// goes to another directory, as if the door to the disk had a hole. Only the kernel's confinement is left to stop it.
// Usage: node --conditions=ocrsync-source confined-escape.ts OUTSIDE WORDS…
import { runLocalCopy } from '@ocrsync/node/api/local-copy';
import { RunConfinement } from '@ocrsync/node/api/run-confinement';
import type { Filesystem, Root } from '@ocrsync/node/fs/filesystem';
import { localFilesystem } from '@ocrsync/node/fs/local';
import { resolveEndpoints } from '@ocrsync/node/options/endpoint';
import { parseArguments } from '@ocrsync/node/options/parse';
import { rendererFor } from '../../cli/src/rendering.ts';

const HOLE = 'escape';
/** Calls of a root whose first two arguments are names. */
const TWO_NAMES: readonly PropertyKey[] = ['rename', 'link'];

const [outside, ...words] = process.argv.slice(2) as [string, ...string[]];
const parsed = parseArguments(words, process.env);
if (parsed.kind !== 'options') throw new Error(parsed.stderr);
const { options } = parsed;
const endpoints = resolveEndpoints(options);
if (endpoints.direction !== 'local' || endpoints.destination === null)
  throw new Error('a local copy, please');
const { destination } = endpoints;

/** Methods keep their `this`, which has private fields. */
function bound<T extends object>(target: T, replace: (key: PropertyKey, method: Function) => unknown): T {
  return new Proxy(target, {
    get: (object, key) => {
      const value: unknown = Reflect.get(object, key, object);
      return typeof value === 'function' ? replace(key, value) : value;
    },
  });
}

function leaking(root: Root, elsewhere: Root): Root {
  return bound(root, (key, method) => (...given: unknown[]) => {
    const first = given[0];
    const leaks = typeof first === 'string' && (first === HOLE || first.startsWith(`${HOLE}/`));
    if (!leaks) return Reflect.apply(method, root, given);
    const names = TWO_NAMES.includes(key) ? 2 : 1;
    const moved = given.map((each, i) => (i < names ? (each as string).slice(HOLE.length + 1) || '.' : each));
    return Reflect.apply(Reflect.get(elsewhere, key) as Function, elsewhere, moved);
  });
}

const local = localFilesystem();
const filesystem: Filesystem = bound(local, (key, method) => (...given: unknown[]) => {
  const made: unknown = Reflect.apply(method, local, given);
  const isDestination = key === 'root' && (given[0] as string).startsWith(destination.replace(/\/$/, ''));
  return isDestination ? leaking(made as Root, local.root(outside)) : made;
});

const confinement = RunConfinement.of(options, {
  warn: (text) => process.stderr.write(`${text}\n`),
  beforehand: () => undefined,
});
const { exitCode } = await runLocalCopy(
  options,
  endpoints,
  {
    sink: rendererFor(options),
    line: () => undefined,
    signal: new AbortController().signal,
    confinement,
  },
  filesystem,
);
process.exitCode = exitCode;
