// Starts real transfers that last long enough to be interrupted, and tells what is left of them.
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { seeded } from '../../interop/random.ts';

export const BIG_BYTES = 6 << 20;
/** Slow enough to be hit in the middle, fast enough for a test: KiB/s. */
const BWLIMIT = '--bwlimit=1500';
const POLL_MS = 10;
const GIVE_UP_MS = 15_000;

/** Our command as one word of a shell, for --rsync-path. */
export const ourCommand = process.env['OCRSYNC_COMMAND']!;

export interface Ended {
  /** Exit code; undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly stderr: string;
}

/** One interrupted transfer of `big`, which may stand at the destination in an older version. */
export class Transfer {
  readonly directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-crash-'));
  readonly source = path.join(this.directory, 'source');
  readonly destination = path.join(this.directory, 'destination');
  readonly big = seeded(7).bytes(BIG_BYTES);
  readonly #serverPid = path.join(this.directory, 'server.pid');
  readonly #shell = path.join(this.directory, 'shell');
  #child: ChildProcess | undefined;
  #ended: Promise<Ended> | undefined;

  constructor(older?: Buffer) {
    mkdirSync(this.source);
    mkdirSync(this.destination);
    writeFileSync(path.join(this.source, 'big'), this.big);
    if (older !== undefined) writeFileSync(path.join(this.destination, 'big'), older);
    writeFileSync(this.#shell, `#!/bin/sh\nshift\necho $$ >'${this.#serverPid}'\nexec sh -c "exec $*"\n`);
    chmodSync(this.#shell, 0o755);
  }

  /** Runs `client` (words of a command) as a pull or push whose server is `server`. */
  start(client: string, direction: 'push' | 'pull', server: string, options: readonly string[] = []): void {
    const [command, ...words] = client.split(' ');
    const ends =
      direction === 'push'
        ? [`${this.source}/`, `h:${this.destination}/`]
        : [`h:${this.source}/`, `${this.destination}/`];
    this.#spawn(command!, [
      ...words,
      '-a',
      '--whole-file',
      BWLIMIT,
      ...options,
      '-e',
      this.#shell,
      `--rsync-path=${server}`,
      ...ends,
    ]);
  }

  /** A client whose peer is this shell script instead of an rsync. */
  startAgainst(script: string, client: string, options: readonly string[]): void {
    writeFileSync(this.#shell, `#!/bin/sh\n${script}\n`);
    const [command, ...words] = client.split(' ');
    this.#spawn(command!, [...words, '-a', ...options, '-e', this.#shell, 'h:x/', `${this.destination}/`]);
  }

  /** Our server alone: nobody says a word to it. */
  startLonelyServer(options: readonly string[]): void {
    const [command, ...words] = ourCommand.split(' ');
    this.#spawn(
      command!,
      [...words, '--server', '-logDtpre.iLsfxCIvu', ...options, '.', `${this.destination}/`],
      'pipe',
    );
  }

  /** Our command, able to write only so much into one file. */
  limitedCommand(bytes: number): string {
    const command = path.join(this.directory, 'limited');
    writeFileSync(command, `#!/bin/sh\ntrap '' XFSZ\nulimit -f ${bytes / 512}\nexec ${ourCommand} "$@"\n`);
    chmodSync(command, 0o755);
    return command;
  }

  /** Waits until part of the file has arrived under a temporary name. */
  async underWay(): Promise<void> {
    const ended = this.#ended!.then(({ code, stderr }) => {
      throw new Error(`ended before its time with ${code}: ${stderr}`);
    });
    ended.catch(() => undefined);
    await Promise.race([until(() => this.temporaries().length > 0), ended]);
    await new Promise((resolve) => setTimeout(resolve, 400));
  }

  kill(who: 'client' | 'server', signal: NodeJS.Signals): void {
    const pid = who === 'client' ? this.#child!.pid! : Number(readFileSync(this.#serverPid, 'utf8'));
    process.kill(pid, signal);
  }

  async end(): Promise<Ended> {
    return await this.#ended!;
  }

  /** Waits for the server, which may outlive its client. */
  async serverGone(): Promise<void> {
    const pid = Number(readFileSync(this.#serverPid, 'utf8'));
    await until(() => !existsSync(`/proc/${pid}`) || /^State:\s*Z/m.test(statusOf(pid)));
  }

  temporaries(): string[] {
    return readdirSync(this.destination).filter((name) => name.startsWith('.big.'));
  }

  /** Content under the final name. */
  final(): Buffer | undefined {
    const file = path.join(this.destination, 'big');
    return existsSync(file) ? readFileSync(file) : undefined;
  }

  remove(): void {
    this.#child?.kill('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true });
  }

  #spawn(command: string, words: readonly string[], input: 'ignore' | 'pipe' = 'ignore'): void {
    const child = spawn(command, words, { stdio: [input, 'pipe', 'pipe'] });
    this.#child = child;
    let stderr = '';
    child.stderr!.on('data', (bytes: Buffer) => (stderr += bytes.toString('latin1')));
    child.stdout!.resume();
    // The server may keep stderr open after its client is gone: `exit`, not `close`.
    this.#ended = new Promise((resolve) =>
      child.once('exit', (code) => resolve({ code: code ?? undefined, stderr })),
    );
  }
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    return 'State: Z';
  }
}

async function until(condition: () => boolean): Promise<void> {
  const giveUpMs = performance.now() + GIVE_UP_MS;
  while (!condition()) {
    if (performance.now() > giveUpMs) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
