// The command as a new user meets it, beside the real rsync 3.4.1: what a mistake prints, where, and the exit code.
// Compared to the byte but for what names the program in the last line.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, waitForPort } from '../../../interop/daemon.ts';
import { findPeer } from '../../../interop/peers.ts';
import { writeTree } from './temp-tree.ts';

const checkout = path.resolve(import.meta.dirname, '../../..');
const rsync = findPeer('3.4.1');
const isRoot = process.getuid?.() === 0;
const directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-manners-'));
const bundle = path.join(directory, 'dist');
let daemon: ChildProcess | undefined;
let port = 0;

const unprivileged = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

/** Root can become nobody here, and nobody may run both programs. */
function nobodyCanRun(): boolean {
  const runs = (program: string): boolean =>
    spawnSync(unprivileged[0]!, [...unprivileged.slice(1), program, '--version']).status === 0;
  return isRoot && rsync !== undefined && runs(process.execPath) && runs(rsync);
}

interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function answer(command: readonly string[], environment: Readonly<Record<string, string>>): Answer {
  rmSync(path.join(directory, 'dst'), { recursive: true, force: true });
  const [file, ...args] = command;
  const env = { PATH: process.env['PATH'], HOME: directory, LC_ALL: 'C', USER: 'nobody', ...environment };
  const { status, stdout, stderr } = spawnSync(file!, args, {
    cwd: directory,
    env,
    encoding: 'latin1',
    timeout: 20_000,
  });
  const lastLine = / at (?:[a-z0-9_]+\.c\(\d+\)|ocrsync\(1\)) \[(\w+)=[\d.]+\]/g;
  // The daemon's port changes from run to run of the tests; a reset of the connection is a matter of luck.
  const luck = /^rsync: \[\w+\] read error: Connection reset by peer \(104\)\n/gm;
  return { status, stdout, stderr: stderr.replaceAll(lastLine, ' at LINE [$1]').replaceAll(luck, '') };
}

function both(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  prefix: readonly string[] = [],
): { ours: Answer; theirs: Answer } {
  const filled = words.map((word) => word.replace('PORT', String(port)));
  const command = [process.execPath, path.join(bundle, 'run.mjs')];
  return {
    theirs: answer([...prefix, rsync!, ...filled], environment),
    ours: answer([...prefix, ...command, ...filled], environment),
  };
}

function expectSame(line: string, environment: Readonly<Record<string, string>> = {}): Answer {
  const { ours, theirs } = both(line.split(' '), environment);
  expect(ours).toEqual(theirs);
  return ours;
}

