// A program in the place of a daemon's TCP connection gets one for its stdin and stdout (docs/protocol/02-daemon.md §2): a
// daemon serves what it finds as stdin only if that is a socket, both ways on it, and asks it for the client's address. So
// the pair is made over the loopback interface, and nobody else can have come in between.
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { ChildWire } from './socket-pair.ts';
import { StaticInput } from './static-input.ts';
import { StreamDuplex } from './stream-duplex.ts';

const LOOPBACK = '127.0.0.1';

export class TcpPair implements ChildWire {
  readonly #childs: Socket;
  readonly #ours: Socket;
  readonly #received: StaticInput;

  private constructor(childs: Socket, ours: Socket, received: StaticInput) {
    this.#childs = childs;
    this.#ours = ours;
    this.#received = received;
  }

  /** Rejects with the system's error where there is no loopback interface or no descriptor. */
  static async make(): Promise<TcpPair> {
    // Not a byte of the child's end may be read here.
    const server = createServer({ pauseOnConnect: true });
    try {
      server.listen(0, LOOPBACK, 1);
      await once(server, 'listening');
      return await TcpPair.#connect(server);
    } finally {
      server.close();
    }
  }

  static async #connect(server: Server): Promise<TcpPair> {
    const received = new StaticInput();
    const { port } = server.address() as { port: number };
    const ours = connect({ host: LOOPBACK, port, onread: received.onread });
    const accepted = once(server, 'connection');
    await once(ours, 'connect');
    let [childs] = (await accepted) as [Socket];
    // A stranger was quicker.
    while (childs.remotePort !== ours.localPort) {
      childs.destroy();
      [childs] = (await once(server, 'connection')) as [Socket];
    }
    ours.setNoDelay(true);
    return new TcpPair(childs, ours, received);
  }

  get stdio(): readonly [Socket, Socket] {
    return [this.#childs, this.#childs];
  }

  closeChildEnds(): void {
    this.#childs.destroy();
  }

  connect(): StreamDuplex {
    return new StreamDuplex(this.#ours, this.#ours, this.#received.listen);
  }

  close(): void {
    this.#ours.destroy();
  }

  endReading(): void {
    this.#ours.destroy();
  }
}
