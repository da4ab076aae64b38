// The ways to a daemon beside the real client: proxies, connection programs, addresses, socket options, early input, ssh's words.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { ourProgram } from '../../program-scripts.ts';

const upstream = findPeer('3.4.1');
const newer = findPeer('3.5.0');
const directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-ways-'));
const ours = ourProgram(directory);
const shell = path.join(directory, 'ssh');
const GREETING = '@RSYNCD: 31.0\n@ERROR: the end\n';

interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(program: string, words: readonly string[], variables: Record<string, string>): Promise<Answer> {
  const child = spawn(program, words, {
    cwd: directory,
    env: { PATH: process.env['PATH'], HOME: directory, LC_ALL: 'C', USER: 'me', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('latin1').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('latin1').on('data', (text: string) => (stderr += text));
  return new Promise((resolve) => {
    child.once('close', (status) => {
      resolve({ status, stdout, stderr: stderr.replace(/ at \S+\(\d+\) \[(\w+)=.*\]/g, ' [$1]') });
    });
  });
}

let server: Server;
let port = 0;
/** What the fake server does with a connection, and what it has heard. */
let serve: (socket: Socket) => void = () => undefined;
let heard: string[] = [];

beforeAll(async () => {
  writeFileSync(shell, `#!/bin/sh\n{ echo "port=$RSYNC_PORT"; echo "$*"; } >'${directory}/seen'\nexit 1\n`, {
    mode: 0o755,
  });
  writeFileSync(path.join(directory, 'small'), 'hello\0');
  writeFileSync(path.join(directory, 'empty'), '');
  writeFileSync(path.join(directory, 'large'), 'x'.repeat(5121));
  writeFileSync(path.join(directory, 's'), '');
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => heard.push(bytes.toString('latin1')));
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(() => {
  heard = [];
  // The real client sends several small packets; whoever hears a reset instead of the last line has bad luck.
  serve = (socket) => {
    socket.once('data', () => setTimeout(() => socket.end(GREETING), 20));
    setTimeout(() => socket.end(GREETING), 300);
  };
});

/** Words and variables may name the fake server's port as PORT. */
async function both(
  words: string,
  variables: Record<string, string> = {},
  peer = upstream!,
): Promise<{ theirs: Answer; ours: Answer; theyHeard: string; weHeard: string }> {
  const fill = (text: string): string => text.replaceAll('PORT', String(port));
  const filled = words.split(' ').map(fill);
  const env = Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, fill(value)]));
  const theirs = await run(peer, filled, env);
  const theyHeard = heard.join('');
  heard = [];
  const mine = await run(ours, filled, env);
  return { theirs, ours: mine, theyHeard, weHeard: heard.join('') };
}

describe.skipIf(upstream === undefined || newer === undefined)('on the way to a daemon', () => {
  it.each(['foo', 'u@h:8', 'u:p@', 'u:p@h', '127.0.0.1:1', '@h'])(
    'the proxy %s ends as with the real client',
    async (proxy) => {
      const end = await both('rsync://h/m/x d', { RSYNC_PROXY: proxy });
      expect(end.ours).toEqual(end.theirs);
    },
  );
  it.each([
    'HTTP/1.0 407 no\r\n\r\n',
    'junk\r\n',
    'HTTP/1.1 301 x\n\n',
    `HTTP/1.0 ${'a'.repeat(1100)}\r\n`,
    'a'.repeat(1023),
    `HTTP/1.0 200 ok\r\nX: y\r\n\r\n${GREETING}`,
    `HTTP/1.1 204 ok\n\n${GREETING}`,
  ])('what a proxy answers is understood: %j', async (reply) => {
    serve = (socket) => {
      socket.once('data', () => {
        socket.write(reply);
        setTimeout(() => socket.end(), 100);
      });
    };
    const end = await both('rsync://some.host:77/m/x d', { RSYNC_PROXY: 'us:p:w@127.0.0.1:PORT' });
    expect(end.ours).toEqual(end.theirs);
    const request = /^CONNECT some\.host:77 HTTP\/1\.0\r\nProxy-Authorization: Basic dXM6cDp3\r\n\r\n/;
    expect(end.theyHeard).toMatch(request);
    expect(end.weHeard).toMatch(request);
  });
  it('a proxy is told no host with control characters', async () => {
    const end = await both('rsync://a\x01b/m/x d', { RSYNC_PROXY: '127.0.0.1:PORT' }, newer!);
    expect(end.ours).toEqual(end.theirs);
    expect(end.weHeard).toBe('');
  });

  it.each([
    ['cat >/dev/null & echo "@RSYNCD: 31.0 md5"; echo "@ERROR: from %H, %% %x %%H"; sleep 0.2', 'ho-st.x'],
    ['cat >/dev/null & printf "@ERROR prog\\n"; sleep 0.2', 'h'],
    ['echo %H', 'h;id'],
    ['echo %H', '~h'],
    ['cat >/dev/null & echo; sleep 0.2', 'h;id'],
    ['cat >/dev/null & echo; sleep 0.2', '-h'],
  ])('the connection program %j is started for %s', async (program, host) => {
    const end = await both(`rsync://${host}/m/x d`, { RSYNC_CONNECT_PROG: program }, newer!);
    expect(end.ours).toEqual(end.theirs);
  });
  it('the connection program is run by $RSYNC_SHELL', async () => {
    const variables = { RSYNC_CONNECT_PROG: 'x %H', RSYNC_SHELL: shell };
    await run(ours, ['rsync://h/m/x', 'd'], variables);
    expect(readFileSync(path.join(directory, 'seen'), 'latin1')).toBe("port=\n-c x 'h'\n");
  });

  it.each(['small', 'empty', 'large', 'missing'])('early input from a file that is %s', async (file) => {
    const end = await both(`--early-input=${file} rsync://127.0.0.1:PORT/m/x d`);
    expect(end.ours.stderr).toBe(end.theirs.stderr);
    expect(end.ours.status).toBe(end.theirs.status);
    const said = (text: string): string => text.slice(text.indexOf('\n'));
    expect(said(end.weHeard)).toBe(said(end.theyHeard));
  });

  it.each([
    '--address=127.0.0.99 rsync://127.0.0.1:1/m d',
    '--address=no.host.invalid rsync://127.0.0.1:1/m d',
    '--address=fe80::1 rsync://127.0.0.1:1/m d',
    '-6 rsync://127.0.0.1:1/m d',
    '-4 rsync://[::1]:1/m d',
    '-4 rsync://127.0.0.1:1/m d',
    '-64 rsync://127.0.0.1:1/m d',
    '--sockopts=FOO rsync://127.0.0.1:1/m d',
    '--sockopts=SO_KEEPALIVE,FOO=1,BAR rsync://127.0.0.1:1/m d',
    '--sockopts=IPTOS_LOWDELAY=1 rsync://127.0.0.1:1/m d',
    '--port=1 127.0.0.1::m d',
  ])('%s', async (words) => {
    const end = await both(words);
    expect(end.ours).toEqual(end.theirs);
  });
  it('the local address is taken', async () => {
    let from: string | undefined;
    serve = (socket) => {
      from = socket.remoteAddress;
      socket.end(GREETING);
    };
    await run(ours, ['--address=127.0.0.99', `rsync://127.0.0.1:${port}/m/x`, 'd'], {});
    expect(from).toBe('127.0.0.99');
  });
  it('socket options that the kernel refuses are told, the others are set', async () => {
    const options =
      'SO_SNDLOWAT=5,SO_RCVBUF=30000,SO_SNDBUF=30000,TCP_NODELAY=0,SO_KEEPALIVE,IPTOS_THROUGHPUT';
    const end = await both(`--sockopts=${options} rsync://127.0.0.1:PORT/m/x d`);
    const lines = (text: string): string[] =>
      text.split('\n').filter((line) => line.includes('socket option'));
    expect(lines(end.ours.stderr)).toEqual(lines(end.theirs.stderr));
    expect(lines(end.ours.stderr)).toHaveLength(1);
  });

  it.each([
    `-e ${shell} u@h::m/d s`,
    `-e ${shell} --port=77 h::m/d s`,
    `-e ${shell} rsync://h:88/m/d s`,
    `-e ${shell}${' '}-l${' '}me h::m/d s`,
    `-4 -e ${shell} s u@h:d`,
    `-6 -e ${shell} s u@h::m/d`,
  ])('the remote shell gets the same words and the same port: %s', async (words) => {
    const filled = words.includes('-l') ? ['-e', `${shell} -l me`, 'u@h::m/d', 's'] : words.split(' ');
    const seen = async (program: string): Promise<string> => {
      writeFileSync(path.join(directory, 'seen'), '');
      await run(program, filled, {});
      return readFileSync(path.join(directory, 'seen'), 'latin1');
    };
    expect(await seen(ours)).toBe(await seen(upstream!));
  });
});
