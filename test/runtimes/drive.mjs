// What a runtime must be able to do with the built packages, as plain JavaScript that each of them runs as it is: load the
// native helper, copy a tree in process, send it to a second process. Prints a line a check; the exit code is the number of
// checks that failed. Usage: RUNTIME drive.mjs CHECKOUT (scripts/runtimes.mjs starts it)
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

const [checkout] = process.argv.slice(2);
const library = pathToFileURL(path.join(checkout, 'host-node/dist/api/sync.js')).href;
const command = path.join(checkout, 'cli/bin/ocrsync.js');
const helper = path.join(checkout, 'cli/dist/native.node');
const work = fs.mkdtempSync(path.join(tmpdir(), 'ocrsync-runtime-'));
const source = path.join(work, 'source');
let failed = 0;

function makeTree() {
  fs.mkdirSync(path.join(source, 'sub dir/deep'), { recursive: true });
  fs.writeFileSync(path.join(source, 'text'), 'some text\n');
  fs.writeFileSync(path.join(source, 'sub dir', 'größe'), 'a name in UTF-8\n');
  fs.writeFileSync(path.join(source, 'sub dir/deep/big'), Buffer.alloc(700_001, 'abcdefghijk'));
  fs.writeFileSync(Buffer.from(`${source}/byte \xff`, 'latin1'), 'no UTF-8');
  fs.symlinkSync('text', path.join(source, 'link'));
  fs.chmodSync(path.join(source, 'text'), 0o640);
  fs.utimesSync(path.join(source, 'text'), 1_500_000_000, 1_500_000_000);
}

/** Names, types, modes, whole seconds and contents of a tree. */
function listing(root) {
  const lines = [];
  const visit = (name) => {
    const full = Buffer.from(`${root}/${name}`, 'latin1');
    const stat = fs.lstatSync(full);
    let line = `${name} ${stat.mode.toString(8)} ${Math.floor(stat.mtimeMs / 1000)}`;
    if (stat.isSymbolicLink()) line += ` -> ${fs.readlinkSync(full)}`;
    if (stat.isFile()) line += ` ${fs.readFileSync(full).toString('latin1')}`;
    lines.push(line);
    if (!stat.isDirectory()) return;
    // Names as bytes by way of Buffers: not every runtime knows the encoding 'latin1' here.
    const names = fs.readdirSync(full, { encoding: 'buffer' }).map((child) => child.toString('latin1'));
    for (const child of names.sort()) visit(name === '.' ? child : `${name}/${child}`);
  };
  visit('.');
  return lines.join('\n');
}

function expectSame(one, other) {
  const [left, right] = [listing(one).split('\n'), listing(other).split('\n')];
  const differs = left.findIndex((line, index) => line !== right[index]);
  if (differs >= 0 || left.length !== right.length) {
    throw new Error(`${other} differs: ${left[differs]?.slice(0, 80)} / ${right[differs]?.slice(0, 80)}`);
  }
}

async function check(title, run) {
  try {
    const note = await run();
    process.stdout.write(`ok      ${title}${note ? `: ${note}` : ''}\n`);
  } catch (error) {
    failed++;
    process.stdout.write(
      `FAILED  ${title}: ${String(error?.stack ?? error)
        .split('\n')
        .slice(0, 4)
        .join(' | ')}\n`,
    );
  }
}

function expect(condition, text) {
  if (!condition) throw new Error(text);
}

function copyByCommand(options, environment = {}) {
  const destination = fs.mkdtempSync(path.join(work, 'to-'));
  const words = [...prefix(), command, '-a', ...options, `${source}/`, `${destination}/`];
  const result = spawnSync(process.execPath, words, {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    timeout: 30_000,
  });
  expect(result.status === 0, `exit ${result.status ?? result.signal}: ${result.stdout}${result.stderr}`);
  expectSame(source, destination);
}

/** What stands between the runtime and a script. */
function prefix() {
  return process.versions.deno === undefined ? [] : ['run', '--allow-all', '--quiet'];
}

async function main() {
  makeTree();
  await check('the native helper loads and answers', () => {
    const native = createRequire(import.meta.url)(helper);
    const record = new Float64Array(20);
    const descriptor = fs.openSync(path.join(source, 'text'), 'r');
    const answer = native.fstat(descriptor, record);
    fs.closeSync(descriptor);
    expect(answer === 0 && record[1] === 10, `fstat says ${answer}, ${record[1]} bytes`);
    expect(native.fstat(1.5, record) === -22, 'a strange descriptor is not refused');
    return `${Object.keys(native).length} functions`;
  });
  await check('the library copies a tree, and finds nothing to do the second time', async () => {
    const { sync } = await import(library);
    const destination = path.join(work, 'by library');
    const first = await sync(`${source}/`, `${destination}/`, { changes: true });
    expectSame(source, destination);
    const second = await sync(`${source}/`, `${destination}/`, { changes: true });
    expect(first.changes.length >= 7, `${first.changes.length} changes`);
    expect(second.changes.length === 0, `${second.changes.length} changes the second time`);
  });
  await check('the library updates, deletes and tells why it cannot', async () => {
    const { sync } = await import(library);
    const destination = path.join(work, 'updated');
    fs.mkdirSync(path.join(destination, 'extra'), { recursive: true });
    fs.writeFileSync(path.join(destination, 'text'), 'older');
    await sync(`${source}/`, `${destination}/`, { delete: true });
    expectSame(source, destination);
    const failure = await sync(path.join(work, 'none'), destination).catch((error) => error);
    expect(failure.exitCode === 23, `exit code ${failure.exitCode}`);
  });
  await check('the command copies a tree', () => copyByCommand([]));
  await check('the command copies a tree without the helper', () =>
    copyByCommand([], { OCRSYNC_NATIVE: 'off' }),
  );
  for (const compression of ['none', 'zlib', 'zstd', 'lz4']) {
    await check(`the command pushes to a server, compression ${compression}`, () =>
      pushByCommand(compression),
    );
  }
}

function pushByCommand(compression) {
  const shell = path.join(work, 'shell');
  const server = path.join(work, 'server');
  fs.writeFileSync(shell, '#!/bin/sh\nshift\nexec sh -c "$*"\n', { mode: 0o755 });
  const words = [process.execPath, ...prefix(), command].map((word) => `'${word}'`).join(' ');
  fs.writeFileSync(server, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
  const destination = path.join(work, `pushed ${compression}`).replaceAll(' ', '-');
  const options = ['-e', shell, `--rsync-path=${server}`];
  if (compression !== 'none') options.push(`--compress-choice=${compression}`);
  const result = spawnSync(
    process.execPath,
    [...prefix(), command, '-a', ...options, `${source}/`, `host:${destination}/`],
    { encoding: 'utf8', timeout: 30_000 },
  );
  expect(result.status === 0, `exit ${result.status ?? result.signal}: ${result.stdout}${result.stderr}`);
  expectSame(source, destination);
}

try {
  await main();
} finally {
  fs.rmSync(work, { recursive: true, force: true });
}
process.exit(failed);
