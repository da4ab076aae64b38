// One end of one rsync session, sans-IO: bytes in, bytes out, events and disk work through ports. The driver moves the
// bytes, tells the time and closes; nothing in here waits for anything but its own tasks (docs/protocol/01-session.md).
import { CoreInstance } from '@ocrsync/core/instance';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import { ADVANCED_MESSAGE, ADVANCED_NOTHING, WireReader } from '@ocrsync/core/wire-reader';
import { WireWriter } from '@ocrsync/core/wire-writer';
import { Channel } from './channel.ts';
import type { SessionConfig } from './config.ts';
import { SessionContext } from './context.ts';
import { readFilterList, writeFilterList } from './filter-list.ts';
import { generateAll } from './generator.ts';
import { handshake } from './handshake.ts';
import { KeepAlive } from './keep-alive.ts';
import { OUTPUT_LOW_WATER_BYTES } from './limits.ts';
import * as messages from './messages.ts';
import type { Negotiated } from './negotiated.ts';
import type {
  GeneratorFiles,
  ListReceiver,
  ListSource,
  ReceiverFiles,
  SessionReport,
  SourceFiles,
} from './ports.ts';
import { ListTaker } from './receive-list.ts';
import { receiveAll } from './receiver.ts';
import { ReceivingState } from './receiving-state.ts';
import { PeerExit } from './run-error.ts';
import { sendAll } from './sender.ts';
import { type Task, type Wait, WAIT_INPUT, WAIT_OUTPUT, WAIT_PEER_TASK, WAIT_TURN } from './wait.ts';

/** The host's side of a session; the role-specific parts are made when it is known what was agreed. */
export interface SessionHost {
  readonly report: SessionReport;
  /** Client: the rules to send (empty array: just the terminator). */
  filterRules(negotiated: Negotiated): readonly string[];
  /** Server: the client's rules, in wire form. Called with an empty array when none travel. */
  takeFilterRules(rules: readonly string[], negotiated: Negotiated): void;
  makeSender(context: SessionContext): { source: ListSource; files: SourceFiles };
  makeReceiver(context: SessionContext): {
    lists: ListReceiver;
    generator: GeneratorFiles;
    receiver: ReceiverFiles;
  };
}

/** `idle`: waits for bytes or for room. `turn`: has more to do, call again soon. `done`: nothing is left but the queue. */
export type RunState = 'idle' | 'turn' | 'done';

interface Running {
  readonly task: Task;
  wait: Wait;
  /** Progress count at which the task began to wait for another one. */
  since: number;
}

/** Codes that are not announced to the peer (01 §13.2). */
const SILENT_EXITS = new Set([0, 10, 12, 19, 30]);
/** Above it a shell would see another code, 0 among them. */
const LARGEST_EXIT = 255;
/** Task steps between two looks of the driver at its descriptors. */
const STEPS_PER_RUN = 64;

export class Session {
  readonly channel: Channel;
  readonly config: SessionConfig;
  readonly #host: SessionHost;
  readonly #keepAlive: KeepAlive;
  #running: Running[] = [];
  #context: SessionContext | undefined;
  #receiverFiles: ReceiverFiles | undefined;
  #state: ReceivingState | undefined;
  #progress = 0;
  #inputSeen = 0;
  #error: Error | undefined;
  #finished = false;
  /** Inside {@link run}: a task is on the stack, and cannot be ended from there. */
  #working = false;
  #aborted: Error | undefined;
  /** A transfer error was reported by either end: exit code at least 23. */
  transferErrors = false;

  constructor(config: SessionConfig, host: SessionHost, core: CoreInstance = new CoreInstance()) {
    this.config = config;
    this.#host = host;
    this.channel = new Channel(core, new WireReader(core), new WireWriter(core));
    this.channel.role = config.side === 'sender' ? 'sender' : 'Receiver';
    this.channel.onMessage = (code, at, length) => this.#onMessage(code, at, length);
    this.#keepAlive = new KeepAlive(this.channel, config.timeoutSeconds);
    this.#keepAlive.speaks = config.side === 'sender';
    this.#start(this.#main());
  }

  /** What is known since the handshake; undefined before. */
  get context(): SessionContext | undefined {
    return this.#context;
  }

  /** The fault that ended the session. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** Lets the tasks work until all of them wait, or for a bounded number of steps. Never throws: see {@link error}. */
  run(nowMs: number): RunState {
    this.#keepAlive.observe(nowMs);
    this.#working = true;
    try {
      const state = this.#step();
      this.#keepAlive.check(nowMs);
      return state;
    } catch (error) {
      this.#fail(error as Error);
      return 'done';
    } finally {
      this.#working = false;
    }
  }

  /** Milliseconds until {@link run} must be called although nothing happened; undefined: never. */
  nextDeadlineMs(nowMs: number): number | undefined {
    return this.#finished ? undefined : this.#keepAlive.nextDeadlineMs(nowMs);
  }

