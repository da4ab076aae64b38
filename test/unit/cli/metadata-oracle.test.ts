// Differential: access times, fake-super and nodes, beside rsync 3.4.1 on the real disk: the same lines, exit codes, trees and
// attributes. Run as root they cover devices and foreign owners.
import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { currentDirectory } from '@ocrsync/native/at-calls';
import { loadNative } from '@ocrsync/native/load';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { localShell } from '../../program-scripts.ts';
import { besideUpstream } from './oracle-kit.ts';

const rsync = findPeer('3.4.1');
const native = loadNative();
const isRoot = process.geteuid?.() === 0;
const ours = `'${process.execPath}' '${path.resolve('cli/bin/ocrsync.js')}'`;
/** Later times are the runs' own. */
const startNs = BigInt(Date.now()) * 1_000_000n;
const room = Buffer.alloc(65536);

const FILES = `mkdir -p src/d/ro; cd src; echo 1 >a; echo 22 >b; echo 333 >d/c; ln -s a l; mkfifo p; echo same >s; chmod 4640 b
chmod 1755 d; chmod 500 d/ro; chmod 400 s
touch -h -d '2020-01-01 01:01:01.5' a b d/c l p s d/ro d .`;
const OWNED = `${FILES}; mknod dev c 1 3; mknod blk b 259 70000; chown 5:6 a d; chown -h 7:8 l dev; chmod 4640 b
touch -h -d '2020-01-01 01:01:01.5' dev blk .`;
/** With a look at nothing in between: reading changes what is compared. */
const TIMES = `touch -h -a -d '2001-02-03 04:05:06.789' a b d/c l p; touch -a -d '1960-01-01 00:00:00.5' s
touch -h -m -d '2010-01-01 01:01:01.123456789' a b d/c l p s d d/ro .`;

let base = '';
beforeEach(() => {
  mkdirSync('.cache', { recursive: true });
  base = mkdtempSync(path.resolve('.cache/metadata-'));
  chmodSync(base, 0o777);
  localShell(base, '', 'rsh');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function shell(line: string): { status: number | null; lines: string[] } {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line], {
    cwd: base,
    encoding: 'latin1',
    timeout: 20_000,
  });
  return { status, lines: `${stdout}${stderr}`.split('\n').sort() };
}

function described(root: string, name: string, atimes: boolean): string {
  const file = path.join(root, name);
  const stat = lstatSync(file, { bigint: true });
  const keys = native!.listXattrs(currentDirectory, file, room);
  const attributes = room.toString('latin1', 0, Math.max(0, keys)).split('\0').filter(Boolean).sort();
  const values = attributes.map((key) => {
    const length = native!.getXattr(currentDirectory, file, key, room);
    return `${key}=${room.toString('latin1', 0, length)}`;
  });
  const { mode, uid, gid, rdev, size, mtimeNs, atimeNs } = stat;
  const atime = atimes && !stat.isDirectory() ? atimeNs : '-';
  const mtime = mtimeNs > startNs ? 'now' : mtimeNs;
  return [
    name,
    mode.toString(8),
    uid,
    gid,
    rdev,
    stat.isDirectory() ? 0 : size,
    mtime,
    atime,
    ...values,
  ].join(' ');
}

/** Every object; no symlink is looked through, since that would date it. */
function tree(name: string, atimes: boolean): string[] {
  const root = path.join(base, name);
  const lines: string[] = [];
  const walk = (directory: string): void => {
    lines.push(described(root, directory, atimes));
    for (const each of readdirSync(path.join(root, directory), { withFileTypes: true })) {
      const inside = path.join(directory, each.name);
      if (each.isDirectory()) walk(inside);
      else lines.push(described(root, inside, atimes));
    }
  };
  walk('.');
  return lines.sort();
}

interface Comparison {
  /** Makes src. */
  readonly source: string;
  /** Before each run, in src. */
  readonly before?: string;
  /** Makes dst, in base. */
  readonly destination?: string;
  /** RSYNC is the program under test, PEER always the real one. */
  readonly line: string;
  readonly atimes?: boolean;
}

