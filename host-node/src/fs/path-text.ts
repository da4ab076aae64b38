// Paths as text, typed by the person who runs the process or found by the host: nothing here looks at a disk.

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
