// Calls everything the addon has, with sense and without, in a process of its own: for the sanitizers and valgrind
// (scripts/sanitize.mjs), and for the plain test that no call throws or brings the process down.
// Usage: node sanitize-drive.ts ADDON SEED CALLS. Prints one line with counts; the exit code is 0 unless something threw.
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { seeded } from '../../../interop/random.ts';

type Call = (...args: unknown[]) => unknown;

/** Act on the whole process, wait for others, or close what they are given: never called with anything that is right. */
const onlyNonsense =
  /^(?:close|landlock|noNewPrivileges|seccomp|change|limit)|poll|wait|accept|recv|send|spawn|kill|socket|shutdown/i;
/** Take effect whatever they are given. */
const never = new Set(['noNewPrivileges', 'seccompProbe']);
const MOST_ARGUMENTS = 8;

const [addon, seedText, callsText] = process.argv.slice(2) as [string, string, string];
const native = createRequire(import.meta.url)(path.resolve(addon)) as Record<string, Call>;
const random = seeded(Number(seedText));
const base = mkdtempSync(path.join(tmpdir(), 'ocrsync-drive-'));
const directory = openSync(base, 'r');
const file = openSync(path.join(base, 'file'), 'w+');

const detached = new ArrayBuffer(64);
const detachedView = new Uint8Array(detached);
structuredClone(detached, { transfer: [detached] });

const strange: readonly unknown[] = [
  undefined,
  null,
  true,
  Symbol('s'),
  10n ** 30n,
  {},
  [1, 2],
  () => 1,
  new Map(),
  new DataView(new ArrayBuffer(9)),
  new Int16Array(5),
  detached,
  detachedView,
  NaN,
  Infinity,
  -Infinity,
  -1,
  -0.5,
  1.5,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 32,
  2 ** 53,
  1e300,
];

/** Names stay in the scratch directory; numbers are no open descriptor but the two given ones. */
const sensible: readonly (() => unknown)[] = [
  () => directory,
  () => file,
  () => random.pick([384, 4096, 0o1000644, 77_777]),
  () => random.pick(['file', 'a', 'b', 'none', 'a/b', '\xff\n', 'user.x', 'trusted.overlay']),
  () => random.pick(['', '\0', 'a\0b', '\u{1f600}', 'x'.repeat(255), 'x'.repeat(256), 'y'.repeat(5000)]),
  () => new Uint8Array(random.pick([0, 1, 3, 24, 100, 65_536])),
  () => new Float64Array(random.pick([0, 1, 13, 14, 1000])).fill(random.pick([0, -1, NaN, 1e18, 500])),
  () => Buffer.from(random.pick(['', 'a', 'user.x', 'x'.repeat(300)])),
  () => random.pick([true, false]),
];

function argument(nonsenseOnly: boolean): unknown {
  if (nonsenseOnly || random.below(4) === 0) return random.pick(strange);
  return random.pick(sensible)();
}

/** One call. Descriptors and rings that it gives are closed again. */
function callOnce(name: string): void {
  const count = random.below(MOST_ARGUMENTS + 1);
  const args = Array.from({ length: count }, () => argument(onlyNonsense.test(name)));
  const result = native[name]!(...args);
  if (typeof result !== 'number' || result < 0) return;
  if (name.startsWith('open')) native['close']!(result);
  if (name === 'ringOpen') native['ringClose']!(result);
}

/** What every call would be used for, once around. */
function workProperly(): void {
  const made = native['openat']!(directory, 'made', 0o102, 0o600);
  if (typeof made !== 'number' || made < 0) throw new Error(`openat: ${String(made)}`);
  native['pwrite']!(made, Buffer.alloc(70_000, 'x'), 5);
  native['pread']!(made, new Uint8Array(80_000), 0);
  native['copyRange']!(made, file, 0, 70_005);
  native['clone']!(made, file);
  native['fstat']!(made, new Float64Array(20));
  native['setXattr']!(directory, 'made', 'user.key', Buffer.from('value'));
  native['getXattr']!(directory, 'made', 'user.key', new Uint8Array(65_536));
  native['listXattrs']!(directory, 'made', new Uint8Array(65_536));
  native['close']!(made);
  native['symlinkat']!('target', directory, 'link');
  native['readlinkat']!(directory, 'link');
  native['getdents']!(directory);
  native['scan']!(directory, new Uint8Array(65_536));
  native['userName']!(0);
  native['groupId']!('root');
  native['renameat2']!(directory, 'made', directory, 'moved', 0);
}

function drive(): string {
  const names = Object.keys(native).filter((name) => !never.has(name));
  const calls = Number(callsText);
  workProperly();
  for (let done = 0; done < calls; done++) callOnce(names[done % names.length]!);
  return `${names.length} functions, ${calls} calls, seed ${seedText}`;
}

try {
  process.stdout.write(`${drive()}\n`);
} finally {
  closeSync(directory);
  closeSync(file);
  rmSync(base, { recursive: true, force: true });
}
