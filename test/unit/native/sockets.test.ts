import { afterEach, describe, expect, it } from 'vitest';
import { spawnSync } from 'node:child_process';
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { loadNative, type NativeHelper } from '@ocrsync/native/load';
import {
  PASSED_MAX,
  POLL_ERROR,
  POLL_FIELDS,
  POLL_HANGUP,
  POLL_IN,
  POLL_MAX,
  POLL_OUT,
  SHUT_READING,
  SHUT_WRITING,
} from '@ocrsync/native/sockets';

const native = loadNative() as NativeHelper;
const addon = fileURLToPath(new URL('../../../host-native/build/native.node', import.meta.url));
const EBADF = 9;
const EAGAIN = 11;
const EINVAL = 22;
const EMFILE = 24;
const EPIPE = 32;
const ENOTSOCK = 88;
const EMSGSIZE = 90;

const closing: number[] = [];
afterEach(() => {
  for (const descriptor of closing.splice(0)) native.close(descriptor);
});

function pair(packets = false): [number, number] {
  const ends = new Float64Array(2);
  expect(native.socketPair(packets, ends)).toBe(0);
  closing.push(ends[0]!, ends[1]!);
  return [ends[0]!, ends[1]!];
}

const openDescriptors = (): number => readdirSync('/proc/self/fd').length;
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe.skipIf(native?.socketPair === undefined)('the socket calls of the native helper', () => {
  it('make two connected ends that children do not inherit', () => {
    const [a, b] = pair();
    expect(fstatSync(a).isSocket()).toBe(true);
    writeSync(a, 'there');
    const into = Buffer.alloc(10);
    expect(readSync(b, into)).toBe(5);
    for (const end of [a, b]) {
      const flags = /flags:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${end}`, 'utf8'))![1]!;
      expect(Number.parseInt(flags, 8) & 0o2000000, 'close-on-exec').not.toBe(0);
    }
  });

  it('keep messages whole where packets are asked for', () => {
    const [a, b] = pair(true);
    writeSync(a, 'one');
    writeSync(a, 'two');
    const into = Buffer.alloc(10);
    expect(readSync(b, into)).toBe(3);
  });

  it('say which descriptors are ready, and give up after the time', () => {
    const [a, b] = pair();
    const records = new Float64Array(2 * POLL_FIELDS);
    records.set([a, POLL_IN, 0, b, POLL_OUT, 0]);
    expect(native.poll(records, 2, 0)).toBe(1);
    expect([records[2], records[5]]).toEqual([0, POLL_OUT]);
    writeSync(b, 'x');
    expect(native.poll(records, 2, -1)).toBe(2);
    expect(records[2]).toBe(POLL_IN);
    records.set([a, 0, 0]);
    const started = performance.now();
    expect(native.poll(records, 1, 30)).toBe(0);
    expect(performance.now() - started).toBeGreaterThan(25);
    native.close(closing.pop()!);
    expect(native.poll(records, 1, 0)).toBe(1);
    expect(records[2]! & POLL_HANGUP).toBe(POLL_HANGUP);
    records[0] = 9999;
    expect(native.poll(records, 1, 0)).toBe(1);
    expect(records[2]! & ~POLL_ERROR).toBe(32);
  });

  it('end one direction: the other side reads what was sent and then the end', () => {
    const [a, b] = pair();
    writeSync(a, 'last');
    expect(native.shutdownSocket(a, SHUT_WRITING)).toBe(0);
    const into = Buffer.alloc(10);
    expect([readSync(b, into), readSync(b, into)]).toEqual([4, 0]);
    writeSync(b, 'answer');
    expect(readSync(a, into)).toBe(6);
    expect(native.write(a, new Uint8Array(1))).toBe(-EPIPE);
  });

  it('wake up a thread that waits in a read', async () => {
    const [a, b] = pair();
    const source = `const { parentPort, workerData } = require('node:worker_threads');
      const native = require(workerData.addon);
      parentPort.postMessage('waiting');
      parentPort.postMessage(native.read(workerData.socket, new Uint8Array(10)));`;
    const worker = new Worker(source, { eval: true, workerData: { addon, socket: a } });
    const said: unknown[] = [];
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.on('message', (message) => {
      said.push(message);
      if (message === 'waiting') setTimeout(() => native.shutdownSocket(a, SHUT_READING), 50);
    });
    await ended;
    expect(said).toEqual(['waiting', 0]);
    expect(native.write(a, new Uint8Array([1])), 'writing goes on').toBe(1);
    expect(readSync(b, Buffer.alloc(1))).toBe(1);
  });

  it('switch between waiting and not waiting', () => {
    const [a] = pair();
    expect(native.setBlocking(a, false)).toBe(0);
    expect(native.read(a, new Uint8Array(1))).toBe(-EAGAIN);
    expect(native.setBlocking(a, true)).toBe(0);
    const flags = /flags:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${a}`, 'utf8'))![1]!;
    expect(Number.parseInt(flags, 8) & 0o4000).toBe(0);
  });

  it('duplicate a descriptor', () => {
    const [a, b] = pair();
    const copy = native.dupDescriptor(a);
    closing.push(copy);
    writeSync(copy, 'by the copy');
    expect(readSync(b, Buffer.alloc(20))).toBe(11);
  });

  it('set the sizes of the buffers and say what they became', () => {
    const [a] = pair();
    const before = native.setSocketBuffer(a, true, 0);
    expect(before).toBeGreaterThan(0);
    expect(native.setSocketBuffer(a, true, 65536)).toBeGreaterThanOrEqual(65536);
    expect(native.setSocketBuffer(a, false, 65536)).toBeGreaterThanOrEqual(65536);
  });

  it('pass descriptors with bytes, which are the receiver’s own and close-on-exec', () => {
    const [a, b] = pair(true);
    const [c, d] = pair();
    const before = openDescriptors();
    expect(native.sendDescriptors(a, Buffer.from('two ends'), Float64Array.of(c, d), 2)).toBe(8);
    const received = new Float64Array(PASSED_MAX + 1);
    const into = new Uint8Array(100);
    expect(native.receiveDescriptors(b, into, received)).toBe(8);
    expect(text(into.subarray(0, 8))).toBe('two ends');
    expect(received[0]).toBe(2);
    const [c2, d2] = [received[1]!, received[2]!];
    closing.push(c2, d2);
    expect(new Set([c, d, c2, d2]).size).toBe(4);
    expect(openDescriptors()).toBe(before + 2);
    native.close(c);
    closing.splice(closing.indexOf(c), 1);
    writeSync(c2, 'still');
    expect(readSync(d, Buffer.alloc(10))).toBe(5);
    const flags = /flags:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${c2}`, 'utf8'))![1]!;
    expect(Number.parseInt(flags, 8) & 0o2000000).not.toBe(0);
  });

  it('pass bytes alone, and tell the end', () => {
    const [a, b] = pair(true);
    expect(native.sendDescriptors(a, Buffer.from('x'), new Float64Array(0), 0)).toBe(1);
    const received = new Float64Array(PASSED_MAX + 1).fill(7);
    expect(native.receiveDescriptors(b, new Uint8Array(1), received)).toBe(1);
    expect(received[0]).toBe(0);
    native.shutdownSocket(a, SHUT_WRITING);
    expect(native.receiveDescriptors(b, new Uint8Array(1), received)).toBe(0);
  });

  it('do not wait when the other side does not read', () => {
    const [a] = pair(true);
    const message = new Uint8Array(4096);
    let answer = 1;
    for (let i = 0; i < 10_000 && answer > 0; i++)
      answer = native.sendDescriptors(a, message, new Float64Array(0), 0);
    expect(answer).toBe(-EAGAIN);
  });

  it('keep no descriptor of a message that did not fit', () => {
    const [a, b] = pair(true);
    const before = openDescriptors();
    native.sendDescriptors(a, Buffer.from('longer than room'), Float64Array.of(a), 1);
    const received = new Float64Array(PASSED_MAX + 1).fill(7);
    expect(native.receiveDescriptors(b, new Uint8Array(3), received)).toBe(-EMSGSIZE);
    expect(received[0]).toBe(0);
    expect(openDescriptors()).toBe(before);
  });

  it('say EMFILE when this process may have no more descriptors, and lose none', () => {
    const script = `
      const native = require(${JSON.stringify(addon)});
      const fs = require('node:fs');
      const count = () => fs.readdirSync('/proc/self/fd').length;
      const ends = new Float64Array(2), received = new Float64Array(17), into = new Uint8Array(9);
      const say = [native.socketPair(true, ends)];
      const before = count();
      const taken = [];
      try { for (;;) taken.push(fs.openSync('/dev/null')); } catch (error) { say.push(error.code); }
      say.push(native.socketPair(false, new Float64Array(2)), native.dupDescriptor(0));
      native.sendDescriptors(ends[0], Buffer.from('fd'), Float64Array.of(0, 1), 2);
      say.push(native.receiveDescriptors(ends[1], into, received), received[0]);
      taken.forEach((fd) => fs.closeSync(fd));
      say.push(count() - before);
      native.sendDescriptors(ends[0], Buffer.from('fd'), Float64Array.of(0, 1), 2);
      say.push(native.receiveDescriptors(ends[1], into, received), received[0]);
      console.log(JSON.stringify(say));`;
    const child = spawnSync('sh', ['-c', `ulimit -n 64; exec "${process.execPath}" -`], {
      input: script,
      encoding: 'utf8',
    });
    expect(child.stderr).toBe('');
    expect(JSON.parse(child.stdout)).toEqual([0, 'EMFILE', -EMFILE, -EMFILE, -EMFILE, 0, 0, 2, 2]);
  });

  it('answer nonsense with an errno', () => {
    const [a] = pair();
    const file = openSync(path.join('/', 'dev', 'null'), 'r');
    const none = new Float64Array(0);
    expect(native.shutdownSocket(file, SHUT_WRITING)).toBe(-ENOTSOCK);
    expect(native.sendDescriptors(file, Buffer.from('x'), none, 0)).toBe(-ENOTSOCK);
    expect(native.setSocketBuffer(file, true, 0)).toBe(-ENOTSOCK);
    closeSync(file);
    expect(native.dupDescriptor(-1)).toBe(-EBADF);
    expect(native.setBlocking(-1, true)).toBe(-EBADF);
    expect(native.sendDescriptors(a, Buffer.from('x'), Float64Array.of(9999), 1)).toBe(-EBADF);
    expect(native.sendDescriptors(a, new Uint8Array(0), none, 0)).toBe(-EINVAL);
    expect(native.sendDescriptors(a, Buffer.from('x'), none, 1)).toBe(-EINVAL);
    expect(native.sendDescriptors(a, Buffer.from('x'), new Float64Array(99), PASSED_MAX + 1)).toBe(-EINVAL);
    expect(native.receiveDescriptors(a, new Uint8Array(1), new Float64Array(3))).toBe(-EINVAL);
    expect(native.socketPair(false, new Float64Array(1))).toBe(-EINVAL);
    const records = new Float64Array((POLL_MAX + 1) * POLL_FIELDS);
    expect(native.poll(records, POLL_MAX + 1, 0)).toBe(-EINVAL);
    expect(native.poll(records, -1, 0)).toBe(-EINVAL);
    expect(native.poll(none, 1, 0)).toBe(-EINVAL);
    expect(native.poll(records, 1, -2)).toBe(-EINVAL);
  });
});
