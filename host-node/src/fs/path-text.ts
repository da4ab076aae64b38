// Paths and names below a root as text (latin1): nothing here looks at a disk.

/** The directory that a name below a root lies in; '' for one at the top. */
export function parentOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('/')));
}

/** Without slashes at its end; the root keeps one. */
export function withoutSlashes(path: string): string {
  return path.replace(/(?<=.)\/+$/s, '');
}

/** Parent and last component. The root has an empty component, a path of one component the parent '.'. */
export interface SplitPath {
  readonly directory: string;
  readonly leaf: string;
}

export function splitPath(path: string): SplitPath {
  const bare = withoutSlashes(path);
  const slash = bare.lastIndexOf('/');
  if (slash < 0) return { directory: '.', leaf: bare };
  return { directory: slash === 0 ? '/' : bare.slice(0, slash), leaf: bare.slice(slash + 1) };
}

/** Quoted absolute path of a name below a root, for messages (docs/protocol/07-output.md §2.4). */
export function quotedBelow(rootPath: string, name: string): string {
  return `"${rootPath === '/' ? '' : rootPath}/${name}"`;
}