/** The command as the checkout has it now, not as it was when somebody last built it. */
function bundleCommand(): void {
  const options = ['--bundle', '--platform=node', '--format=esm', '--conditions=ocrsync-source'];
  const esbuild = path.join(checkout, 'node_modules/esbuild/bin/esbuild');
  const entry = path.join(checkout, 'cli/src/main.ts');
  const made = spawnSync(esbuild, [entry, ...options, `--outfile=${bundle}/main.mjs`], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
  const text = `import { main } from './main.mjs';\nawait main(process.argv.slice(2));\n`;
  writeFileSync(path.join(bundle, 'run.mjs'), text);
}

function configuration(): string {
  const owner = isRoot ? 'uid = root\ngid = root\n' : '';
  const module = (name: string, lines: string): string => `[${name}]\npath = ${directory}/module\n${lines}\n`;
  return [
    `use chroot = no\nreverse lookup = no\nmotd file = ${directory}/motd\nlog file = ${directory}/log\n${owner}`,
    module('open', 'comment = for everybody'),
    module('locked', `auth users = tom\nsecrets file = ${directory}/secrets`),
    module('hidden', 'list = no'),
    `[gone]\npath = ${directory}/nowhere\n`,
  ].join('\n');
}

function writeSecret(name: string, text: string, mode: number): void {
  writeFileSync(path.join(directory, name), text);
  chmodSync(path.join(directory, name), mode);
}

beforeAll(async () => {
  chmodSync(directory, 0o755);
  writeTree(directory, { 'src/a': 'hi\n', 'src/unread': 'x', 'module/file': 'm', motd: 'Welcome\n' });
  chmodSync(path.join(directory, 'src/unread'), 0o600);
  mkdirSync(path.join(directory, 'open'));
  chmodSync(path.join(directory, 'open'), 0o777);
  writeSecret('secrets', 'tom:pass\n', 0o600);
  writeSecret('pw600', 'pass\n', 0o600);
  writeSecret('pw640', 'pass\n', 0o640);
  writeSecret('pw644', 'pass\n', 0o644);
  writeSecret('pwwrong', 'wrong\n', 0o600);
  writeSecret('pwempty', '', 0o600);
  writeSecret('pwforeign', 'pass\n', 0o600);
  if (isRoot) chownSync(path.join(directory, 'pwforeign'), 65534, 65534);
  bundleCommand();
  if (rsync === undefined) return;
  writeFileSync(path.join(directory, 'rsyncd.conf'), configuration());
  port = await freePort();
  const args = ['--daemon', '--no-detach', `--config=${directory}/rsyncd.conf`, '--address=127.0.0.1'];
  daemon = spawn(rsync, [...args, `--port=${port}`], { stdio: 'ignore' });
  await waitForPort(port, 10_000);
}, 60_000);

afterAll(() => {
  daemon?.kill();
  rmSync(directory, { recursive: true, force: true });
});

describe.runIf(rsync !== undefined)('the command says what rsync says', () => {
  it.each([
    ...['--foo src dst', '-Q src dst', '--verbose=3 src dst', '-e', '--exclude', '-a --bwlimit=x src dst'],
    ...['--delete src dst', '--append -W src dst', '-a --filter=x src dst', '--info=foo -a src dst'],
    ...['--checksum-choice=foo -a src dst', '-a --zc=foo src dst', '--exclude-from=nofile -a src dst'],
  ])('to the mistake in the options %s', (line) => {
    expect(expectSame(line).status).toBeGreaterThan(0);
  });

  it.each([
    ...['nope dst', '-a nope dst', '-a nope/f dst', '-a src/ nope dst/', 'src/a no/such/dir/'],
    ...[
      'src/a no/such/dir',
      '-a src/ no/such/dir/',
      '-a src/ src/a/x',
      '-r src/ /proc/nope',
      '-a src/ src/a',
    ],
    ...['a:b c:d', 'a: b: dst', 'src/a b:c dst', '--password-file=pw600 -a src dst'],
  ])('when the paths are wrong: %s', (line) => {
    expect(expectSame(line).status).toBeGreaterThan(0);
  });

  it('when source or destination is empty', () => {
    for (const words of [
      ['-a', 'src/', ''],
      ['', 'dst'],
    ]) {
      const { ours, theirs } = both(words);
      expect(ours).toEqual(theirs);
    }
  });

  it.each([
    ...['rsync://127.0.0.1:1/x dst', 'src/a rsync://127.0.0.1:1/x', '127.0.0.1::m dst --port=1'],
    ...['rsync://host.invalid/x dst', '-e /nonexistent src/a h:x'],
  ])('when nobody is there: %s', (line) => {
    const { ours, theirs } = both(line.split(' '));
    // What rsync adds after a shell that cannot be run depends on which of its processes is faster.
    expect(ours.stderr.split('\n')[0]).toBe(theirs.stderr.split('\n')[0]);
    if (!line.startsWith('-e')) expect(ours).toEqual(theirs);
  });

  it.each([
    ...[
      'rsync://127.0.0.1:PORT/',
      'rsync://127.0.0.1:PORT',
      '127.0.0.1:: --port=PORT',
      '-q rsync://127.0.0.1:PORT/',
    ],
    ...[
      '--no-motd rsync://127.0.0.1:PORT/',
      'rsync://127.0.0.1:PORT/open/',
      'rsync://127.0.0.1:PORT/hidden/',
    ],
  ])('as a list of modules or files: %s', (line) => {
    expect(expectSame(line).status).toBe(0);
  });

  it.each([
    ...['rsync://127.0.0.1:PORT/nomod', 'rsync://127.0.0.1:PORT/nomod dst', 'rsync://127.0.0.1:PORT//x dst'],
    ...['-a rsync://127.0.0.1:PORT/gone/ dst', '-a rsync://127.0.0.1:PORT/open/missing dst'],
    ...['-a src/ rsync://127.0.0.1:PORT/open/', '127.0.0.1::/x dst --port=PORT'],
  ])('when the daemon refuses: %s', (line) => {
    expect(expectSame(line).status).toBeGreaterThan(0);
  });

  it.each(['pw600', 'pw640', 'pw644', 'pwwrong', 'pwempty', 'pwforeign', 'pwmissing'])(
    'with the password file %s',
    (file) => {
      const { status } = expectSame(`--password-file=${file} rsync://tom@127.0.0.1:PORT/locked/`);
      if (file === 'pw600' || file === 'pw640') expect(status).toBe(0);
      else if (file !== 'pwforeign' || isRoot) expect(status).toBeGreaterThan(0);
    },
  );

  it('with right, wrong and foreign passwords in the environment', () => {
    const line = 'rsync://tom@127.0.0.1:PORT/locked/';
    expect(expectSame(line, { RSYNC_PASSWORD: 'pass' }).status).toBe(0);
    expect(expectSame(line, { RSYNC_PASSWORD: 'wrong' }).status).toBe(5);
    expect(expectSame(line.replace('tom', 'bob'), { RSYNC_PASSWORD: 'pass' }).status).toBe(5);
  });

  it.runIf(nobodyCanRun())('to a user who may not read or write', () => {
    for (const line of ['-a src/ open/copy', '-a src/ dst', 'src/unread open/', '-r src/ /nodir']) {
      const { ours, theirs } = both(line.split(' '), {}, unprivileged);
      rmSync(path.join(directory, 'open/copy'), { recursive: true, force: true });
      expect(ours.status).toBeGreaterThan(0);
      expect({ line, ...ours }).toEqual({ line, ...theirs });
    }
  });
});

describe('the command', () => {
  const ours = (...words: string[]): Answer =>
    answer([process.execPath, path.join(bundle, 'run.mjs'), ...words], {});

  it('shows its usage on stderr with exit code 1 when there is nothing to do', () => {
    for (const words of [[], ['-a']]) {
      const { status, stdout, stderr } = ours(...words);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toContain('Usage: ocrsync');
      expect(stderr).toContain('rsync error: syntax or usage error (code 1) at LINE');
    }
  });

  it('shows help on stdout for --help and for -h alone', () => {
    const help = ours('--help');
    expect(help).toMatchObject({ status: 0, stderr: '' });
    expect(help.stdout).toContain('Usage: ocrsync');
    expect(ours('-h')).toEqual(help);
  });

  it('shows its version, for programs as JSON', () => {
    expect(ours('--version').stdout).toMatch(/^ocrsync +version [\d.]+ +protocol version 32\n/);
    expect(JSON.parse(ours('-VV').stdout)).toMatchObject({ program: 'ocrsync', protocol: '32.0' });
  });

  it('refuses a host that looks like an option, a port that is none, and an option it does not have yet', () => {
    expect(ours('--', '-oProxyCommand=x:a', 'dst')).toMatchObject({ status: 1 });
    expect(ours('rsync://h:99999/x', 'dst')).toMatchObject({ status: 1 });
    const later = ours('--daemon');
    expect(later.status).toBe(4);
    expect(later.stderr).toContain('--daemon is not supported yet');
  });
});

describe('the command, when it gets SIGINT', () => {
  it.each([
    ['before the daemon has greeted', ['rsync://127.0.0.1:PORT/x', 'dst']],
    ['while the remote shell is silent', ['-e', 'sh -c "sleep 20"', 'h:x', 'dst']],
    ['in the middle of a local copy', ['-r', '--bwlimit=1m', 'large/', 'dst']],
  ])('%s ends with code 20 and one line', async (_when, words) => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port: silentPort } = silent.address() as AddressInfo;
    writeTree(directory, { 'large/file': new Uint8Array(32 << 20) });
    const filled = words.map((word) => word.replace('PORT', String(silentPort)));
    const child = spawn(process.execPath, [path.join(bundle, 'run.mjs'), ...filled], { cwd: directory });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes: Buffer) => (output += bytes.toString()));
    setTimeout(() => child.kill('SIGINT'), 700);
    const exitCode = await new Promise((resolve) => child.once('close', resolve));
    silent.close();
    expect(exitCode).toBe(20);
    expect(output).toMatch(/^rsync error: received SIGINT, SIGTERM, or SIGHUP \(code 20\) at .*\n$/);
  });
});

it('the command in a directory that was removed says so, with code 3', () => {
  const command = path.resolve('cli/bin/ocrsync.js');
  const line = `mkdir gone && cd gone && rmdir ../gone && exec '${process.execPath}' '${command}' -a ../x ../y`;
  const { status, stderr } = spawnSync('sh', ['-c', line], { cwd: tmpdir(), encoding: 'utf8' });
  expect(stderr).toContain('getcwd(): No such file or directory (2)');
  expect(status).toBe(3);
});
