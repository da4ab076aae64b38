// Which room may import which: core ← session, flist, filter, delete, options ← transfer ← transport, daemon ← api ← cli.

/** Rooms of host-node/src, each with the rooms it may import besides itself. */
const allowedRooms: Readonly<Record<string, readonly string[]>> = {
  session: [],
  fs: [],
  options: ['session'],
  delete: ['session', 'options', 'fs'],
  filter: ['session', 'options', 'fs', 'delete'],
  flist: ['session', 'options', 'fs', 'filter'],
  report: ['session', 'options'],
  transfer: ['session', 'options', 'fs', 'filter', 'flist', 'delete', 'report'],
  transport: ['session', 'options', 'fs', 'report', 'transfer'],
  daemon: ['session', 'options', 'fs', 'filter', 'flist', 'delete', 'report', 'transfer', 'transport'],
  api: ['session', 'options', 'fs', 'filter', 'flist', 'delete', 'report', 'transfer', 'transport', 'daemon'],
};

/** Packages that a package may import by name. */
const allowedPackages: Readonly<Record<string, readonly string[]>> = {
  core: [],
  'host-native': [],
  'host-node': ['@ocrsync/core/', '@ocrsync/native/'],
  cli: ['@ocrsync/core/', '@ocrsync/node/', '@oclif/core'],
};

/** Rooms that touch the disk by themselves; everybody else goes through fs/. */
const roomsWithDisk: readonly string[] = ['fs', 'transport', 'daemon', 'api'];

/** The room a file of host-node lies in, or undefined. */
function roomOf(name: string): string | undefined {
  return /^host-node\/src\/([^/]+)\//.exec(name)?.[1];
}

/** The room that a relative import inside host-node leads to. */
function roomOfImport(name: string, imported: string): string | undefined {
  if (!imported.startsWith('.')) return undefined;
  return roomOf(new URL(imported, `file:///${name}`).pathname.slice(1));
}

/** What is wrong with one import of one file, or undefined. */
export function importFault(name: string, imported: string): string | undefined {
  const home = name.split('/')[0] as string;
  const packages = allowedPackages[home];
  if (packages === undefined || !/\/src\//.test(name)) return undefined;
  const fault = (why: string): string => `${name} imports ${imported}: ${why}`;
  if (imported.startsWith('.')) {
    const target = new URL(imported, `file:///${name}`).pathname.slice(1);
    if (!target.startsWith(`${home}/`)) return fault('a relative path into another package');
    const [room, other] = [roomOf(name), roomOfImport(name, imported)];
    if (room === undefined || other === undefined || room === other) return undefined;
    return allowedRooms[room]?.includes(other) === true ? undefined : fault(`${room} must not know ${other}`);
  }
  if (imported.startsWith('node:')) return nodeFault(name, home, imported, fault);
  const isAllowed = packages.some((prefix) => imported.startsWith(prefix));
  return isAllowed ? undefined : fault(`${home} must not import it`);
}

function nodeFault(
  name: string,
  home: string,
  imported: string,
  fault: (why: string) => string,
): string | undefined {
  if (home === 'core') return fault('the core knows nothing of Node');
  const room = roomOf(name);
  if (room === 'session') return fault('the session is sans-IO');
  const isDisk = imported === 'node:fs' || imported === 'node:fs/promises';
  if (isDisk && room !== undefined && !roomsWithDisk.includes(room))
    return fault('the disk has one door, fs/');
  return undefined;
}
