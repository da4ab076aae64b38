// The value of --chmod: a list of changes to permission bits (docs/protocol/05-options.md §4.5, 3.5.0's forms: 09 §9). Pure.

const SETUID = 0o4000;
const SETGID = 0o2000;
const STICKY = 0o1000;
const BITS = 0o7777;
const EXECUTE = 0o111;
const USER = 0o100;
const GROUP = 0o010;
const OTHERS = 0o001;
const SHIFTS = { u: 6, g: 3, o: 0 } as const;

/** One item of the list. */
export interface ModeChange {
  readonly appliesTo: 'all' | 'directories' | 'files';
  readonly operator: '+' | '-' | '=';
  /** Of an octal item: all bits. Else one bit for each named class (0111), all three where none is named. */
  readonly classes: number;
  /** What `=` clears. */
  readonly cleared: number;
  /** Bits that are set or taken away. */
  readonly bits: number;
  /** The bits of this class are taken as they are then, instead of `bits`. */
  readonly copyOf: 'u' | 'g' | 'o' | null;
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
  for (const change of changes) {
    const { appliesTo, operator, copyOf, isMasked } = change;
    if (appliesTo !== 'all' && (appliesTo === 'directories') !== isDirectory) continue;
    const wanted = copyOf === null ? change.bits : ((result >> SHIFTS[copyOf]) & 7) * change.classes;
    const named = isMasked ? wanted & ~umask : wanted;
    if (operator === '-') {
      result &= ~named;
      continue;
    }
    if (operator === '=') result &= ~change.cleared;
    result |= change.executeIfAny && !mayExecute ? named & ~EXECUTE : named;
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
  return {
    appliesTo,
    operator: '=',
    classes: BITS,
    cleared: BITS,
    bits,
    copyOf: null,
    executeIfAny: false,
    isMasked: false,
  };
}

function symbolicChange(item: string): ModeChange | undefined {
  const [, who, operator, copyOf, what = ''] = /^([DFugoa]*)([-+=])(?:([ugo])|([rwxXst]*))$/.exec(item) ?? [];
  if (who === undefined) return undefined;
  const appliesTo = scopeOf(who);
  if (appliesTo === undefined) return undefined;
  const isMasked = !/[ugoa]/.test(who);
  const classes = isMasked || who.includes('a') ? EXECUTE : classesOf(who);
  const triple = (what.includes('r') ? 4 : 0) | (what.includes('w') ? 2 : 0) | (/[xX]/.test(what) ? 1 : 0);
  return {
    appliesTo,
    operator: operator as ModeChange['operator'],
    classes,
    cleared: classes * 7 + (copyOf === undefined ? replacedSpecials(who, what) : specialsOf(classes)),
    bits: (classes * triple) | specialBits(who, what),
    copyOf: (copyOf as ModeChange['copyOf'] | undefined) ?? null,
    executeIfAny: what.includes('X'),
    isMasked,
  };
}

function classesOf(who: string): number {
  return (who.includes('u') ? USER : 0) | (who.includes('g') ? GROUP : 0) | (who.includes('o') ? OTHERS : 0);
}

/** `=` with an `s` or `t` also takes the set-id bits of the named classes (observed). */
function replacedSpecials(who: string, what: string): number {
  return /[st]/.test(what) ? setIdsOf(who) : 0;
}

function setIdsOf(who: string): number {
  return (/[ua]/.test(who) ? SETUID : 0) | (/[ga]/.test(who) ? SETGID : 0);
}

function specialsOf(classes: number): number {
  return (
    ((classes & USER) === 0 ? 0 : SETUID) |
    ((classes & GROUP) === 0 ? 0 : SETGID) |
    ((classes & OTHERS) === 0 ? 0 : STICKY)
  );
}

/**
 * `s` is set by what stands before the operator; where that is nobody or the others, it is the user's and displaces a `t`
 * before it (observed).
 */
function specialBits(who: string, what: string): number {
  const named = setIdsOf(who);
  let bits = 0;
  for (const letter of what) {
    if (letter === 't') bits |= STICKY;
    if (letter === 's') bits = named === 0 ? SETUID : bits | named;
  }
  return bits;
}
