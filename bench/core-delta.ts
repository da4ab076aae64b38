// Speed of the core's delta search against the real rsync 3.4.1: npx node bench/core-delta.ts [megabytes ...]
// Ours: user CPU of a sender's whole work on one file: reading it into core memory, taking the sums, building the table,
// the search, and the whole-file xxh128. Theirs: user CPU of the real binary as client and sender, over a "remote shell" that
// detaches the receiver from the process tree, so that the kernel's accounting of the child is the sender alone.
// That includes writing literals to a pipe, about 3 % of its time where nothing matches. Both on tmpfs. The kernel splits user
// and system time by ticks, so both are means over as many runs as make the ticks even out. Whole-file MD5: node:crypto.
// The binary: OCRSYNC_UPSTREAM, or the peer that interop/peers.ts has made ready.
import { spawnSync } from 'node:child_process';
import { createCipheriv, createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KIND_MD5, KIND_XXH128, digestBytes } from '../core/src/checksum-kinds.ts';
import { DeltaMatcher } from '../core/src/delta.ts';
import { CoreInstance } from '../core/src/instance.ts';
import { BlockSigner } from '../core/src/signature.ts';
import { chooseSumHead } from '../core/src/sum-head.ts';
import { findPeer } from '../interop/peers.ts';

const MEGABYTE = 1 << 20;
const PROTOCOL = 32;
const SEED = 9;
/** Each figure is a mean over at least so many seconds of CPU, and at most so many runs. */
const LEAST_SECONDS = 1.2;
const MOST_ROUNDS = 40;
const MOST_PEER_ROUNDS = 12;

interface WholeFile {
  hash_state_size(): number;
  hash_init(kind: number, state: number, seed: number): number;
  hash_update(state: number, p: number, len: number): void;
  hash_final(state: number, out: number): number;
}

interface Files {
  readonly directory: string;
  readonly source: string;
  readonly unrelated: string;
  readonly changed: string;
}

interface Measured {
  readonly seconds: number;
  readonly matchedBytes: number;
}

/** The same pseudo-random bytes in every run: AES-CTR of zeros. */
function makeRandomFile(file: string, bytes: number, key: number): void {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, key), Buffer.alloc(16));
  const zeros = Buffer.alloc(MEGABYTE);
  const fd = openSync(file, 'w');
  for (let done = 0; done < bytes; done += MEGABYTE) writeSync(fd, cipher.update(zeros));
  closeSync(fd);
}

/** A copy of `source` with one byte changed in every hundredth block. */
function makeChangedFile(source: string, file: string, bytes: number, blockLength: number): void {
  copyFileSync(source, file);
  const fd = openSync(file, 'r+');
  const byte = Buffer.alloc(1);
  for (let block = 0; (block + 1) * blockLength <= bytes; block += 100) {
    const at = block * blockLength + ((block * 7919) % blockLength);
    readSync(fd, byte, 0, 1, at);
    byte[0] = byte[0]! ^ 0x55;
    writeSync(fd, byte, 0, 1, at);
  }
  closeSync(fd);
}

/** Wire bytes of the basis' block sums, outside the measured time (the generator's work). */
function signed(basis: string, bytes: number, blockLength: number, kind: number) {
  const head = chooseSumHead(bytes, { protocol: PROTOCOL, digestBytes: digestBytes(kind), blockLength })!;
  const core = new CoreInstance();
  const signer = new BlockSigner(core);
  const pieces: Buffer[] = [];
  const fd = openSync(basis, 'r');
  signer.open(head, kind, SEED);
  while (!signer.done) {
    signer.feed(readSync(fd, signer.window()), (address, lengthBytes) => {
      pieces.push(Buffer.from(core.u8.slice(address, address + lengthBytes)));
    });
  }
  closeSync(fd);
  return { head, sums: Buffer.concat(pieces) };
}

function measureOurs(
  source: string,
  basis: string,
  bytes: number,
  blockLength: number,
  kind: number,
): Measured {
  const { head, sums } = signed(basis, bytes, blockLength, kind);
  const core = new CoreInstance();
  const matcher = new DeltaMatcher(core);
  const hash = core.functions<WholeFile>();
  const state = core.alloc(hash.hash_state_size());
  const digest = core.alloc(32);
  const wire = core.alloc(sums.length);
  core.u8.set(sums, wire);
  const runOnce = (): void => {
    const md5 = kind === KIND_MD5 ? createHash('md5') : undefined;
    const sink = {
      consumed: (address: number, lengthBytes: number): void => {
        if (md5 === undefined) hash.hash_update(state, address, lengthBytes);
        else md5.update(core.u8.subarray(address, address + lengthBytes));
      },
      literal: () => undefined,
      match: () => undefined,
    };
    const fd = openSync(source, 'r');
    hash.hash_init(kind, state, SEED);
    matcher.open(head, { kind, seed: SEED });
    matcher.sums.take(wire, sums.length);
    matcher.start();
    while (!matcher.done) {
      const lengthBytes = readSync(fd, matcher.window());
      matcher.feed(lengthBytes, lengthBytes === 0, sink);
    }
    if (md5 === undefined) hash.hash_final(state, digest);
    else md5.digest();
    closeSync(fd);
  };
  runOnce();
  const before = process.cpuUsage();
  let rounds = 0;
  let used = process.cpuUsage(before);
  while (rounds < MOST_ROUNDS && used.user + used.system < LEAST_SECONDS * 1e6) {
    runOnce();
    rounds++;
    used = process.cpuUsage(before);
  }
  return { seconds: used.user / 1e6 / rounds, matchedBytes: matcher.matchedBytes };
}

