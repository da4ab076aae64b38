// Quoting of words for the remote shell (docs/protocol/01-session.md §15).

// 3.5.0 also quotes newline and CR; a quoted newline is a line continuation to a shell, so 3.4.1's set is kept.
const SHELL_CHARACTER = /[!#$&;|<>(){}"'`\\ \t]/;
const WILDCARD = /[*?[\]]/;

/** An option's value: a backslash before every shell and wildcard character. */
export function quoteValue(value: string): string {
  return Array.from(value, (char) =>
    SHELL_CHARACTER.test(char) || WILDCARD.test(char) ? `\\${char}` : char,
  ).join('');
}

/** A file argument: wildcards stay alive, and so does a backslash directly before one. */
function quotePath(path: string): string {
  let result = '';
  for (let at = 0; at < path.length; at++) {
    const char = path[at]!;
    const keepsWildcard = char === '\\' && at + 1 < path.length && WILDCARD.test(path[at + 1]!);
    result += SHELL_CHARACTER.test(char) && !keepsWildcard ? `\\${char}` : char;
  }
  return result;
}

/** What the other end's path argument looks like. `guardTilde`: a pull whose names are checked. */
export function remotePathWord(
  path: string,
  quoting: boolean,
  guardTilde: boolean,
  relative: boolean,
): string {
  if (path === '') return '.';
  const safe = path.startsWith('-') ? `./${path}` : path;
  if (!quoting) return safe;
  const quoted = quotePath(safe);
  const alone = !safe.includes('/') || (relative && !safe.includes('/./'));
  return guardTilde && alone && safe.startsWith('~') ? `\\${quoted}` : quoted;
}
