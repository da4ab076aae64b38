// Makes one real rsync ready with apt: 3.4.1 is built from the source package of Debian 13, 3.2.7 and 3.5.0 are
// the binary packages of Debian 12 and of its security suite, unpacked but never installed.
// The site is the one the machine's own apt already uses; apt gets a private list directory, so that
// the machine's apt configuration stays as it is.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';

const buildPackages =
  'dpkg-dev gcc make autoconf automake libssl-dev libxxhash-dev libzstd-dev liblz4-dev libacl1-dev libattr1-dev zlib1g-dev libpopt-dev'.split(
    ' ',
  );
const runPackages = ['libxxhash0', 'libpopt0', 'libzstd1', 'liblz4-1', 'libacl1', 'zlib1g'];
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

interface Apt {
  readonly directory: string;
  readonly options: readonly string[];
}

function run(command: string, args: readonly string[], cwd?: string): string {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 64 << 20 });
  if (result.error) throw new Error(`${command} cannot be run: ${result.error.message}`);
  if (result.status !== 0) {
    const tail = `${result.stdout}${result.stderr}`.trim().split('\n').slice(-12).join('\n');
    throw new Error(`${command} ${args.join(' ')} ended with ${result.status}:\n${tail}`);
  }
  return result.stdout;
}

/** Installs what lacks of `packages`, when this is root; otherwise the build itself says what it needs. */
function installPackages(packages: readonly string[]): void {
  const lacking = packages.filter((name) => {
    const status = spawnSync('dpkg-query', ['-W', '-f', '${Status}', name], { encoding: 'utf8' });
    return !(status.stdout ?? '').includes('install ok installed');
  });
  if (lacking.length === 0) return;
  if (process.getuid?.() !== 0)
    throw new Error(`these packages lack and this is not root: ${lacking.join(' ')}`);
  run('apt-get', ['update', '-q']);
  run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...lacking]);
}

/** A private apt: the machine's own Debian entries, plus the sources of Debian 13 from the same site. */
function privateApt(directory: string): Apt {
  const listed = run('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI) $(RELEASE) $(COMPONENT) $(IDENTIFIER)',
  ]);
  const entries = listed.split('\n').filter((line) => line.endsWith(' Packages'));
  const main = entries.find((line) => /\/debian\/? /.test(line));
  if (main === undefined) throw new Error('this machine has no Debian entry in its apt sources');
  const signed = existsSync(keyring) ? `[signed-by=${keyring}] ` : '';
  const lines = entries.map((line) => `deb ${signed}${line.split(' ').slice(0, 3).join(' ')}`);
  lines.push(`deb-src ${signed}${main.split(' ')[0]} trixie main`);
  const sources = path.join(directory, 'sources.list');
  writeFileSync(sources, `${[...new Set(lines)].join('\n')}\n`);
  mkdirSync(path.join(directory, 'lists', 'partial'), { recursive: true });
  mkdirSync(path.join(directory, 'cache', 'archives', 'partial'), { recursive: true });
  const settings = {
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State::lists': path.join(directory, 'lists'),
    'Dir::Cache': path.join(directory, 'cache'),
    'APT::Sandbox::User': 'root',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  run('apt-get', [...options, 'update', '-q']);
  return { directory, options };
}

/** The newest packaging of an upstream version that this apt offers, as binary or as source. */
function packagingOf(apt: Apt, version: string, kind: 'Packages' | 'Sources'): string {
  const rows = run('apt-cache', [...apt.options, 'madison', 'rsync']).split('\n');
  const offered = rows.filter((row) => row.endsWith(kind)).map((row) => (row.split('|')[1] ?? '').trim());
  const found = offered.find((packaging) => /^[0-9.]+/.exec(packaging)?.[0] === version);
  if (found === undefined) throw new Error(`apt offers no rsync ${version} (${kind}): ${offered.join(', ')}`);
  return found;
}

/** Unpacks and builds the source package below `apt.directory`; the directory of the built tree. */
function buildSourceTree(apt: Apt, version: string): string {
  installPackages(buildPackages);
  const packaging = packagingOf(apt, version, 'Sources');
  run('apt-get', [...apt.options, 'source', '--download-only', `rsync=${packaging}`], apt.directory);
  const description = readdirSync(apt.directory).find((name) => name.endsWith('.dsc'));
  if (description === undefined) throw new Error('apt-get source brought no .dsc');
  run('dpkg-source', ['--no-check', '-x', description, 'source'], apt.directory);
  const source = path.join(apt.directory, 'source');
  for (const bundled of ['zlib', 'popt']) {
    mkdirSync(path.join(source, bundled), { recursive: true });
    writeFileSync(path.join(source, bundled, 'dummy.in'), '');
  }
  run('autoreconf', ['-fi'], source);
  const enabled = ['xxhash', 'zstd', 'lz4', 'openssl', 'acl-support', 'xattr-support'];
  const included = ['--with-included-zlib=no', '--with-included-popt=no', '--disable-md2man'];
  run('./configure', [...included, ...enabled.map((feature) => `--enable-${feature}`)], source);
  run('make', [`-j${availableParallelism()}`, 'rsync'], source);
  return source;
}

function unpackBinary(apt: Apt, version: string): string {
  installPackages(runPackages);
  run(
    'apt-get',
    [...apt.options, 'download', `rsync=${packagingOf(apt, version, 'Packages')}`],
    apt.directory,
  );
  const archive = readdirSync(apt.directory).find((name) => name.endsWith('.deb'));
  if (archive === undefined) throw new Error('apt-get download brought no .deb');
  run('dpkg-deb', ['-x', archive, 'unpacked'], apt.directory);
  return path.join(apt.directory, 'unpacked', 'usr', 'bin', 'rsync');
}

/**
 * Builds or unpacks rsync `version` and puts the binary at `target` in one rename, so that two sessions that
 * build at the same time cannot see half a file. Throws with the failing command and its last lines.
 */
export function makePeer(version: string, target: string): void {
  const directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-peer-'));
  try {
    const apt = privateApt(directory);
    const made =
      version === '3.4.1' ? path.join(buildSourceTree(apt, version), 'rsync') : unpackBinary(apt, version);
    mkdirSync(path.dirname(target), { recursive: true });
    const arriving = `${target}.${process.pid}`;
    copyFileSync(made, arriving);
    chmodSync(arriving, 0o755);
    renameSync(arriving, target);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Builds rsync 3.4.1 again from its source package and leaves the whole tree, with the programs that its own test suite
 * needs, in the directory `target`. It is there to be run (interop/upstream-suite.ts); nobody reads it.
 */
export function makeSuiteTree(target: string): void {
  const directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-suite-'));
  try {
    const source = buildSourceTree(privateApt(directory), '3.4.1');
    // `make check` with one short test builds the helpers and the links that the suite works with.
    run('make', ['check', 'whichtests=00-hello.test'], source);
    mkdirSync(path.dirname(target), { recursive: true });
    const arriving = `${target}.${process.pid}`;
    run('cp', ['-a', source, arriving]);
    renameSync(arriving, target);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
