// The library call on real trees, in memory and through a remote shell to the real rsync 3.4.1.
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { sync, SyncError } from '@ocrsync/node/api/sync';
import type { SyncEvent, SyncOptions } from '@ocrsync/node/api/sync';
import { findPeer } from '../../../interop/peers.ts';
import { localShell } from '../../program-scripts.ts';
import { readTree, tempDirectory, writeTree } from './temp-tree.ts';

const rsync = findPeer('3.4.1');

function sourceTree(): { root: string; source: string; destination: string } {
  const root = tempDirectory();
  const source = path.join(root, 'source');
  writeTree(source, { 'a.txt': 'a', 'ü/b.txt': 'bb', 'sub/c.txt': 'c'.repeat(300_000) });
  return { root, source, destination: path.join(root, 'destination') };
}

async function refusal(run: Promise<unknown>): Promise<SyncError> {
  const error = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SyncError);
  return error as SyncError;
}

describe('sync on this machine', () => {
  it('copies a tree recursively without any option', async () => {
    const { source, destination } = sourceTree();
    symlinkSync('a.txt', path.join(source, 'link'));
    const result = await sync(`${source}/`, destination);
    expect(readTree(destination)).toEqual(readTree(source));
    expect(readdirSync(destination)).toContain('link');
    expect(result.exitCode).toBe(0);
    expect(result.statistics.transferredFiles).toBe(3);
    expect(result.messages).toEqual([]);
    expect(result.changes).toBeUndefined();
  });

  it('takes several sources, and names beyond ASCII', async () => {
    const { source, destination } = sourceTree();
    await sync([path.join(source, 'ü'), path.join(source, 'a.txt')], destination);
    expect(readTree(destination)).toEqual({ 'a.txt': 'a', 'ü/b.txt': 'bb' });
  });

  it('copies no directory with archive off', async () => {
    const { source, destination } = sourceTree();
    const result = await sync(`${source}/`, destination, { archive: false });
    expect(result.statistics.transferredFiles).toBe(0);
  });

  it('tells in a dry run what it would do, and does nothing', async () => {
    const { source, destination } = sourceTree();
    writeTree(destination, { extra: 'x', 'a.txt': 'old' });
    const before = readTree(destination);
    const { changes } = await sync(`${source}/`, destination, { dryRun: true, delete: true });
    expect(readTree(destination)).toEqual(before);
    expect(changes?.filter(({ type }) => type === 'deleted').map(({ name }) => name)).toEqual(['extra']);
    const transfers = changes?.filter((change) => change.type === 'change' && change.transfer);
    expect(transfers?.map(({ name }) => name).sort()).toEqual(['a.txt', 'sub/c.txt', 'ü/b.txt']);
  });

  it('takes the order filter, include, exclude, args, and the last word of args wins', async () => {
    const { source, destination } = sourceTree();
    writeTree(source, { 'keep.log': 'k', 'drop.log': 'd', 'never.log': 'n' });
    const result = await sync(`${source}/`, destination, {
      filter: '- never.log',
      include: ['keep.log', 'never.log'],
      exclude: '*.log',
      dryRun: true,
      args: ['--exclude=a.txt', '--no-times'],
    });
    const names = result.changes?.map(({ name }) => name);
    expect(names).toContain('keep.log');
    for (const name of ['never.log', 'drop.log', 'a.txt']) expect(names).not.toContain(name);
  });

  it('gives its events in order: agreement, list, changes, summary, end', async () => {
    const { source, destination } = sourceTree();
    const events: SyncEvent[] = [];
    await sync(`${source}/`, destination, { onEvent: (event) => events.push(event) });
    const types = events.map(({ type }) => type);
    expect(types[0]).toBe('negotiated');
    expect(types.slice(-2)).toEqual(['summary', 'finished']);
    expect(types.indexOf('file-list')).toBeLessThan(types.indexOf('change'));
    const changed = events.flatMap((event) => (event.type === 'change' ? [event.name] : []));
    expect(changed).toEqual(['.', 'a.txt', 'sub', 'sub/c.txt', 'ü', 'ü/b.txt']);
    const progress = events.flatMap((event) => (event.type === 'progress' ? [event.totalBytesDone] : []));
    expect(progress).toEqual([...progress].sort((one, other) => one - other));
  });

  it('prints nothing', async () => {
    const { source, destination } = sourceTree();
    const written: string[] = [];
    const { write } = process.stdout;
    process.stdout.write = ((text: string) => written.push(text) > 0) as typeof write;
    try {
      await sync(`${source}/`, destination, { args: ['-vv', '--progress', '--out-format=%n'] });
    } finally {
      process.stdout.write = write;
    }
    expect(written).toEqual([]);
  });

  it('runs many times at once without mixing anything up', async () => {
    const root = tempDirectory();
    const runs = Array.from({ length: 8 }, (_, run) => {
      const source = path.join(root, `source${run}`);
      writeTree(source, {
        [`only-${run}`]: `${run}`.repeat(200_000 + run),
        same: `${run}`,
        [`d${run}/x`]: 'x',
      });
      const destination = path.join(root, `destination${run}`);
      const names: string[] = [];
      const options: SyncOptions = {
        exclude: run % 2 === 0 ? 'same' : [],
        onEvent: (event) => void (event.type === 'change' && names.push(event.name)),
      };
      return { run, source, destination, names, done: sync(`${source}/`, destination, options) };
    });
    for (const { run, source, destination, names, done } of runs) {
      const { statistics } = await done;
      const { same, ...others } = readTree(source);
      expect(readTree(destination)).toEqual(run % 2 === 0 ? others : { same, ...others });
      expect(statistics.transferredFiles).toBe(run % 2 === 0 ? 2 : 3);
      expect(names).toEqual(['.', `only-${run}`, ...(run % 2 === 0 ? [] : ['same']), `d${run}`, `d${run}/x`]);
    }
  });
});

