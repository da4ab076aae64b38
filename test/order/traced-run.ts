// Runs a sync under strace and tells what it removed, call by call, beside the lines that it printed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ourProgram } from '../program-scripts.ts';

const CALLS = 'unlink,unlinkat,rmdir,rename,renameat,renameat2';
const TIMEOUT_MS = 600_000;

export type Route = 'local' | 'push' | 'pull';

export interface Traced {
  readonly code: number | null;
  /** `unlink NAME`, `rmdir NAME`, `rename NAME NAME`; names below the destination. What failed has its errno behind it. */
  readonly calls: readonly string[];
  /** Printed lines about deletions. */
  readonly lines: readonly string[];
}

export function canTrace(): boolean {
  return spawnSync('strace', ['-f', '-y', '-e', 'trace=unlink', 'true']).status === 0;
}

/** A directory to work in: `src` and `dst` are made anew by the same words of a shell for each run. */
export class Stage {
  readonly #directory: string;
  readonly #shell: string;
  readonly #ours: string;

  constructor(directory: string) {
    this.#directory = directory;
    this.#shell = path.join(directory, 'shell');
    mkdirSync(directory, { recursive: true });
    writeFileSync(this.#shell, '#!/bin/sh\nshift\nexec sh -c "exec $*"\n', { mode: 0o755 });
    this.#ours = ourProgram(directory);
  }

  get ours(): string {
    return this.#ours;
  }

  /** Source and destination as they were before; `make` writes them below the directory. */
  reset(make: (directory: string) => void): void {
    for (const name of ['src', 'dst']) {
      rmSync(path.join(this.#directory, name), { recursive: true, force: true });
      mkdirSync(path.join(this.#directory, name));
    }
    make(this.#directory);
  }

  run(client: string, server: string, route: Route, options: readonly string[]): Traced {
    const log = path.join(this.#directory, 'strace.log');
    if (existsSync(log)) rmSync(log);
    const [source, destination] = ['src', 'dst'].map((name) => path.join(this.#directory, name));
    const remote = ['-e', this.#shell, `--rsync-path=${server}`];
    const ends = {
      local: [`${source}/`, `${destination}/`],
      push: [...remote, `${source}/`, `h:${destination}/`],
      pull: [...remote, `h:${source}/`, `${destination}/`],
    };
    const strace = ['-f', '-y', '-s', '4096', '-e', `trace=${CALLS}`, '-e', 'signal=none', '-o', log];
    const words = [...strace, client, '-ai', ...options, ...ends[route]];
    const { status, stdout } = spawnSync('strace', words, {
      encoding: 'latin1',
      timeout: TIMEOUT_MS,
      maxBuffer: 1 << 28,
    });
    const lines = stdout.split('\n').filter((line) => /^\*deleting|^cannot delete/.test(line));
    return { code: status, calls: removals(readFileSync(log, 'latin1'), destination!), lines };
  }
}

/** A file that is received has another name until it is whole; that is no deletion. */
const TEMPORARY = /(^|\/)\.[^/]*\.[A-Za-z0-9]{6}$/;

function removals(log: string, destination: string): string[] {
  const calls: string[] = [];
  for (const line of wholeLines(log)) {
    const found = /^\d+\s+(unlink|unlinkat|rmdir|rename\w*)\((.*)\)\s+= (-?\d+)(?: (E[A-Z]+))?/.exec(line);
    if (found === null) continue;
    const [, call, words, , errno] = found;
    const names = namesIn(words!).map((name) => below(name, destination));
    if (names.some((name) => name === undefined || TEMPORARY.test(name))) continue;
    const isDirectory = call === 'rmdir' || /AT_REMOVEDIR/.test(words!);
    const verb = call!.startsWith('rename') ? 'rename' : isDirectory ? 'rmdir' : 'unlink';
    calls.push([verb, ...names, ...(errno === undefined ? [] : [errno])].join(' '));
  }
  return calls;
}

/** A call that another process interrupts stands in two lines of the log. */
function wholeLines(log: string): string[] {
  const begun = new Map<string, string>();
  const lines: string[] = [];
  for (const line of log.split('\n')) {
    const pid = /^\d+/.exec(line)?.[0] ?? '';
    const unfinished = line.indexOf(' <unfinished ...>');
    const resumed = /^\d+\s+<\.\.\. \w+ resumed>(.*)$/.exec(line);
    if (unfinished >= 0) begun.set(pid, line.slice(0, unfinished));
    else if (resumed !== null) lines.push((begun.get(pid) ?? '') + resumed[1]!);
    else lines.push(line);
  }
  return lines;
}

/** Names of the arguments, each behind the directory that its descriptor stands for. */
function namesIn(words: string): string[] {
  return [...words.matchAll(/(?:(?:\d+|AT_FDCWD)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"/g)].map(
    ([, directory, name]) =>
      directory === undefined || name!.startsWith('/') ? name! : `${directory}/${name}`,
  );
}

/** The name below the destination; a plain relative one is meant there: rsync works inside of it. */
function below(name: string, destination: string): string | undefined {
  if (!name.startsWith('/')) return name.replace(/^\.\//, '');
  return name.startsWith(`${destination}/`) ? name.slice(destination.length + 1) : undefined;
}