  /** The driver lost the transport or was told to stop: ends the tasks, and with them their temporary files. */
  abort(error: Error): void {
    if (this.#working) this.#aborted ??= error;
    else if (!this.#finished) this.#fail(error);
  }

  /** After {@link run} said `done`: takes the peer's last messages; data after the goodbye means nothing any more. */
  hearOut(): void {
    const { reader } = this.channel;
    try {
      for (;;) {
        reader.consume(reader.dataLength);
        const advanced = reader.advance();
        if (advanced === ADVANCED_NOTHING) return;
        if (advanced === ADVANCED_MESSAGE) {
          this.#onMessage(reader.messageCode, reader.messageAt, reader.messageLength);
        }
      }
    } catch (error) {
      this.#error ??= error as Error;
    }
  }

  #step(): RunState {
    for (let steps = 0; steps < STEPS_PER_RUN; steps++) {
      if (this.#running.length === 0) {
        this.#finished = true;
        return 'done';
      }
      let resumed = false;
      for (const running of [...this.#running]) {
        if (!this.#mayResume(running)) continue;
        resumed = true;
        this.#resume(running);
        if (this.#aborted !== undefined) throw this.#aborted;
      }
      if (resumed) continue;
      if (this.#running.every(({ wait }) => wait === WAIT_PEER_TASK)) throw this.#unanswered();
      return 'idle';
    }
    return 'turn';
  }

  /** Nothing that comes from outside could help any more: the sender has left requests of the generator half open. */
  #unanswered(): ProtocolError {
    const text = `the sender ended without an answer to every request [${this.channel.role}]`;
    return new ProtocolError('ERR_UNANSWERED', text, 12, this.channel.reader.byteOffset);
  }

  #mayResume(running: Running): boolean {
    const { reader, writer } = this.channel;
    switch (running.wait) {
      case WAIT_INPUT:
        return reader.rawBytesTaken !== this.#inputSeen || reader.ended;
      case WAIT_OUTPUT:
        return writer.queuedBytes <= OUTPUT_LOW_WATER_BYTES;
      case WAIT_PEER_TASK:
        return running.since !== this.#progress;
      case WAIT_TURN:
        return true;
    }
  }

  #resume(running: Running): void {
    if (running.wait === WAIT_INPUT) this.#inputSeen = this.channel.reader.rawBytesTaken;
    const waited = running.wait;
    const before = this.#progress;
    const result = running.task.next();
    if (waited !== WAIT_PEER_TASK) this.#progress++;
    if (result.done) {
      this.#progress++;
      this.#running = this.#running.filter((other) => other !== running);
      return;
    }
    running.wait = result.value;
    running.since = result.value === WAIT_PEER_TASK ? Math.max(before, this.#progress) : 0;
  }

  #start(task: Task): void {
    this.#running.push({ task, wait: WAIT_TURN, since: 0 });
  }

  // ---- the course of a session (01 §2.4) -----------------------------------------------------------------------------

  *#main(): Task {
    const { channel, config } = this;
    const negotiated = yield* handshake(channel, config);
    const context = new SessionContext(channel, config, negotiated, this.#host.report);
    this.#context = context;
    channel.incremental = negotiated.incremental;
    this.#enableMux(negotiated.protocol);
    this.#host.report.negotiated(negotiated);
    yield* this.#exchangeFilters(negotiated);
    if (config.side === 'sender') yield* this.#send(context);
    else yield* this.#receive(context);
  }

  #enableMux(protocol: number): void {
    const serverFramed = true;
    const isServer = this.config.role === 'server';
    const isPull = isServer === (this.config.side === 'sender');
    const clientFramed = protocol >= 30 || (isPull && this.config.removeSourceFiles);
    if (isServer ? serverFramed : clientFramed) this.channel.enableOutputMux();
    if (isServer ? clientFramed : serverFramed) this.channel.reader.enableMux();
  }

  *#exchangeFilters(negotiated: Negotiated): Task {
    const { channel, config } = this;
    if (config.role === 'client') {
      const rules = this.#host.filterRules(negotiated);
      if (config.filterList) writeFilterList(channel, rules);
      return;
    }
    this.#host.takeFilterRules(config.filterList ? yield* readFilterList(channel) : [], negotiated);
  }

