// What clients of 2.6.0 to 3.5.0 and openrsync give a server (docs/protocol/10-old-peers.md §3.1, §3.2): all of it is understood.
import { describe, expect, it } from 'vitest';
import { parseServerArguments, type ServerRequest } from '@ocrsync/node/options/server-parse';
import { words } from './run-line.ts';

function request(line: string): ServerRequest {
  const parsed = parseServerArguments(['--server', ...words(line)], {});
  if (parsed.kind === 'stop') throw new Error(parsed.stderr);
  return parsed;
}

describe('a server understands', () => {
  it.each([
    ['-logDtpr . dst/', ''],
    ['-logDtpre.iL . dst/', '.iL'],
    ['-logDtpre.iLs . dst/', '.iLs'],
    ['-logDtpre.iLsfxC . dst/', '.iLsfxC'],
    ['-logDtpre.iLsfxCIv . dst/', '.iLsfxCIv'],
    ['-logDtpre.iLsfxCIvu . dst/', '.iLsfxCIvu'],
    ['-g -l -o -p -D -r -t . dst/', ''],
  ])('-a as %s', (line, capabilities) => {
    const { options, paths } = request(line);
    expect(paths).toEqual(['dst/']);
    expect(options).toMatchObject({
      recursive: true,
      links: true,
      perms: true,
      times: true,
      owner: true,
      group: true,
      devices: true,
      specials: true,
      clientCapabilities: capabilities,
    });
  });
  it('sizes with units, in words of their own (3.0.0 to 3.2.0)', () => {
    expect(request('-r --min-size 1 --max-size 10k . d').options).toMatchObject({
      minSize: 1,
      maxSize: 10240,
    });
  });
  it('deletion on a sender, as 2.6.0 and openrsync send it', () => {
    const { options, paths } = request('--sender --delete-before -r . s');
    expect(options).toMatchObject({ delete: true, deleteWhen: 'before', isServerSender: true });
    expect(paths).toEqual(['s']);
    expect(request('--delete --sender -r . s').options.delete).toBe(true);
  });
  it.each([
    ['--usermap=*:0', { usermap: '*:0', owner: true }],
    ['--max-delete=-1', { maxDelete: 0 }],
    [
      '--delete-after --delete-excluded --force -r',
      { deleteWhen: 'after', deleteExcluded: true, force: true },
    ],
    [
      '--delete-excluded --force --delete-after -r',
      { deleteWhen: 'after', deleteExcluded: true, force: true },
    ],
    ['-vvvr --partial', { verbose: 3, partial: true }],
    ['--log-format=X', { outFormat: 'X', formatHasItemize: false }],
    ['-rz --new-compress', { compressChoice: 'zlibx' }],
    ['--fuzzy', { fuzzy: 1 }],
    ['-z --compress-level=3', { compress: true, compressLevel: 3 }],
    ['--relative --ignore-times -B100000', { relative: true, ignoreTimes: true, blockSize: 100000 }],
    ['-vn', { verbose: 1, dryRun: true }],
    ['--no-r --delete -d', { recursive: false, delete: true, dirs: true }],
    ['--timeout=60 --bwlimit=100', { timeoutSeconds: 60, bwlimitKiBPerSecond: 100 }],
    ['--append --append', { append: 2 }],
    ['--old-d', { recursive: true }],
    ['-P --no-inc-recursive', { partial: true }],
    ['--files-from=- --from0', { filesFrom: { where: 'local', file: '-', host: null }, relative: true }],
    ['--backup-dir bd -b --suffix=.o', { backup: true, backupDir: 'bd', suffix: '.o' }],
    ['--write-batch=x', { batch: null }],
    ['--iconv=latin1', { iconv: { local: 'latin1', remote: 'latin1' } }],
    ['--msgs2stderr', { stderrMode: 'all' }],
    ['--no-msgs2stderr', { stderrMode: 'client' }],
  ])('%s', (line, fields) => {
    expect(request(`${line} . d`).options).toMatchObject(fields);
  });
  it('a path after the point is a path, whatever it looks like', () => {
    expect(request('--sender -r . -dash --delete').paths).toEqual(['-dash', '--delete']);
    expect(request('--sender -r . -dash --delete').options.delete).toBe(false);
  });
  it('the environment of its own machine decides nothing but memory and lists', () => {
    const environment = {
      RSYNC_ICONV: 'x',
      RSYNC_PARTIAL_DIR: 'p',
      RSYNC_OLD_ARGS: '1',
      RSYNC_PROTECT_ARGS: '1',
    };
    const parsed = parseServerArguments(['--server', '--partial', '.', 'd'], environment) as ServerRequest;
    expect(parsed.options).toMatchObject({ iconv: null, partialDir: null, oldArgs: 0, secludedArgs: false });
  });
});
