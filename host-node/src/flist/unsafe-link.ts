// Whether a symlink leads out of the transfer, from its text alone (docs/protocol/03-file-list.md §4.2). Asks no disk.

/** `name`: the link's own name, relative to the root of the transfer. */
export function isUnsafeLink(target: string, name: string): boolean {
  if (target === '' || target.startsWith('/')) return true;
  const rest = target.replace(/^(?:\.\.\/\/*)+/, '');
  if (rest.includes('/../') || (target.length > 3 && target.endsWith('/..'))) return true;
  let depth = depthOf(name);
  const parts = target.split('/');
  const last = parts.pop();
  for (const part of parts) {
    if (part === '.') continue;
    depth += part === '..' ? -1 : 1;
    if (depth < 0) return true;
  }
  return last === '..' && depth === 0;
}

/** Directories above the name; `..` in it makes what stands before it worthless. */
function depthOf(name: string): number {
  const parts = name.split(/\/+/);
  const last = parts.pop();
  if (last === '..') return 0;
  let depth = 0;
  for (const part of parts) {
    if (part === '..') depth = 0;
    else if (part !== '.') depth++;
  }
  return depth;
}