describe('sync refuses', () => {
  it('an unknown option by name, before anything is done', async () => {
    const { source, destination } = sourceTree();
    const error = await refusal(sync(source, destination, { args: ['--frobnicate'] }));
    expect(error).toMatchObject({ code: 'ERR_OCRSYNC_USAGE', exitCode: 1, partial: false });
    expect(error.message).toContain('--frobnicate: unknown option');
    expect(existsSync(destination)).toBe(false);
  });

  it('a misspelled key of its options', async () => {
    const options = { delte: true } as SyncOptions;
    expect((await refusal(sync('a', 'b', options))).message).toContain('delte');
  });

  it('paths, a double dash, --server, --help and zero bytes in args', async () => {
    for (const args of [['stray'], ['--'], ['--server', '.'], ['--help'], ['--exclude=a\0b']]) {
      expect(await refusal(sync('a', 'b', { args }))).toMatchObject({ code: 'ERR_OCRSYNC_USAGE' });
    }
  });

  it('an empty list of sources', async () => {
    expect(await refusal(sync([], 'b'))).toMatchObject({ code: 'ERR_OCRSYNC_USAGE', exitCode: 1 });
  });

  it('an option of rsync that is not there yet with exit code 4', async () => {
    const error = await refusal(sync('a', 'b', { args: ['--daemon'] }));
    expect(error).toMatchObject({ code: 'ERR_OCRSYNC_UNSUPPORTED', exitCode: 4 });
  });
});

