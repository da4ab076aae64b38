// --usermap, --groupmap, --chown as they meet on a command line (docs/protocol/05-options.md §4.6, §7). What a map means is the
// receiver's matter.
import { usageError } from './option-error.ts';
import type { RawOptions } from './raw-options.ts';

type MapName = 'usermap' | 'groupmap';

const TURNED_ON = { usermap: 'owner', groupmap: 'group' } as const;
const AFFECTED = { usermap: 'user', groupmap: 'group' } as const;

/** --usermap=TEXT or --groupmap=TEXT: once, and not after a --chown for the same. */
export function setMap(raw: RawOptions, name: MapName, value: string): void {
  const from = raw.mapOrigins[name];
  if (from === 'chown') throw usageError(`--${name} conflicts with prior --chown.`);
  if (from === 'map') throw usageError(`You can only specify --${name} once.`);
  keep(raw, name, value, 'map');
}

/** --chown=USER:GROUP; either may be missing. */
export function setChown(raw: RawOptions, value: string): void {
  const colon = value.indexOf(':');
  const user = colon < 0 ? value : value.slice(0, colon);
  const group = colon < 0 ? '' : value.slice(colon + 1);
  if (user !== '') chownPart(raw, 'usermap', user);
  if (group !== '') chownPart(raw, 'groupmap', group);
}

function chownPart(raw: RawOptions, name: MapName, to: string): void {
  const from = raw.mapOrigins[name];
  if (from === 'map') throw usageError(`--chown conflicts with prior --${name}.`);
  if (from === 'chown') throw usageError(`You can only specify a ${AFFECTED[name]}-affecting --chown once.`);
  keep(raw, name, `*:${to}`, 'chown');
}

function keep(raw: RawOptions, name: MapName, value: string, origin: 'map' | 'chown'): void {
  raw[name] = value;
  raw.mapOrigins[name] = origin;
  raw[TURNED_ON[name]] = true;
}
