// Absolute form of paths that the user typed. Pure but for the current directory.

/** Cleaned of '.', empty components and slashes at the end; '..' stays what it is. `path` is latin1. */
export function absolutePath(path: string): string {
  const start = Buffer.from(process.cwd(), 'utf8').toString('latin1');
  const whole = path.startsWith('/') ? path : `${start}/${path}`;
  const parts = whole.split('/').filter((part) => part !== '' && part !== '.');
  return `/${parts.join('/')}`;
}
