// Pulls with our receiving side from a real rsync --server --sender, and the same pull by the real client, for comparison.
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { NO_FILTERS } from '@ocrsync/node/delete/filters';
import { IdMap } from '@ocrsync/node/flist/id-map';
import { localFilesystem } from '@ocrsync/node/fs/local';
import { resolveEndpoints } from '@ocrsync/node/options/endpoint';
import { parseArguments } from '@ocrsync/node/options/parse';
import { serverArguments } from '@ocrsync/node/options/server-args';
import { TextRenderer } from '@ocrsync/node/report/text-renderer';
import { Session } from '@ocrsync/node/session/session';
import { ClientReport } from '@ocrsync/node/transfer/client-report';
import { createDestination } from '@ocrsync/node/transfer/destination';
import { pump } from '@ocrsync/node/transfer/pump';
import { sessionConfig } from '@ocrsync/node/transfer/session-config';
import { StreamDuplex } from '@ocrsync/node/transport/stream-duplex';
import { CaughtOutput } from '../../caught-output.ts';

export interface PullResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly error: Error | undefined;
  readonly transferErrors: boolean;
  readonly exitCode: number | undefined;
}

/** Our pull. `words`: options; the sender is `rsync`, run in `directory`. */
export async function ourPull(
  rsync: string,
  directory: string,
  words: readonly string[],
  source: string,
  destination: string,
): Promise<PullResult> {
  const parsed = parseArguments([...words, `h:${source}`, destination], {});
  if (parsed.kind === 'stop') throw new Error(parsed.stderr);
  const { options } = parsed;
  const endpoints = resolveEndpoints(options);
  if (endpoints.direction !== 'pull') throw new Error('no pull');
  const args = serverArguments(options, { push: false, paths: endpoints.remote.paths, quoting: false });
  const child = spawn(rsync, args, { cwd: directory, stdio: ['pipe', 'pipe', 'pipe'] });
  const output = new CaughtOutput();
  child.stderr.on('data', (bytes: Buffer) => (output.stderr += bytes.toString('latin1')));
  const renderer = new TextRenderer(options, output);
  const report = new ClientReport({
    sink: renderer,
    side: 'receiver',
    local: false,
    preserveOwner: options.owner,
    preserveGroup: options.group,
    debug: options.debug,
    nowMs: () => performance.now(),
  });
  const config = sessionConfig(options, {
    role: 'client',
    side: 'receiver',
    local: false,
    freshSeed: 0,
    messagesInBand: false,
    availableMethods: ['zstd', 'lz4', 'zlibx', 'zlib', 'none'],
  });
  const session = new Session(config, {
    report,
    filterRules: () => [],
    takeFilterRules: () => undefined,
    makeSender: () => {
      throw new Error('no sender here');
    },
    makeReceiver: (context) => ({
      lists: { learnId: () => undefined, accept: () => undefined },
      ...createDestination({
        filesystem: localFilesystem(),
        destinationPath: destination,
        options,
        context,
        report,
        filters: NO_FILTERS,
        ids: new IdMap(localFilesystem(), false),
        xattrs: undefined,
      }),
    }),
  });
  const closed = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? 20)));
  await pump(session, new StreamDuplex(child.stdout, child.stdin), {
    nowMs: () => performance.now(),
    bwlimitKiBPerSecond: 0,
    leavesFirst: false,
  });
  child.kill();
  await closed;
  const { stdout, stderr } = output;
  return { stdout, stderr, error: session.error, transferErrors: report.transferErrors, exitCode: undefined };
}

/** The real client's pull through a remote shell that stays here. */
export function realPull(
  rsync: string,
  directory: string,
  words: readonly string[],
  source: string,
  destination: string,
): PullResult {
  const farEnd = path.join(directory, 'shell');
  writeFileSync(farEnd, `#!/bin/sh\nshift\nexec "$@"\n`, { mode: 0o755 });
  const run = spawnSync(
    rsync,
    [...words, '-e', farEnd, `--rsync-path=${rsync}`, `h:${source}`, destination],
    {
      cwd: directory,
      encoding: 'latin1',
      timeout: 5000,
    },
  );
  return {
    stdout: run.stdout,
    stderr: run.stderr,
    error: undefined,
    transferErrors: run.status === 23,
    exitCode: run.status ?? 255,
  };
}

/** Runs a script in a directory; throws what it says when it fails. */
export function shell(directory: string, script: string): string {
  const run = spawnSync('sh', ['-ec', script], { cwd: directory, encoding: 'latin1' });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout;
}

/** What a pull printed, sorted, without what is of one run: connection, sums of matches, summary. */
export function linesOf(text: string): string[] {
  return text
    .replace(/^opening.*\n/m, '')
    .replace(/^total:.*\n/m, '')
    .replace(/\n*sent [^]*$/, '\n')
    .split('\n')
    .sort();
}
