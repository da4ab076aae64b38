// A session process of the tests: takes connections over from descriptor 3 and answers on each until the channel ends.
import { Socket } from 'node:net';
import { readdirSync } from 'node:fs';
import { DescriptorChannel } from '@ocrsync/node/transport/descriptor-channel';

const channel = new DescriptorChannel(3);
for (;;) {
  const message = channel.receive(10_000);
  if (typeof message === 'string') break;
  const [descriptor] = message.descriptors;
  const early = Buffer.from(message.bytes).toString();
  await new Promise<void>((resolve) => {
    const connection = new Socket({ fd: descriptor!, readable: true, writable: true, allowHalfOpen: true });
    let late = '';
    connection.on('data', (bytes) => (late += String(bytes)));
    connection.on('end', () => connection.end(`${process.pid} got ${early}+${late}`));
    connection.on('close', () => resolve());
  });
}
process.stdout.write(`end, ${readdirSync('/proc/self/fd').filter((fd) => fd === '3').length} channel open\n`);
channel.close();