describe('sync fails', () => {
  it('with a partial error that has statistics and all messages when a source is missing', async () => {
    const { root, source, destination } = sourceTree();
    const error = await refusal(sync([`${source}/`, path.join(root, 'missing')], destination));
    expect(error).toMatchObject({ code: 'ERR_OCRSYNC_PARTIAL', exitCode: 23, partial: true });
    expect(error.messages).toHaveLength(1);
    expect(error.message).toContain('missing" failed: No such file or directory (2)');
    expect(error.statistics?.transferredFiles).toBe(3);
    expect(readTree(destination)).toEqual(readTree(source));
  });

  it('when the destination is in a missing directory', async () => {
    const { root, source } = sourceTree();
    const error = await refusal(sync(`${source}/`, path.join(root, 'no/such/place')));
    expect(error).toMatchObject({ exitCode: 11, code: 'ERR_OCRSYNC_FILE_IO' });
  });

  it('with what onEvent threw, and stops', async () => {
    const { source, destination } = sourceTree();
    const reason = new TypeError('from the listener');
    const run = sync(`${source}/`, destination, {
      onEvent: (event) => {
        if (event.type === 'change') throw reason;
      },
    });
    await expect(run).rejects.toBe(reason);
    expect(existsSync(path.join(destination, 'sub/c.txt'))).toBe(false);
  });

  it('with the remote shell missing', async () => {
    const error = await refusal(sync('host:x', 'y', { rsh: '/nonexistent/shell' }));
    expect(error).toMatchObject({ code: 'ERR_OCRSYNC_REMOTE_SHELL', exitCode: 14 });
  });

  it('with the words of the remote shell when it ends without a session', async () => {
    const shell = localShell(tempDirectory(), 'echo "no route to host" >&2; exit 255');
    const error = await refusal(sync('host:x', 'y', { rsh: shell }));
    expect(error).toMatchObject({ code: 'ERR_OCRSYNC_REMOTE_SHELL', exitCode: 255 });
    expect(error.messages).toContain('no route to host');
  });

  it('when no daemon listens', async () => {
    const error = await refusal(sync('rsync://127.0.0.1:1/module/', 'y'));
    expect(error).toMatchObject({ code: 'ERR_OCRSYNC_SOCKET', exitCode: 10 });
  });
});

describe('sync is stopped', () => {
  it('before it begins', async () => {
    const { source, destination } = sourceTree();
    const error = await refusal(sync(source, destination, { signal: AbortSignal.abort('late') }));
    expect(error).toMatchObject({ code: 'ERR_OCRSYNC_ABORTED', exitCode: 20, cause: 'late', messages: [] });
    expect(existsSync(destination)).toBe(false);
  });

  it('in the middle of a large file, and leaves neither the file nor a temporary one', async () => {
    const root = tempDirectory();
    const source = path.join(root, 'source');
    writeTree(source, { first: '1', large: new Uint8Array(64 << 20) });
    const destination = path.join(root, 'destination');
    const stop = new AbortController();
    const onEvent = (event: SyncEvent): void => {
      if (event.type === 'progress' && event.name === 'large') stop.abort();
    };
    const options = { signal: stop.signal, bwlimitKiBPerSecond: 8192, onEvent };
    const error = await refusal(sync(`${source}/`, destination, options));
    expect(error).toMatchObject({ code: 'ERR_OCRSYNC_ABORTED', exitCode: 20 });
    expect(readdirSync(destination).filter((name) => name !== 'first')).toEqual([]);
  });

  it('and keeps the half of the file with partial', async () => {
    const root = tempDirectory();
    const source = path.join(root, 'source');
    writeTree(source, { large: new Uint8Array(64 << 20) });
    const stop = new AbortController();
    const onEvent = (event: SyncEvent): void => {
      if (event.type === 'progress' && event.bytes > 4 << 20) stop.abort();
    };
    const options = { partial: true, signal: stop.signal, bwlimitKiBPerSecond: 8192, onEvent };
    await refusal(sync(`${source}/`, `${root}/copy`, options));
    expect(readdirSync(`${root}/copy`)).toEqual(['large']);
    const { size } = statSync(`${root}/copy/large`);
    expect(size).toBeGreaterThan(0);
    expect(size).toBeLessThan(64 << 20);
  });

  it('while the remote shell says nothing, within two seconds', async () => {
    const shell = localShell(tempDirectory(), 'sleep 20; exit 1');
    const startMs = performance.now();
    const error = await refusal(sync('host:x', 'y', { rsh: shell, signal: AbortSignal.timeout(200) }));
    expect(error.code).toBe('ERR_OCRSYNC_ABORTED');
    expect(performance.now() - startMs).toBeLessThan(2000);
  });

  it('without harm to another run of the process', async () => {
    const one = sourceTree();
    const other = sourceTree();
    const stop = new AbortController();
    const stopped = sync(`${one.source}/`, one.destination, {
      signal: stop.signal,
      onEvent: () => stop.abort(),
    });
    const going = sync(`${other.source}/`, other.destination);
    await refusal(stopped);
    await going;
    expect(readTree(other.destination)).toEqual(readTree(other.source));
  });
});

