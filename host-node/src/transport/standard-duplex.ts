// This process's stdin and stdout as the wire of a server. `process.stdin` and `process.stdout` are not used: they may
// write synchronously, and a blocked write would stop the reading too.
import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { StaticInput } from './static-input.ts';
import { StreamDuplex } from './stream-duplex.ts';

/** Descriptors 0 and 1; works on pipes and sockets, where a server's wire always is. */
export function standardDuplex(): StreamDuplex {
  const isWire = (descriptor: number): boolean => {
    const stat = fstatSync(descriptor);
    return stat.isFIFO() || stat.isSocket();
  };
  // Bun's Socket never reads from a descriptor that it is given; its process.stdout does not block.
  const isBun = process.versions['bun'] !== undefined;
  if (isBun || !isWire(0) || !isWire(1)) return new StreamDuplex(process.stdin, process.stdout);
  const received = new StaticInput();
  const input = new Socket({ fd: 0, readable: true, writable: false, onread: received.onread });
  const output = new Socket({ fd: 1, readable: false, writable: true });
  return new StreamDuplex(input, output, received.listen);
}
