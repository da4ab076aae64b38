import { describe, expect, it } from 'vitest';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadNative } from '@ocrsync/native/load';
import { RunError } from '@ocrsync/node/session/run-error';
import type { Duplex, DuplexSink } from '@ocrsync/node/transfer/duplex';
import { type RemoteShell, startRemoteShell } from '@ocrsync/node/transport/remote-shell';
import { ChildSockets, type PairCalls } from '@ocrsync/node/transport/socket-pair';
import { TcpPair } from '@ocrsync/node/transport/tcp-pair';

const native = loadNative();
const EMFILE = 24;
const ENOSYS = 38;

const descriptors = (): string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)].filter((target) => /^(socket|pipe):/.test(target));
    } catch {
      return [];
    }
  });

/** Collects what arrives; `ended` settles with the end. */
class Heard implements DuplexSink {
  readonly hash = createHash('sha1');
  text = '';
  lengthBytes = 0;
  readonly errors: string[] = [];
  #end!: () => void;
  readonly ended = new Promise<void>((resolve) => (this.#end = resolve));
  #wake: (() => void) | undefined;

  data(bytes: Uint8Array): void {
    this.lengthBytes += bytes.length;
    this.hash.update(bytes);
    if (this.text.length < 10_000) this.text += Buffer.from(bytes).toString('latin1');
  }
  end(): void {
    this.#end();
  }
  error(error: NodeJS.ErrnoException): void {
    this.errors.push(error.code ?? error.message);
  }
  drain(): void {
    this.#wake?.();
  }

  /** Writes all, waiting for room. */
  async send(duplex: Duplex, chunks: Iterable<Uint8Array>): Promise<void> {
    for (const chunk of chunks) {
      const room = new Promise<void>((resolve) => (this.#wake = resolve));
      if (!duplex.write(chunk)) await room;
    }
  }
}

const ways = native?.socketPair === undefined ? (['pipes'] as const) : (['socket pairs', 'pipes'] as const);

describe.each(ways)('A remote shell on %s', (way) => {
  const sockets = way === 'pipes' ? undefined : native;

  async function start(script: string, warnings: string[] = []): Promise<RemoteShell> {
    const warn = (text: string): unknown => warnings.push(text);
    return await startRemoteShell(['sh', '-c', script], { role: 'sender', warn, sockets });
  }

  async function run(script: string): Promise<{ text: string; exitCode: number }> {
    const shell = await start(script);
    const heard = new Heard();
    shell.duplex.attach(heard);
    shell.duplex.endOutput();
    await heard.ended;
    const exitCode = await shell.exitCode;
    shell.duplex.destroy();
    return { text: heard.text, exitCode };
  }

  it('gives the child its stdin and stdout and nothing else of ours', async () => {
    const script =
      'for fd in /proc/$$/fd/*; do echo ${fd##*/}; done; stat -L -c %F /proc/$$/fd/0 /proc/$$/fd/1; exit 7';
    const { text, exitCode } = await run(script);
    // What any child of this process has: a shell keeps descriptors for itself, and the tests' caller may have left some.
    const usual = spawnSync('sh', ['-c', script], { encoding: 'latin1' }).stdout;
    // Node's own pipes are sockets as well.
    expect(text.replaceAll('fifo', 'socket')).toBe(usual.replaceAll('fifo', 'socket'));
    expect(text).toMatch(/socket\nsocket\n$/);
    expect(exitCode).toBe(7);
  });

  it('moves bytes both ways at once, whole and in order', async () => {
    const shell = await start('cat');
    const heard = new Heard();
    shell.duplex.attach(heard);
    const sent = createHash('sha1');
    const chunks = Array.from({ length: 200 }, (_, i) => new Uint8Array(40_000 + i).fill(i));
    for (const chunk of chunks) sent.update(chunk);
    await heard.send(shell.duplex, chunks);
    shell.duplex.endOutput();
    await heard.ended;
    expect(heard.hash.digest('hex')).toBe(sent.digest('hex'));
    expect([await shell.exitCode, heard.errors]).toEqual([0, []]);
  });

  it('is told of the end of what we send while it still speaks', async () => {
    const shell = await start('read line; echo "first $line"; cat >/dev/null; echo after the end; exit 3');
    const heard = new Heard();
    shell.duplex.attach(heard);
    await heard.send(shell.duplex, [Buffer.from('word\nmore')]);
    shell.duplex.endOutput();
    await heard.ended;
    expect(heard.text).toBe('first word\nafter the end\n');
    expect(await shell.exitCode).toBe(3);
  });

  it('can end its own sending alone', async () => {
    const shell = await start('echo done; exec >&-; read line; exit "$line"');
    const heard = new Heard();
    shell.duplex.attach(heard);
    await heard.ended;
    expect(heard.text).toBe('done\n');
    await heard.send(shell.duplex, [Buffer.from('5\n')]);
    expect(await shell.exitCode).toBe(5);
    shell.duplex.destroy();
  });

  it('waits while nobody takes its bytes', async () => {
    const shell = await start('head -c 3000000 /dev/zero');
    const heard = new Heard();
    shell.duplex.attach(heard);
    shell.duplex.pause();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(heard.lengthBytes).toBeLessThan(1_000_000);
    shell.duplex.resume();
    await heard.ended;
    expect(heard.lengthBytes).toBe(3_000_000);
  });

  it('keeps what arrives between two listeners', async () => {
    const shell = await start('echo greeting; sleep 0.1; echo next; cat');
    const first = new Heard();
    shell.duplex.attach(first);
    while (!first.text.includes('\n')) await new Promise((resolve) => setTimeout(resolve, 5));
    shell.duplex.detach();
    shell.duplex.unshift(Buffer.from('unread '));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const second = new Heard();
    shell.duplex.attach(second);
    shell.duplex.endOutput();
    await second.ended;
    expect(first.text + second.text).toBe('greeting\nunread next\n');
  });

  it('ends when it is killed, and its error on writing is told', async () => {
    const shell = await start('trap "" TERM; echo ready; exec sleep 60');
    const heard = new Heard();
    shell.duplex.attach(heard);
    while (heard.text === '') await new Promise((resolve) => setTimeout(resolve, 5));
    shell.kill();
    await heard.ended;
    expect(await shell.exitCode).toBe(16);
    shell.duplex.write(new Uint8Array(10));
    await new Promise((resolve) => setTimeout(resolve, 50));
    // Node itself closes the stdin of a child that is gone.
    expect(heard.errors).toEqual(way === 'pipes' ? [] : ['EPIPE']);
    shell.duplex.destroy();
  });

  it('that left a process behind with our sockets does not hold up who ends it', async () => {
    const shell = await start('sleep 5 & echo $!; exit 0');
    const heard = new Heard();
    shell.duplex.attach(heard);
    expect(await shell.exitCode).toBe(0);
    shell.kill();
    shell.duplex.destroy();
    await heard.ended;
    process.kill(Number(heard.text), 'SIGKILL');
  });

  it('leaves no descriptor behind', async () => {
    await run('exit 0');
    const before = descriptors();
    for (let i = 0; i < 20; i++) {
      if (i % 2 === 0) await run('cat');
      else {
        const shell = await start('exec sleep 60');
        shell.duplex.destroy();
        shell.kill();
        await shell.exitCode;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(descriptors()).toEqual(before);
  });

  it('that cannot be started is an error with the reason, and leaves no descriptor behind', async () => {
    const before = descriptors();
    for (const words of [['/no/such/shell'], ['sh', 'x'.repeat(3_000_000)]]) {
      const failed = startRemoteShell(words, { role: 'sender', warn: () => undefined, sockets });
      await expect(failed).rejects.toBeInstanceOf(RunError);
      await expect(failed).rejects.toMatchObject({ exitCode: 14 });
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(descriptors()).toEqual(before);
  });

  it('gives no warning', async () => {
    const warnings: string[] = [];
    const shell = await start('exit 0', warnings);
    await shell.exitCode;
    shell.duplex.destroy();
    expect(warnings).toEqual([]);
  });
});

describe('A program in the place of a network connection', () => {
  it('has one TCP connection as stdin and stdout, on which it may answer either way', async () => {
    const before = descriptors();
    const warn = (): undefined => undefined;
    const script = 'readlink /proc/$$/fd/0 /proc/$$/fd/1; read line; echo "$line" >&0';
    const wire = await TcpPair.make();
    const shell = await startRemoteShell(['sh', '-c', script], { role: 'sender', warn, wire });
    const heard = new Heard();
    shell.duplex.attach(heard);
    await heard.send(shell.duplex, [Buffer.from('asked on the same socket\n')]);
    await heard.ended;
    const [stdin, stdout, answer] = heard.text.split('\n');
    expect(stdin).toMatch(/^socket:/);
    expect([stdout, answer]).toEqual([stdin, 'asked on the same socket']);
    expect(await shell.exitCode).toBe(0);
    shell.duplex.destroy();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(descriptors()).toEqual(before);
  });

  it('leaves no descriptor behind when it cannot be started', async () => {
    const before = descriptors();
    const wire = await TcpPair.make();
    const failed = startRemoteShell(['/no/such/program'], { role: 'sender', warn: () => undefined, wire });
    await expect(failed).rejects.toMatchObject({ exitCode: 14 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(descriptors()).toEqual(before);
  });
});

describe.skipIf(native?.socketPair === undefined)('Socket pairs that cannot be had', () => {
  /** The helper's calls, of which the n-th pair fails. */
  function failing(nth: number, errno: number): { calls: PairCalls; closed: number[] } {
    let made = 0;
    const closed: number[] = [];
    const { shutdownSocket, setSocketBuffer } = native!;
    const socketPair: PairCalls['socketPair'] = (packets, ends) =>
      ++made === nth ? -errno : native!.socketPair(packets, ends);
    const close = (descriptor: number): number => {
      closed.push(descriptor);
      return native!.close(descriptor);
    };
    return { calls: { socketPair, shutdownSocket, setSocketBuffer, close }, closed };
  }

  it.each([
    [1, EMFILE, 'Too many open files (24)', 0],
    [2, EMFILE, 'Too many open files (24)', 2],
    [1, ENOSYS, 'Function not implemented (38)', 0],
    [1, 1, 'Operation not permitted (1)', 0],
    [2, 23, 'Too many open files in system (23)', 2],
  ])('are replaced by pipes with one warning (pair %i, errno %i)', async (nth, errno, words, closedEnds) => {
    const { calls, closed } = failing(nth, errno);
    const warnings: string[] = [];
    const warn = (text: string): unknown => warnings.push(text);
    const shell = await startRemoteShell(['sh', '-c', 'cat; exit 4'], {
      role: 'sender',
      warn,
      sockets: calls,
    });
    const heard = new Heard();
    shell.duplex.attach(heard);
    await heard.send(shell.duplex, [Buffer.from('through a pipe')]);
    shell.duplex.endOutput();
    await heard.ended;
    expect([heard.text, await shell.exitCode]).toEqual(['through a pipe', 4]);
    expect(warnings).toEqual([`socketpair: ${words}: the remote shell gets pipes`]);
    expect(closed).toHaveLength(closedEnds);
  });

  it('are not missed without the helper, or with an older one', () => {
    const { close } = native!;
    expect(ChildSockets.make(undefined)).toBeUndefined();
    expect(ChildSockets.make({ close })).toBeUndefined();
  });

  it('for want of descriptors end in a plain error, not in a hanging run', () => {
    const script = `
      import { startRemoteShell } from '@ocrsync/node/transport/remote-shell';
      import { closeSync, openSync } from 'node:fs';
      const warnings = [], taken = [];
      await (await startRemoteShell(['true'], { role: 'sender', warn: () => {} })).exitCode;
      try { for (;;) taken.push(openSync('/dev/null', 'r')); } catch (error) { console.log(error.code); }
      for (const fd of taken.splice(-3)) closeSync(fd);
      await startRemoteShell(['true'], { role: 'sender', warn: (text) => warnings.push(text) }).then(
        async (shell) => { console.log('started', await shell.exitCode); shell.duplex.destroy(); },
        (error) => console.log(error.exitCode, error.message),
      );
      console.log(warnings.join());
      for (const fd of taken) closeSync(fd);
      const shell = await startRemoteShell(['sh', '-c', 'exit 9'], { role: 'sender', warn: (text) => console.log(text) });
      console.log(await shell.exitCode);
      process.exit(0);`;
    const checkout = fileURLToPath(new URL('../../..', import.meta.url));
    const node = `"${process.execPath}" --conditions=ocrsync-source --input-type=module -`;
    const child = spawnSync('sh', ['-c', `ulimit -n 64; exec ${node}`], {
      input: script,
      cwd: path.join(checkout, 'host-node'),
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(child.stderr).toBe('');
    const [first, second, third, fourth] = child.stdout.trim().split('\n');
    expect(first).toBe('EMFILE');
    expect(second).toMatch(
      /^(started 0|14 rsync: \[sender\] Failed to exec true: Too many open files \(24\))$/,
    );
    expect(third).toBe('socketpair: Too many open files (24): the remote shell gets pipes');
    expect(fourth).toBe('9');
  });
});
