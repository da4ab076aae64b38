import { afterEach, describe, expect, it } from 'vitest';
import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadNative } from '@ocrsync/native/load';
import {
  CHANNEL_MESSAGE_BYTES,
  type ChannelMessage,
  descriptorChannel,
  type DescriptorChannel,
} from '@ocrsync/node/transport/descriptor-channel';
import { tempDirectory } from '../api/temp-tree.ts';

const native = loadNative();
const open: DescriptorChannel[] = [];
afterEach(() => {
  for (const channel of open.splice(0)) channel.close();
});

function channels(): readonly [DescriptorChannel, DescriptorChannel] {
  const made = descriptorChannel()!;
  open.push(...made);
  return made;
}

const openDescriptors = (): number => readdirSync('/proc/self/fd').length;

describe.skipIf(native?.socketPair === undefined)('A channel for descriptors', () => {
  it('hands over open files with the bytes that belong to them', () => {
    const [here, there] = channels();
    const file = path.join(tempDirectory(), 'file');
    writeFileSync(file, 'content');
    const descriptor = openSync(file, 'r');
    expect(here.send([descriptor], Buffer.from('what it is'))).toBe('sent');
    closeSync(descriptor);
    const { bytes, descriptors } = there.receive(0) as ChannelMessage;
    expect(Buffer.from(bytes).toString()).toBe('what it is');
    const into = Buffer.alloc(10);
    expect(readSync(descriptors[0]!, into)).toBe(7);
    closeSync(descriptors[0]!);
  });

  it('keeps messages apart, up to the longest', () => {
    const [here, there] = channels();
    const longest = new Uint8Array(CHANNEL_MESSAGE_BYTES).fill(7);
    expect([here.send([], longest), here.send([], Buffer.from('x'))]).toEqual(['sent', 'sent']);
    expect((there.receive(0) as ChannelMessage).bytes).toEqual(longest);
    expect((there.receive(0) as ChannelMessage).bytes.length).toBe(1);
    expect(there.receive(0)).toBe('none');
    for (const length of [0, CHANNEL_MESSAGE_BYTES + 1]) {
      expect(() => here.send([], new Uint8Array(length))).toThrow(RangeError);
    }
    expect(() => here.send(Array(17).fill(0), longest)).toThrow(RangeError);
  });

  it('waits for as long as it is told to', () => {
    const [, there] = channels();
    const started = performance.now();
    expect(there.receive(40)).toBe('none');
    expect(performance.now() - started).toBeGreaterThan(35);
  });

  it('says that it is full, that nobody is there, and that it ended', () => {
    const [here, there] = channels();
    let answer = 'sent';
    for (let i = 0; i < 1000 && answer === 'sent'; i++) answer = here.send([], new Uint8Array(30_000));
    expect(answer).toBe('full');
    while (typeof there.receive(0) !== 'string');
    expect(here.send([], new Uint8Array(1))).toBe('sent');
    here.close();
    expect((there.receive(0) as ChannelMessage).bytes.length).toBe(1);
    expect(there.receive(-1)).toBe('end');
    expect(there.send([], new Uint8Array(1))).toBe('gone');
  });

  it('lets another process take connections over and answer on them', async () => {
    const [here, there] = channels();
    const script = fileURLToPath(new URL('descriptor-child.ts', import.meta.url));
    const child = spawn(process.execPath, ['--conditions=ocrsync-source', script], {
      stdio: ['ignore', 'pipe', 'inherit', there.socket],
    });
    there.close();
    let said = '';
    child.stdout!.on('data', (bytes) => (said += String(bytes)));
    const exited = new Promise((resolve) => child.once('close', resolve));
    const before = openDescriptors();
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) =>
      handOn(socket, here),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    for (const word of ['first', 'second'])
      expect(await ask(port, word)).toBe(`${child.pid} got early+${word}`);
    await new Promise((resolve) => server.close(resolve));
    expect(openDescriptors(), 'this process has closed its copies').toBe(before);
    here.close();
    expect(await exited).toBe(0);
    expect(said).toBe('end, 1 channel open\n');
  });
});

/** What a listener does with a connection: it is the child's from now on. */
function handOn(socket: Socket, channel: DescriptorChannel): void {
  const { fd } = (socket as unknown as { _handle: { fd: number } })._handle;
  expect(channel.send([fd], Buffer.from('early'))).toBe('sent');
  socket.destroy();
}

function ask(port: number, word: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true }, () => socket.end(word));
    let answer = '';
    socket.on('data', (bytes) => (answer += String(bytes)));
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}

describe('Without the native helper', () => {
  it('there is no channel', () => {
    expect(descriptorChannel({})).toBeUndefined();
  });
});
