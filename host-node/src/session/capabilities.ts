// The capability letters of the client and the compat flags that a server derives from them (docs/protocol/01-session.md §4).

export const COMPAT_INC_RECURSE = 0x001;
export const COMPAT_SYMLINK_TIMES = 0x002;
export const COMPAT_SYMLINK_ICONV = 0x004;
export const COMPAT_SAFE_FLIST = 0x008;
export const COMPAT_AVOID_XATTR_OPTIM = 0x010;
export const COMPAT_CHKSUM_SEED_FIX = 0x020;
export const COMPAT_INPLACE_PARTIAL_DIR = 0x040;
export const COMPAT_VARINT_FLIST_FLAGS = 0x080;
export const COMPAT_ID0_NAMES = 0x100;

const LETTER_FLAGS: readonly (readonly [string, number])[] = [
  ['f', COMPAT_SAFE_FLIST],
  ['x', COMPAT_AVOID_XATTR_OPTIM],
  ['C', COMPAT_CHKSUM_SEED_FIX],
  ['I', COMPAT_INPLACE_PARTIAL_DIR],
  ['v', COMPAT_VARINT_FLIST_FLAGS],
  ['u', COMPAT_ID0_NAMES],
];

/** --iconv is for the targets of symlinks too: both ends know how (03 §15). */
export function convertsLinkTargets(
  role: 'client' | 'server',
  capabilities: string,
  compatFlags: number,
): boolean {
  return role === 'server'
    ? lettersOf(capabilities).includes('s')
    : (compatFlags & COMPAT_SYMLINK_ICONV) !== 0;
}

/** The letters without their version part: `.iLs…` or `32.1iLs…` → `iLs…`. */
function lettersOf(capabilities: string): string {
  return capabilities.replace(/^\d*\.?\d*/, '');
}

/** Compat flags that this server answers to a client with these letters. */
export function serverCompatFlags(capabilities: string, incrementalAllowed: boolean): number {
  const letters = lettersOf(capabilities);
  let flags = COMPAT_SYMLINK_TIMES | COMPAT_SYMLINK_ICONV;
  if (incrementalAllowed && letters.includes('i')) flags |= COMPAT_INC_RECURSE;
  for (const [letter, flag] of LETTER_FLAGS) if (letters.includes(letter)) flags |= flag;
  return flags;
}

/**
 * The protocol number that a server writes first. Pre-release clients (`VER.SUB` with SUB ≠ 0) get the one below the
 * version that both would otherwise call the same (01 §3.1).
 */
export function serverProtocolOffer(capabilities: string, ownProtocol: number): number {
  const match = /^(\d+)\.(\d+)/.exec(capabilities);
  if (!match) return ownProtocol;
  const version = Number(match[1]);
  const sub = Number(match[2]);
  if (version === 0 || sub === 0) return ownProtocol;
  if (version < ownProtocol) return version - 1;
  return version > ownProtocol ? ownProtocol : ownProtocol - 1;
}
