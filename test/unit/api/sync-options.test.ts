// The named options of the library call: each does what its words do on the command line, and nothing wrong is taken silently.
import { existsSync, readFileSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { sync, SyncError } from '@ocrsync/node/api/sync';
import { optionWords } from '@ocrsync/node/api/sync-words';
import type { SyncOptions } from '@ocrsync/node/api/sync';
import { findPeer } from '../../../interop/peers.ts';
import { localShell } from '../../program-scripts.ts';
import { readTree, tempDirectory, writeTree } from './temp-tree.ts';

const rsync = findPeer('3.4.1');

function trees(): { source: string; destination: string; root: string } {
  const root = tempDirectory();
  const source = path.join(root, 'source');
  const destination = path.join(root, 'destination');
  writeTree(source, { a: 'a', 'b.o': 'o', 'sub/c': 'c'.repeat(5000), 'sub/# d': 'd' });
  return { root, source, destination };
}

function wordsOf(options: SyncOptions): readonly string[] {
  const result = optionWords(options);
  if ('fault' in result) throw new Error(result.fault);
  return result.words.slice(3);
}

describe('named options', () => {
  it('become the words of the command line', () => {
    expect(wordsOf({ sparse: true, wholeFile: false, secludedArgs: true, fuzzy: false })).toEqual([
      '--no-whole-file',
      '--sparse',
      '--secluded-args',
    ]);
    expect(wordsOf({ maxSize: 1000, minSize: '1k', suffix: '', compressLevel: 0 })).toEqual([
      '--max-size=1000',
      '--min-size=1k',
      '--suffix=',
      '--compress-level=0',
    ]);
    expect(wordsOf({ linkDest: ['x', 'y'], remoteOptions: ['-v'], deleteWhen: 'delay' })).toEqual([
      '--link-dest=x',
      '--link-dest=y',
      '--remote-option=-v',
      '--delete-delay',
    ]);
  });
  it.each([
    [{ dryrun: true }, 'there is no option dryrun'],
    [{ dryRun: 'yes' }, 'dryRun has to be true or false'],
    [{ linkDest: [1] }, 'linkDest has to be a string or an array of strings'],
    [{ maxSize: {} }, 'maxSize has to be a string or a number'],
    [{ maxDelete: Number.NaN }, 'maxDelete has to be a string or a number'],
    [{ deleteWhen: 'now' }, 'deleteWhen has to be before, during, delay or after'],
    [{ filesFrom: ['a\0b'] }, 'filesFrom has to be'],
    [null, 'options have to be an object'],
    [{ args: '-v' }, 'args has to be an array of strings'],
    [{ onEvent: true }, 'onEvent has to be a function'],
    [{ signal: {} }, 'signal has to be an AbortSignal'],
    [{ args: ['--files-from=-'] }, "standard input is the program's own"],
    [{ filesFrom: '-' }, "standard input is the program's own"],
    [{ args: ['--exclude-from=-'] }, "standard input is the program's own"],
    [{ filter: 'merge,e -' }, "standard input is the program's own"],
    [{ passwordFile: '-' }, "standard input is the program's own"],
    [{ maxSize: '5q' }, '--max-size=5q is invalid'],
    [{ chmod: 'zz' }, 'Invalid argument passed to --chmod (zz)'],
    [{ inplace: true, partialDir: 'x' }, '--inplace cannot be used with --partial-dir'],
    [{ args: ['--copy-as=root'] }, '--copy-as changes the ids of the whole process'],
    [{ args: ['--explain=a'] }, '--explain is an option of the command'],
  ])('%j is refused', async (options, text) => {
    const { source, destination } = trees();
    const error = await sync(`${source}/`, destination, options as SyncOptions).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(SyncError);
    expect((error as SyncError).message).toContain(text);
    expect(existsSync(destination)).toBe(false);
  });
});

describe('sync with', () => {
  it('filesFrom as an array copies those names, # being no comment', async () => {
    const { source, destination } = trees();
    await sync(source, destination, { filesFrom: ['sub/# d', '', 'a'] });
    expect(readTree(destination)).toEqual({ a: 'a', 'sub/# d': 'd' });
  });
  it.skipIf(rsync === undefined)('filesFrom as an array sends the names to a remote source', async () => {
    const { source, destination, root } = trees();
    const options = { filesFrom: ['sub/# d', 'a'], rsh: localShell(root), rsyncPath: rsync! };
    await sync(`h:${source}`, destination, options);
    expect(readTree(destination)).toEqual({ a: 'a', 'sub/# d': 'd' });
  });
  it.skipIf(rsync === undefined)('filesFrom as an array may hold names of several lines', async () => {
    const { source, root } = trees();
    const [here, there] = [`${root}/here/`, `${root}/there/`];
    writeTree(source, { 'nl\nx': 'two lines', x: 'x' });
    await sync(source, here, { filesFrom: ['nl\nx'] });
    await sync(`h:${source}`, there, { filesFrom: ['nl\nx'], rsh: localShell(root), rsyncPath: rsync! });
    for (const place of [here, there]) expect(readTree(place)).toEqual({ 'nl\nx': 'two lines' });
  });
  it('filesFrom as a path reads that file', async () => {
    const { source, destination, root } = trees();
    writeTree(root, { list: '# no\na\nsub/c\n' });
    await sync(source, destination, { filesFrom: path.join(root, 'list') });
    expect(Object.keys(readTree(destination))).toEqual(['a', 'sub/c']);
  });
  it('linkDest links what is the same', async () => {
    const { source, destination, root } = trees();
    const [first, second] = [path.join(root, 'first'), path.join(root, 'second')];
    await sync(`${source}/`, second);
    await sync(`${source}/`, destination, { linkDest: [first, second] });
    expect(statSync(path.join(destination, 'a')).ino).toBe(statSync(path.join(second, 'a')).ino);
  });
  it('backup keeps what is replaced, backupDir elsewhere', async () => {
    const { source, destination, root } = trees();
    writeTree(destination, { a: 'old one' });
    utimesSync(path.join(destination, 'a'), 1000, 1000);
    await sync(`${source}/`, destination, { backup: true });
    expect(readFileSync(path.join(destination, 'a~'), 'utf8')).toBe('old one');
    writeTree(source, { a: 'newer still' });
    await sync(`${source}/`, destination, { backupDir: path.join(root, 'old') });
    expect(readFileSync(path.join(root, 'old/a'), 'utf8')).toBe('a');
  });
  it('maxSize, exclude, chmod and relative do what they say', async () => {
    const { source, destination } = trees();
    await sync(`${source}/`, destination, { maxSize: 100, exclude: '*.o', chmod: 'F600' });
    expect(Object.keys(readTree(destination)).sort()).toEqual(['a', 'sub/# d']);
    expect(statSync(path.join(destination, 'a')).mode & 0o777).toBe(0o600);
  });
  it('deleteWhen and maxDelete: what is over the limit stays, and the call says so', async () => {
    const { source, destination } = trees();
    writeTree(destination, { x: '', y: '', z: '' });
    const error = await sync(`${source}/`, destination, { deleteWhen: 'after', maxDelete: 1 }).catch(
      (reason: unknown) => reason,
    );
    expect((error as SyncError).code).toBe('ERR_OCRSYNC_DELETE_LIMIT');
    expect(['x', 'y', 'z'].filter((name) => existsSync(path.join(destination, name)))).toHaveLength(2);
  });
  it('logFile adds lines to a file, run after run', async () => {
    const { source, destination, root } = trees();
    const logFile = path.join(root, 'log');
    await sync(`${source}/`, destination, { logFile });
    await sync(path.join(source, 'missing'), destination, { logFile }).catch(() => undefined);
    const text = readFileSync(logFile, 'utf8');
    expect(text).toContain('>f+++++++++ sub/c');
    expect(text).toMatch(/rsync error: some files\/attrs were not transferred .*code 23/);
  });
  it('mkpath and tempDir', async () => {
    const { source, root } = trees();
    writeTree(root, { 'temp/x': '' });
    await sync(`${source}/`, path.join(root, 'n/e/w'), { mkpath: true, tempDir: path.join(root, 'temp') });
    expect(readTree(path.join(root, 'n/e/w'))).toEqual(readTree(source));
  });
});