describe.runIf(rsync !== undefined)('sync with the real rsync behind a remote shell', () => {
  it('pushes with deletions that are told and counted', async () => {
    const { root, source, destination } = sourceTree();
    writeTree(destination, { 'old/x': 'x' });
    const { changes, statistics } = await sync(`${source}/`, `host:${destination}`, {
      rsh: localShell(root),
      rsyncPath: rsync,
      delete: true,
      changes: true,
    });
    expect(readTree(destination)).toEqual(readTree(source));
    expect(changes?.filter(({ type }) => type === 'deleted').map(({ name }) => name)).toEqual([
      'old/x',
      'old',
    ]);
    expect(statistics.deleted).toMatchObject({ regular: 1, directories: 1 });
  });

  it('pulls, and takes what the remote shell says as a message', async () => {
    const { root, source, destination } = sourceTree();
    const rsh = localShell(root, 'echo "Welcome to this host" >&2');
    const result = await sync(`host:${source}/`, destination, { rsh, rsyncPath: rsync });
    expect(readTree(destination)).toEqual(readTree(source));
    expect(result.messages).toEqual(['Welcome to this host']);
  });

  it('pushes and pulls at the same time', async () => {
    const { root, source, destination } = sourceTree();
    const remote = { rsh: localShell(root), rsyncPath: rsync };
    const runs = [1, 2, 3].flatMap((run) => [
      sync(`${source}/`, `host:${destination}-push${run}`, remote),
      sync(`host:${source}/`, `${destination}-pull${run}`, remote),
    ]);
    await Promise.all(runs);
    for (const run of [1, 2, 3]) {
      expect(readTree(`${destination}-push${run}`)).toEqual(readTree(source));
      expect(readTree(`${destination}-pull${run}`)).toEqual(readTree(source));
    }
  });

  it('is stopped while the other end no longer reads', { timeout: 8000 }, async () => {
    const root = tempDirectory();
    const source = path.join(root, 'source');
    writeTree(source, { large: new Uint8Array(32 << 20) });
    const pidFile = path.join(root, 'pid');
    const stop = new AbortController();
    let pid = 0;
    const onEvent = (event: SyncEvent): void => {
      if (event.type !== 'progress' || pid !== 0) return;
      pid = Number(readFileSync(pidFile, 'utf8'));
      process.kill(pid, 'SIGSTOP');
      setTimeout(() => stop.abort(), 200);
    };
    const rsh = localShell(root, `echo $$ > '${pidFile}'`);
    const startMs = performance.now();
    const run = sync(`${source}/`, `host:${root}/copy`, {
      rsh,
      rsyncPath: rsync,
      signal: stop.signal,
      onEvent,
    });
    expect((await refusal(run)).code).toBe('ERR_OCRSYNC_ABORTED');
    expect(performance.now() - startMs).toBeLessThan(6000);
    expect(() => process.kill(pid, 0), 'the stopped process is gone').toThrow('ESRCH');
  });
});
