// A private sshd on a loopback port with its own host key, client key and configuration, all in one directory.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { freePort, waitForPort, type RunningServer } from './daemon.ts';

export interface RunningSshd extends RunningServer {
  /** The value of -e that reaches it. */
  readonly remoteShell: string;
}

const sshd = '/usr/sbin/sshd';

function installSshd(): void {
  if (existsSync(sshd)) return;
  if (process.getuid?.() !== 0) throw new Error('sshd is not installed and this is not root');
  for (const args of [
    ['update', '-q'],
    ['install', '-y', '-q', '--no-install-recommends', 'openssh-server', 'openssh-client'],
  ]) {
    const result = spawnSync('apt-get', args, { encoding: 'utf8' });
    if (result.status !== 0) throw new Error(`apt-get ${args.join(' ')}: ${result.stderr}`);
  }
}

function makeKey(file: string): void {
  const result = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`ssh-keygen: ${result.error?.message ?? result.stderr}`);
}

/** An sshd below `directory`; undefined where this machine has none: why is told. */
export async function openSshd(
  directory: string,
  tell: (reason: string) => void,
): Promise<RunningSshd | undefined> {
  try {
    return await startSshd(path.join(directory, 'sshd'));
  } catch (error) {
    tell((error as Error).message);
    return undefined;
  }
}

/** Starts sshd in `directory`; throws with the reason when this machine has none. */
async function startSshd(directory: string): Promise<RunningSshd> {
  installSshd();
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const hostKey = path.join(directory, 'host_key');
  const clientKey = path.join(directory, 'client_key');
  makeKey(hostKey);
  makeKey(clientKey);
  copyFileSync(`${clientKey}.pub`, path.join(directory, 'authorized_keys'));
  chmodSync(path.join(directory, 'authorized_keys'), 0o600);
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const port = await freePort();
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${path.join(directory, 'authorized_keys')}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PrintMotd no',
    `AllowUsers ${userInfo().username}`,
    // A bash that sshd starts reads the user's .bashrc unless it believes to be an inner shell; what stands there (pyenv waits
    // a minute for a lock that a killed run has left) is no part of any test.
    'SetEnv SHLVL=2',
  ];
  writeFileSync(path.join(directory, 'sshd_config'), `${config.join('\n')}\n`);
  const args = ['-D', '-e', '-f', path.join(directory, 'sshd_config')];
  const child = spawn(sshd, args, { stdio: 'ignore' });
  await waitForPort(port, 10_000);
  const settings = [
    'UserKnownHostsFile=/dev/null',
    'StrictHostKeyChecking=no',
    'LogLevel=ERROR',
    'IdentitiesOnly=yes',
  ];
  const flags = settings.map((setting) => `-o ${setting}`).join(' ');
  const remoteShell = `ssh -F none -p ${port} -i ${clientKey} ${flags}`;
  return { port, remoteShell, stop: () => child.kill() };
}
