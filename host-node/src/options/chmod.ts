// The value of --chmod: a list of changes to permission bits (docs/protocol/05-options.md §4.5). Pure.

const SETUID = 0o4000;
const SETGID = 0o2000;
const STICKY = 0o1000;
const BITS = 0o7777;
const EXECUTE = 0o111;

/** One item of the list. */
export interface ModeChange {
  readonly appliesTo: 'all' | 'directories' | 'files';
  readonly operator: '+' | '-' | '=';
  /** What `=` clears: the permissions of the named classes. */
  readonly cleared: number;
  /** Bits that are set or taken away. */
  readonly bits: number;
  /** `X`: execute bits only where the object is a directory or had one from the beginning. */
  readonly executeIfAny: boolean;
  /** The item names nobody (`+w`): the umask keeps its bits out. */
  readonly isMasked: boolean;
}

/** undefined for what is no such list. */
export function parseChmod(text: string): readonly ModeChange[] | undefined {
  const changes: ModeChange[] = [];
  for (const item of text.split(',')) {
    const change = octalChange(item) ?? symbolicChange(item);
    if (change === undefined) return undefined;
    changes.push(change);
  }
  return changes;
}

/** The mode after all changes; its type bits stay as they are. */
export function applyChmod(
  mode: number,
  isDirectory: boolean,
  changes: readonly ModeChange[],
  umask: number,
): number {
  const mayExecute = isDirectory || (mode & EXECUTE) !== 0;
  let result = mode & BITS;
  for (const { appliesTo, operator, cleared, bits, executeIfAny, isMasked } of changes) {
    if (appliesTo !== 'all' && (appliesTo === 'directories') !== isDirectory) continue;
    const named = isMasked ? bits & ~umask : bits;
    if (operator === '-') {
      result &= ~named;
      continue;
    }
    if (operator === '=') result &= ~cleared;
    result |= executeIfAny && !mayExecute ? named & ~EXECUTE : named;
  }
  return (mode & ~BITS) | result;
}

/** undefined where both are named. */
function scopeOf(letters: string): ModeChange['appliesTo'] | undefined {
  const directories = letters.includes('D');
  const files = letters.includes('F');
  if (directories && files) return undefined;
  return directories ? 'directories' : files ? 'files' : 'all';
}

function octalChange(item: string): ModeChange | undefined {
  const [, scope, digits] = /^([DF]*)([0-7]+)$/.exec(item) ?? [];
  if (scope === undefined || digits === undefined) return undefined;
  const appliesTo = scopeOf(scope);
  const bits = Number.parseInt(digits, 8);
  if (appliesTo === undefined || bits > BITS) return undefined;
  return { appliesTo, operator: '=', cleared: BITS, bits, executeIfAny: false, isMasked: false };
}

function symbolicChange(item: string): ModeChange | undefined {
  const [, who, operator, what] = /^([DFugoa]*)([-+=])([rwxXst]*)$/.exec(item) ?? [];
  if (who === undefined || what === undefined) return undefined;
  const appliesTo = scopeOf(who);
  if (appliesTo === undefined) return undefined;
  const isMasked = !/[ugoa]/.test(who);
  const classes = isMasked || who.includes('a') ? 0o111 : classesOf(who);
  const triple = (what.includes('r') ? 4 : 0) | (what.includes('w') ? 2 : 0) | (/[xX]/.test(what) ? 1 : 0);
  return {
    appliesTo,
    operator: operator as ModeChange['operator'],
    cleared: classes * 7,
    bits: (classes * triple) | specialBits(who, what),
    executeIfAny: what.includes('X'),
    isMasked,
  };
}

function classesOf(who: string): number {
  return (who.includes('u') ? 0o100 : 0) | (who.includes('g') ? 0o010 : 0) | (who.includes('o') ? 0o001 : 0);
}

/** `s` is set by what stands before the operator; where neither user nor group does, it is the user's. */
function specialBits(who: string, what: string): number {
  const sticky = what.includes('t') ? STICKY : 0;
  if (!what.includes('s')) return sticky;
  const named = (who.includes('u') ? SETUID : 0) | (who.includes('g') ? SETGID : 0);
  return sticky | (named === 0 ? SETUID : named);
}