/** Runs the line with the real rsync and with ours from the same state, and compares everything. */
function compare({
  source,
  before = 'true',
  destination = 'true',
  line,
  atimes = false,
}: Comparison): string[] {
  shell(source);
  const [real, mine] = [`'${rsync!}'`, ours].map((program) => {
    shell(`rm -rf dst; ${destination}; cd src; ${before}`);
    const { status, lines } = shell(line.replaceAll('RSYNC', program).replaceAll('PEER', `'${rsync!}'`));
    const said = lines.filter((text) => !/^(ocrsync|rsync) error|^sent |^total size/.test(text));
    return { status, said, tree: tree('dst', atimes) };
  });
  expect(mine).toEqual(real);
  return mine!.said;
}

const possible = rsync !== undefined && native?.setXattr !== undefined;

describe.skipIf(!possible)('access times', () => {
  const older = `mkdir dst; echo 1 >dst/a; echo old >dst/b; echo same >dst/s; touch -m -d '2010-01-01 01:01:01.123456789' dst/a dst/s`;

  it.each([
    ['a missing destination', 'true', '-aiU'],
    ['a missing destination, twice -U', 'true', '-aiUU'],
    ['protocol 29', 'true', '-aiU --protocol=29'],
    ['protocol 28', 'true', '-aiU --protocol=28'],
    ['an older destination', older, '-aiU'],
    ['an older destination, all items', older, '-aiiU'],
    ['an older destination, in place', older, '-aiU --inplace --no-W'],
    ['an older destination, dry', older, '-aiUn'],
    ['an older destination by checksum', older, '-acU'],
  ])('are copied with %s', (_name, destination, options) => {
    const line = `RSYNC ${options} src/ dst/`;
    compare({ source: FILES, before: TIMES, destination, line, atimes: !options.includes('n') });
  });

  it.each(['push', 'pull'])('travel over a remote shell in a %s', (direction) => {
    const [from, to] = direction === 'push' ? ['src/', 'h:dst/'] : ['h:src/', 'dst/'];
    const line = `cd '${base}'; RSYNC -aiU -e ./rsh --rsync-path=PEER ${from.replace('h:', `h:${base}/`)} ${to.replace('h:', `h:${base}/`)}`;
    compare({ source: FILES, before: TIMES, line, atimes: true });
  });

  it('are shown by the letter u where they differ', () => {
    const lines = compare({ source: FILES, before: TIMES, destination: older, line: 'RSYNC -aiU src/ dst/' });
    expect(lines).toContain('.f...p..u.. s');
  });

  it.each(['-aUU', '-a --open-noatime'])('of the source stay with %s', (options) => {
    shell(FILES);
    shell(`cd src; ${TIMES}`);
    // Reading a symlink's target dates it, whoever reads.
    const files = (): string[] => tree('src', true).filter((text) => !text.includes(' 120777 '));
    const before = files();
    expect(shell(`${ours} ${options} src/ dst/`).status).toBe(0);
    expect(files()).toEqual(before);
    expect(readFileSync(path.join(base, 'dst/b'), 'utf8')).toBe('22\n');
  });

  it('are refused by name below protocol 28', () => {
    shell(FILES);
    const { status, lines } = shell(`${ours} -aU --protocol=27 src/ dst/`);
    expect(status).toBe(2);
    expect(lines).toContain('--atimes requires protocol 28 or higher (negotiated 27).');
  });
});

