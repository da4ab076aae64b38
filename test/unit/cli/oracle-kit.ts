// Runs one command line with rsync 3.4.1 and with ocrsync, as client and as server, and compares what is left and what is said.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { localShell, ourProgram } from '../../program-scripts.ts';

export const upstream = findPeer('3.4.1');

export interface Ended {
  readonly code: number | null;
  /** Lines of both streams, sorted: their order is a race of processes. */
  readonly lines: readonly string[];
  readonly tree: string;
}

/** A directory with a fresh tree for each run. `prepare` makes it; `RSYNC` in a line is the client, `SH` its way to a server. */
export class OracleKit {
  readonly directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-list-'));
  readonly #prepare: string;
  readonly #ours: string;
  readonly #shell: string;
  readonly #theirs: string;

  /** `forEveryone`: the real rsync is copied to where any user can run it, as a server too. */
  constructor(prepare: string, { forEveryone = false } = {}) {
    this.#prepare = prepare;
    this.#theirs = forEveryone ? path.join(this.directory, 'theirs') : upstream!;
    if (forEveryone && upstream !== undefined) {
      copyFileSync(upstream, this.#theirs);
      chmodSync(this.#theirs, 0o755);
    }
    this.#shell = localShell(this.directory);
    this.#ours = ourProgram(this.directory);
  }

  get work(): string {
    return path.join(this.directory, 'work');
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Local lines have one pairing, those with `SH` two; each must end as rsync's own pair ends. */
  compare(line: string): void {
    const wanted = this.#run(line, this.#theirs, this.#theirs);
    const pairs: [string, string][] = line.includes('SH')
      ? [
          [this.#ours, this.#theirs],
          [this.#theirs, this.#ours],
        ]
      : [[this.#ours, '']];
    for (const [client, server] of pairs) {
      const shown = [client, server].map((each) => (each === this.#ours ? 'ours' : 'theirs')).join('-');
      expect(this.#run(line, client, server), `${line} (${shown})`).toEqual(wanted);
    }
  }

  #run(line: string, client: string, server: string): Ended {
    const way = `-e ${this.#shell} --rsync-path=${server}`;
    const words = line.replaceAll('RSYNC', client).replaceAll('SH', way);
    const script = `rm -rf ${this.work}; mkdir ${this.work}; cd ${this.work} && { ${this.#prepare}\n}; ${words}`;
    const environment = { ...process.env, LC_ALL: 'C', LANG: 'C' };
    const run = spawnSync('bash', ['-c', script], { encoding: 'latin1', timeout: 30_000, env: environment });
    const listing = `cd ${this.work} && find . -printf '%P %y %m %s %l\\n' | grep -v '^d[^ /]* d' | LC_ALL=C sort; cd d 2>/dev/null && find . -type f -exec md5sum {} + | sort`;
    const tree = spawnSync('bash', ['-c', listing], { encoding: 'latin1' }).stdout;
    const lines = `${run.stdout}${run.stderr}`.split('\n').map(plain).filter(isTold).sort();
    return { code: run.status, lines, tree };
  }
}

/** What a group of tests stands on: the lines that make a tree, or more than that. */
type SetUp = string | { prepare: string; when?: boolean; forEveryone?: boolean; timeout?: number };

/** A group of tests beside rsync 3.4.1 that share a kit; skipped without that, or where `when` says that something lacks. */
export function besideUpstream(name: string, setUp: SetUp, tests: (kit: OracleKit) => void): void {
  const given = typeof setUp === 'string' ? { prepare: setUp } : setUp;
  const { prepare, when = true, forEveryone = false, ...limits } = given;
  describe.skipIf(upstream === undefined || !when)(name, limits, () => {
    const kit = new OracleKit(prepare, { forEveryone });
    afterAll(() => kit.remove());
    tests(kit);
  });
}

/** Places in the source and versions are each program's own. */
function plain(line: string): string {
  return line.replace(/ at \S+\(\d+\) \[(\w+)=[\d.]+\]$/, ' [$1]').replace(/ \[(\w+)=[^\]]+\]$/, ' [$1]');
}

function isTold(line: string): boolean {
  return (
    line !== '' && !/^(?:sent|total size|rsync: \[\w+\] write error|rsync error: received SIGUSR1)/.test(line)
  );
}
