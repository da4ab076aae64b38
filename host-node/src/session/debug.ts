// The words of --debug: which there are, and how the engine says them (docs/protocol/07-output.md §12). Prints nothing itself.

/** The flags of --debug, as the option table has them. */
export type DebugFlag =
  | 'acl'
  | 'backup'
  | 'bind'
  | 'chdir'
  | 'connect'
  | 'cmd'
  | 'del'
  | 'deltasum'
  | 'dup'
  | 'exit'
  | 'filter'
  | 'flist'
  | 'fuzzy'
  | 'genr'
  | 'hash'
  | 'hlink'
  | 'iconv'
  | 'io'
  | 'nstr'
  | 'own'
  | 'proto'
  | 'recv'
  | 'send'
  | 'time';

/**
 * Says a line, or several, when the flag stands at that level or above it. The text is only made then. Where nothing of --debug is on there is
 * no voice at all, so that callers write `report.debug?.('del', 2, () => …)` and pay for one comparison.
 */
export type DebugVoice = (flag: DebugFlag, level: number, text: () => string | readonly string[]) => void;

/** A voice for these levels, or undefined when all of them are 0. */
export function debugVoice(
  levels: Readonly<Record<DebugFlag, number>>,
  say: (text: string) => void,
): DebugVoice | undefined {
  if (Object.values(levels).every((level) => level === 0)) return undefined;
  return (flag, level, text) => {
    if (levels[flag] < level) return;
    const lines = text();
    if (typeof lines === 'string') say(lines);
    else for (const line of lines) say(line);
  };
}