describe.skipIf(!possible || !isRoot)('fake-super', () => {
  /** The program under test is the server; it gets --fake-super from the real client. */
  const server = (options: string, from: string, to: string): string =>
    `PEER ${options} -M--fake-super -e ./rsh --rsync-path="RSYNC" ${from} ${to}`;

  it.each(['-ai', '-aHi', '-rltgoDi', '-aAXi'])(
    'keeps what rsync keeps, as a server told by -M, with %s',
    (options) => {
      compare({ source: OWNED, line: server(options, 'src/', `h:${base}/dst/`) });
    },
  );

  it('gives back as a server what it keeps', () => {
    shell(OWNED);
    shell(`'${rsync!}' -a -M--fake-super src/ kept/`);
    compare({ source: 'true', line: server('-ai', `h:${base}/kept/`, 'dst/') });
    expect(tree('dst', false)).toEqual(tree('src', false));
  });

  it('takes over a tree of real files', () => {
    const destination = 'cp -a src dst; echo new >dst/a';
    compare({ source: OWNED, destination, line: 'RSYNC -ai --fake-super src/ dst/' });
  });

  it('works for an ordinary user', () => {
    const line = `mkdir dst; chown 1000:1000 dst; ${server('-ai', 'src/', `h:${base}/dst/`)}`;
    shell(`echo '#!/bin/sh\nshift\neval "exec setpriv --reuid=1000 --regid=1000 --clear-groups $*"' >rsh`);
    expect(compare({ source: OWNED, line })).toContain('cD+++++++++ dev');
  });

  it('ends with code 11 at a corrupt attribute', () => {
    shell(`${FILES}; setfattr -n user.rsync.%stat -v hello b`);
    const { status, lines } = shell(`${ours} -a --fake-super src/ dst/`);
    expect(status).toBe(11);
    expect(lines).toContain(`Corrupt user.rsync.%stat xattr attached to "${base}/src/b": "hello"`);
  });

  it('conflicts with -XX', () => {
    shell(FILES);
    expect(
      compare({ source: FILES, destination: 'mkdir dst', line: 'RSYNC -aXX --fake-super src/ dst/' }).join(),
    ).toContain('--fake-super conflicts with -XX');
  });
});

describe.skipIf(!possible || !isRoot)('files whose owner cannot be set', () => {
  it('are left to nobody else, with --super of an ordinary user', () => {
    const line =
      'chown 1000:1000 dst; setpriv --reuid=1000 --regid=1000 --clear-groups RSYNC -a --super src/ dst/';
    const source =
      'mkdir src; echo 1 >src/a; echo 2 >src/b; chmod 664 src/a; chmod 400 src/b; chown 1000:1000 src/b';
    shell(source);
    const modes = [`'${rsync!}'`, ours].map((program) => {
      shell('rm -rf dst; mkdir dst');
      expect(shell(line.replace('RSYNC', program)).status).toBe(23);
      return ['a', 'b'].map((name) => (lstatSync(path.join(base, 'dst', name)).mode & 0o7777).toString(8));
    });
    expect(modes).toEqual([
      ['600', '400'],
      ['600', '400'],
    ]);
  });
});

describe.skipIf(!possible || !isRoot)('devices and special files', () => {
  const asUser = 'chown 1000:1000 dst; setpriv --reuid=1000 --regid=1000 --clear-groups';

  it.each(['-ai', '-ai --no-super', '-ai --no-D', '-ai --no-specials', '-rti --specials', '-rti --devices'])(
    'are made or left out by root with %s',
    (options) => {
      compare({ source: OWNED, line: `RSYNC ${options} src/ dst/` });
    },
  );

  it.each(['-ai', '-ai --devices --no-specials', '-ai --fake-super'])(
    'are made or left out by an ordinary user with %s',
    (options) => {
      compare({
        source: `${OWNED}; chmod 644 s b; chmod 755 d/ro`,
        destination: 'mkdir dst',
        line: `${asUser} RSYNC ${options} src/ dst/`,
      });
    },
  );
});

besideUpstream(
  'a file in the way of a directory that --ignore-existing keeps',
  'mkdir -p s/x/in d; touch s/x/f s/x/in/g d/x',
  (kit) => {
    it('has no default permissions for what would be in it', () => {
      kit.compare('RSYNC -r --ignore-existing SH s/ h:$PWD/d');
      kit.compare('RSYNC -rn --ignore-existing s/ d');
      kit.compare('RSYNC -rni s/ d');
      kit.compare('RSYNC -rn --delete s/ d');
      kit.compare('RSYNC -rp --ignore-existing s/ d');
    }, 30_000);
  },
);