  *#send(context: SessionContext): Task {
    const { source, files } = this.#host.makeSender(context);
    yield* sendAll(context, source, files);
  }

  *#receive(context: SessionContext): Task {
    const { lists: listReceiver, generator, receiver } = this.#host.makeReceiver(context);
    this.#receiverFiles = receiver;
    const { channel, config, lists } = {
      ...this,
      lists: context.lists,
      channel: this.channel,
      config: this.config,
    };
    const taker = new ListTaker(context, listReceiver);
    const state = new ReceivingState();
    this.#state = state;
    yield* taker.takeFirst();
    const first = lists.live[0]!.list;
    if (first.count === 0 && config.role === 'client') {
      context.report.listDone(0);
      return;
    }
    if (lists.incremental && first.count <= 1) yield* this.#takeOneMore(context, taker);
    context.report.listDone(lists.totalEntries);
    if (!config.listOnly) generator.openRoot(first, lists.totalEntries);
    channel.role = 'receiver';
    this.#keepAlive.speaks = true;
    this.#start(generateAll(context, generator, state));
    yield* receiveAll(context, taker, receiver, state);
  }

  /** After a first list of one entry exactly one more announcement is read (03 §14.4). */
  *#takeOneMore(context: SessionContext, taker: ListTaker): Task {
    const { channel, lists, protocol } = context;
    while (!channel.reader.tryNdx(protocol)) yield* channel.more();
    const ndx = channel.reader.value;
    if (ndx === -2) lists.complete = true;
    else yield* taker.takeSub(taker.directoryOf(ndx));
  }

  // ---- out-of-band messages (01 §8.4) ----------------------------------------------------------------------------------

  #onMessage(code: number, at: number, lengthBytes: number): void {
    const bytes = this.channel.core.u8.subarray(at, at + lengthBytes);
    switch (code) {
      case messages.MSG_ERROR_XFER:
      case messages.MSG_INFO:
      case messages.MSG_ERROR:
      case messages.MSG_WARNING:
        if (code === messages.MSG_ERROR_XFER) this.transferErrors = true;
        this.#host.report.peerMessage(code, latin1(bytes));
        return;
      case messages.MSG_DELETED: {
        const isDirectory = bytes.at(-1) === 0;
        this.#host.report.peerDeleted(latin1(isDirectory ? bytes.subarray(0, -1) : bytes), isDirectory);
        return;
      }
      case messages.MSG_IO_ERROR:
        if (this.#context && !this.config.ignoreErrors) this.#context.ioError |= intOf(bytes) & 7;
        return;
      case messages.MSG_IO_TIMEOUT:
        if (this.config.role === 'server') throw this.#invalidMessage(code, lengthBytes);
        this.#keepAlive.adopt(intOf(bytes));
        return;
      case messages.MSG_NO_SEND:
        this.#notSent(intOf(bytes));
        return;
      case messages.MSG_ERROR_EXIT:
        this.#peerExits(lengthBytes === 4 ? intOf(bytes) : undefined);
        return;
      default:
        // NOOP is a keep-alive; SUCCESS means something only with --remove-source-files, and openrsync sends it unasked.
        return;
    }
  }

  #notSent(ndx: number): void {
    const { channel } = this;
    if (this.#state === undefined || this.#context === undefined) return;
    const { live, entry } = this.#context.lists.require(ndx, channel.role, channel.reader.byteOffset);
    if (live.closed) return;
    this.#state.outcomes.push({ entry, result: 'not-sent' });
  }

  #peerExits(exitCode: number | undefined): never {
    if (exitCode === undefined) {
      const text = `unsolicited acknowledgement of an error exit [${this.channel.role}]`;
      throw new ProtocolError('ERR_ERROR_EXIT', text, 12, this.channel.reader.byteOffset);
    }
    if (exitCode < 1 || exitCode > LARGEST_EXIT) {
      const text = `the peer announced an error exit with code ${exitCode} [${this.channel.role}]`;
      throw new ProtocolError('ERR_ERROR_EXIT', text, 12, this.channel.reader.byteOffset);
    }
    if (this.channel.outputMux) this.#answerExit(exitCode);
    throw new PeerExit(exitCode);
  }

  /** A generator tells the sender the code, everybody else acknowledges; a server only if its messages go in band (01 §13.2). */
  #answerExit(exitCode: number): void {
    const { channel, config } = this;
    if (channel.role === 'receiver') channel.writer.message(messages.MSG_ERROR_EXIT, intBytes(exitCode));
    else if (config.role === 'client' || config.messagesInBand) {
      channel.writer.message(messages.MSG_ERROR_EXIT, new Uint8Array(0));
    }
  }

  #invalidMessage(code: number, lengthBytes: number): ProtocolError {
    const { reader } = this.channel;
    const text = `invalid multi-message ${code}:${lengthBytes} [${reader.frameRole}]`;
    return new ProtocolError('ERR_INVALID_MESSAGE', text, 12, reader.byteOffset);
  }

  #fail(error: Error): void {
    this.#error ??= error;
    const running = this.#running;
    this.#running = [];
    this.#finished = true;
    this.#receiverFiles?.abandon();
    // Their finally blocks close what they have open.
    for (const { task } of running) task.return();
    const exitCode = 'exitCode' in error && typeof error.exitCode === 'number' ? error.exitCode : 12;
    const announce = this.channel.outputMux && (this.#context?.protocol ?? 0) >= 31;
    if (!announce || error instanceof PeerExit || SILENT_EXITS.has(exitCode)) return;
    this.channel.writer.message(messages.MSG_ERROR_EXIT, intBytes(exitCode));
  }
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function intBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}

function intOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(0, true);
}