/** A remote shell that starts the server in the background and ends: the server is then nobody's child. */
function makeDetachingShell(directory: string): string {
  const shell = path.join(directory, 'detaching-shell');
  writeFileSync(shell, '#!/bin/sh\nshift\nexec 3<&0\n"$@" <&3 3<&- &\nexec 3<&-\nexit 0\n');
  chmodSync(shell, 0o755);
  return shell;
}

/** User seconds of the peer's sender: what the kernel charges a wrapper shell for its one child, the client. */
function measurePeer(
  peer: string,
  files: Files,
  source: string,
  basis: string,
  blockLength: number,
  checksum: string,
): Measured {
  const shell = makeDetachingShell(files.directory);
  const destination = path.join(files.directory, 'destination');
  let seconds = 0;
  let matchedBytes = 0;
  let rounds = 0;
  while (rounds < MOST_PEER_ROUNDS && seconds < LEAST_SECONDS) {
    mkdirSync(destination, { recursive: true });
    copyFileSync(basis, path.join(destination, 'f'));
    utimesSync(path.join(destination, 'f'), 1, 1);
    const options = ['-e', shell, '--no-whole-file', '-I', '--stats', `--checksum-choice=${checksum}`];
    if (blockLength !== 0) options.push(`-B${blockLength}`);
    const client = [peer, ...options, source, `h:${destination}/f`, `--rsync-path=${peer}`];
    // `times` prints the user and system time of the shell, then of its waited-for children.
    const run = spawnSync('sh', ['-c', '"$@"; status=$?; times; exit $status', 'sh', ...client], {
      encoding: 'latin1',
    });
    const children = /^\d+m[\d.]+s \d+m[\d.]+s\n(\d+)m([\d.]+)s/m.exec(run.stdout);
    const matched = /^Matched data: ([\d,]+)/m.exec(run.stdout);
    if (run.status !== 0 || children === null || matched === null) {
      throw new Error(`${peer} ended with ${run.status}: ${run.stderr}${run.stdout}`);
    }
    seconds += Number(children[1]) * 60 + Number(children[2]);
    matchedBytes = Number(matched[1]!.replaceAll(',', ''));
    rounds++;
  }
  return { seconds: seconds / rounds, matchedBytes };
}

function report(label: string, bytes: number, ours: Measured, theirs: Measured | undefined): void {
  const rate = (measured: Measured): string => (bytes / measured.seconds / 1e9).toFixed(3);
  const agree =
    theirs !== undefined && theirs.matchedBytes !== ours.matchedBytes ? '  DIFFERENT MATCHED BYTES' : '';
  const peer =
    theirs === undefined
      ? ''
      : `  rsync ${rate(theirs)}  ratio ${(theirs.seconds / ours.seconds).toFixed(2)}${agree}`;
  process.stdout.write(`${label.padEnd(48)} ours ${rate(ours)} GB/s user CPU${peer}\n`);
}

function runSize(megabytes: number, peer: string | undefined, directory: string): void {
  const bytes = megabytes * MEGABYTE;
  const at = (name: string): string => path.join(directory, name);
  const files: Files = {
    directory,
    source: at('source'),
    unrelated: at('unrelated'),
    changed: at('changed'),
  };
  makeRandomFile(files.source, bytes, 1);
  makeRandomFile(files.unrelated, bytes, 2);
  const checksums = [
    { name: 'xxh128', kind: KIND_XXH128 },
    { name: 'md5', kind: KIND_MD5 },
  ] as const;
  for (const blockLength of [0, 700]) {
    const head = chooseSumHead(bytes, { protocol: PROTOCOL, digestBytes: 16, blockLength })!;
    makeChangedFile(files.source, files.changed, bytes, head.blockLength);
    const cases = [
      ['nothing matches', files.unrelated],
      ['identical', files.source],
      ['1 % of blocks changed', files.changed],
    ] as const;
    for (const { name, kind } of checksums) {
      for (const [label, basis] of cases) {
        const ours = measureOurs(files.source, basis, bytes, blockLength, kind);
        const theirs = peer && measurePeer(peer, files, files.source, basis, blockLength, name);
        const told = `${megabytes} MB, ${head.count} blocks of ${head.blockLength}, ${name}, ${label}`;
        report(told.padEnd(62), bytes, ours, theirs || undefined);
      }
    }
  }
}

const peer = findPeer('3.4.1');
if (peer === undefined) {
  process.stdout.write(
    'no rsync 3.4.1 here: set OCRSYNC_UPSTREAM or run npx node interop/peers.ts 3.4.1; only our own figures follow\n',
  );
}
const directory = mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'ocrsync-bench-'));
try {
  const sizes = process.argv.slice(2).map(Number);
  for (const megabytes of sizes.length === 0 ? [100] : sizes) runSize(megabytes, peer, directory);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
