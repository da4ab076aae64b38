// One end of one rsync session, sans-IO: bytes in, bytes out, events and disk work through ports. The driver moves the
// bytes, tells the time and closes; nothing in here waits for anything but its own tasks (docs/protocol/01-session.md).
import { CoreInstance } from '@ocrsync/core/instance';
import { CoreMemoryError } from '@ocrsync/core/memory-error';
import { ADVANCED_MESSAGE, ADVANCED_NOTHING, WireReader } from '@ocrsync/core/wire-reader';
import { WireWriter } from '@ocrsync/core/wire-writer';
import { BatchRecorder, type BatchSink } from './batch-recorder.ts';
import { Channel } from './channel.ts';
import type { SessionConfig } from './config.ts';
import { SessionContext } from './context.ts';
import { readFilterList, writeFilterList } from './filter-list.ts';
import { expectNames, sendNames } from './forwarded-names.ts';
import type { DebugVoice } from './debug.ts';
import { tellAgreement } from './debug-lines.ts';
import { generateAll } from './generator.ts';
import { handshake, recordedHandshake } from './handshake.ts';
import { KeepAlive } from './keep-alive.ts';
import * as messages from './messages.ts';
import type { Negotiated } from './negotiated.ts';
import { PeerMessages } from './peer-messages.ts';
import type {
  GeneratorFiles,
  ListReceiver,
  ListSource,
  ReceiverFiles,
  SessionReport,
  SourceBlocks,
  SourceFiles,
  TargetXattrs,
} from './ports.ts';
import { PlayedRequests } from './played-requests.ts';
import { ListTaker } from './receive-list.ts';
import { receiveAll, settleFiles } from './receiver.ts';
import { ReceivingState } from './receiving-state.ts';
import { PeerExit, RunError } from './run-error.ts';
import { sendAll } from './sender.ts';
import { type RunState, TaskSet } from './task-set.ts';
import { type Task, WAIT_PEER_TASK } from './wait.ts';

/** The host's side of a session; the role-specific parts are made when it is known what was agreed. */
export interface SessionHost {
  readonly report: SessionReport;
  /** Where {@link SessionConfig.recordsBatch} goes. */
  readonly batch?: BatchSink | undefined;
  /** Client: the rules to send (empty array: just the terminator). */
  filterRules(negotiated: Negotiated): readonly string[];
  /** Server: the client's rules, in wire form. Called with an empty array when none travel. */
  takeFilterRules(rules: readonly string[], negotiated: Negotiated): void;
  /** `blocks`: with ACLs or extended attributes. */
  makeSender(context: SessionContext): {
    source: ListSource;
    files: SourceFiles;
    blocks?: SourceBlocks | undefined;
  };
  /** Receiving side, when names of --files-from go through the connection: the next one. Called after makeReceiver. */
  nextName?(): string | undefined;
  makeReceiver(context: SessionContext): {
    lists: ListReceiver;
    generator: GeneratorFiles;
    receiver: ReceiverFiles;
    /** With extended attributes. */
    xattrs?: TargetXattrs | undefined;
  };
  /** The run has failed, and the peer will now be told so: after that it may end, and hear nothing more. */
  failing?(): void;
}

/** Codes that are not announced to the peer (01 §13.2). */
const EXIT_MEMORY = 22;
/** Upstream's largest piece has 8 bytes an entry of a list, ours up to 64: so the same number of entries reaches the limit. */
const LIST_FACTOR = 8;

const SILENT_EXITS = new Set([0, 10, 12, 19, 30]);
export class Session {
  readonly channel: Channel;
  readonly config: SessionConfig;
  readonly #host: SessionHost;
  readonly #keepAlive: KeepAlive;
  readonly #tasks: TaskSet;
  readonly #messages: PeerMessages;
  #context: SessionContext | undefined;
  #receiverFiles: ReceiverFiles | undefined;
  #receivingState: ReceivingState | undefined;
  #waitsForFiles = false;
  /** The last {@link run} ended in the middle of work. */
  #hasMoreToDo = false;
  #error: Error | undefined;
  #finished = false;
  #sendsNames = false;
  /** Inside {@link run}: a task is on the stack, and cannot be ended from there. */
  #working = false;
  #aborted: Error | undefined;

  constructor(config: SessionConfig, host: SessionHost, core: CoreInstance = new CoreInstance()) {
    this.config = config;
    this.#host = host;
    this.channel = new Channel(core, new WireReader(core), new WireWriter(core));
    core.limitBytes = config.maxAlloc * LIST_FACTOR;
    this.channel.role = config.side === 'sender' ? 'sender' : 'Receiver';
    this.#keepAlive = new KeepAlive(this.channel, config.timeoutSeconds);
    this.#keepAlive.speaks = config.side === 'sender';
    this.#keepAlive.wantsAnswers = config.role === 'client';
    this.#keepAlive.shakesHands = config.role === 'server' && config.playedBatch === undefined;
    this.#messages = new PeerMessages(this.channel, config, host.report, this.#keepAlive);
    this.channel.onMessage = (code, at, length) => this.#messages.take(code, at, length);
    this.#tasks = new TaskSet(this.channel);
    this.#tasks.start(this.#main());
  }

  /** How --debug speaks, if it was asked for. */
  get debug(): DebugVoice | undefined {
    return this.#host.report.debug;
  }

  /** What is known since the handshake; undefined before. */
  get context(): SessionContext | undefined {
    return this.#context;
  }

  /** The peer reported a transfer error: exit code at least 23. */
  get transferErrors(): boolean {
    return this.#messages.transferErrors;
  }

  /** The fault that ended the session. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** The last {@link run} left nothing to do but to wait for files that are being put in place. */
  get waitsForFiles(): boolean {
    return this.#waitsForFiles;
  }

  /** Sleeps until some of these files are in place, at most so long. For a driver that has nothing else to do. */
  waitForFiles(waitMs: number): void {
    this.#receiverFiles?.later?.wait(waitMs);
  }

  /**
   * Lets the tasks work until all of them wait, or for a bounded number of steps. Says `turn` as well while files are being
   * put in place: nothing from outside announces their end. Never throws: see {@link error}.
   */
  run(nowMs: number): RunState {
    this.#keepAlive.observe(nowMs, this.#hasMoreToDo);
    this.#working = true;
    try {
      this.#settleFiles();
      const state = this.#tasks.run(() => {
        if (this.#aborted !== undefined) throw this.#aborted;
      });
      this.#finished = state === 'done';
      if (this.#finished) this.#receiverFiles?.later?.close();
      this.#keepAlive.check(nowMs);
      this.#waitsForFiles = state === 'idle' && (this.#receiverFiles?.later?.pending ?? 0) > 0;
      this.#hasMoreToDo = this.#waitsForFiles || state === 'turn';
      return this.#hasMoreToDo ? 'turn' : state;
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

  /**
   * After {@link run} said `done`: takes the peer's last messages; data after the goodbye means nothing any more. What a peer
   * says to a fault of this end is for nobody (01 §13.2).
   */
  hearOut(): void {
    const { reader } = this.channel;
    const hears = this.#error === undefined || this.#error instanceof PeerExit;
    try {
      for (;;) {
        reader.consume(reader.dataLength);
        const advanced = reader.advance();
        if (advanced === ADVANCED_NOTHING) return;
        if (hears && advanced === ADVANCED_MESSAGE) {
          this.#messages.take(reader.messageCode, reader.messageAt, reader.messageLength);
        }
      }
    } catch (error) {
      this.#error ??= error as Error;
    }
  }

  #settleFiles(): void {
    const files = this.#receiverFiles?.later;
    if (files === undefined || files.pending === 0) return;
    if (settleFiles(this.#context!, files, this.#receivingState!)) this.#tasks.progressed();
  }

  // ---- the course of a session (01 §2.4) -----------------------------------------------------------------------------

  *#main(): Task {
    const { channel, config } = this;
    const recorder = this.#recorder();
    const { debug } = this.#host.report;
    const negotiated =
      config.playedBatch === undefined
        ? yield* handshake(channel, config, debug)
        : recordedHandshake(config.playedBatch, config, debug);
    this.#keepAlive.shakesHands = false;
    const context = new SessionContext(channel, config, negotiated, this.#host.report);
    this.#context = context;
    this.#messages.context = context;
    context.recorder = recorder;
    channel.incremental = negotiated.incremental;
    channel.countedFromByte = context.handshakeReadBytes;
    if (debug !== undefined) tellAgreement(debug, config, negotiated);
    if (config.playedBatch === undefined) this.#enableMux(negotiated.protocol);
    yield* this.#exchangeFilters(negotiated);
    recorder?.begin(context);
    if (config.side === 'sender') yield* this.#send(context);
    else yield* this.#receive(context);
  }

  #recorder(): BatchRecorder | undefined {
    const { batch } = this.#host;
    const { recordsBatch } = this.config;
    if (batch === undefined || recordsBatch === undefined) return undefined;
    const recorder = new BatchRecorder(batch, this.channel.core, recordsBatch);
    if (this.config.side === 'receiver') recorder.listenEarly(this.channel);
    return recorder;
  }

  /** What a server writes is always framed; what a client writes from protocol 30 on, and where it has messages to send (01 §8.2). */
  #enableMux(protocol: number): void {
    if (this.config.role === 'server' || this.#isClientFramed(protocol)) this.channel.enableOutputMux();
    if (this.#isInputFramed(protocol)) this.channel.reader.enableMux();
  }

  #isInputFramed(protocol: number): boolean {
    return this.config.role === 'client' || this.#isClientFramed(protocol);
  }

  #isClientFramed(protocol: number): boolean {
    const isPull = (this.config.role === 'server') === (this.config.side === 'sender');
    return protocol >= 30 || (isPull && this.config.removeSourceFiles);
  }

  *#exchangeFilters(negotiated: Negotiated): Task {
    const { channel, config } = this;
    if (config.role === 'client') {
      // A list that cannot be sent is not announced.
      const rules = this.#host.filterRules(negotiated);
      this.#host.report.negotiated(negotiated);
      if (this.#filtersTravel(negotiated)) writeFilterList(channel, rules);
      return;
    }
    this.#host.report.negotiated(negotiated);
    this.#host.takeFilterRules(
      this.#filtersTravel(negotiated) ? yield* readFilterList(channel) : [],
      negotiated,
    );
  }

  /** Old receivers need no rules where all of them are the sender's own (06 §13.1). */
  #filtersTravel({ protocol }: Negotiated): boolean {
    const { deleteExcluded, filterList, role, side } = this.config;
    const isPush = (role === 'client') === (side === 'sender');
    return filterList && !(isPush && deleteExcluded && protocol < 29);
  }

  *#send(context: SessionContext): Task {
    if (this.config.forwardedNames === 'received') {
      context.listedNames = expectNames(
        this.channel,
        context.protocol,
        this.#isInputFramed(context.protocol),
      );
    }
    const { source, files, blocks } = this.#host.makeSender(context);
    this.#messages.sources = files;
    yield* sendAll(context, source, files, blocks);
  }

  *#receive(context: SessionContext): Task {
    const { lists: listReceiver, generator, receiver, xattrs } = this.#host.makeReceiver(context);
    this.#receiverFiles = receiver;
    const { channel, config } = this;
    const { lists } = context;
    const taker = new ListTaker(context, listReceiver);
    const state = new ReceivingState();
    this.#receivingState = state;
    if (this.config.playedBatch !== undefined) state.played = new PlayedRequests(context.report);
    this.#messages.state = state;
    if (config.forwardedNames === 'sent') this.#tasks.start(this.#sendNames(context));
    yield* taker.takeFirst();
    while (this.#sendsNames) yield WAIT_PEER_TASK;
    const first = lists.live[0]!.list;
    if (first.count === 0 && config.role === 'client') {
      if (lists.incremental) context.report.listDone(0);
      return;
    }
    if (lists.incremental && first.count <= 1) yield* this.#takeOneMore(context, taker);
    if (lists.incremental) context.report.listDone(lists.totalEntries);
    if (config.listOnly) {
      generator.openNothing();
      const way = config.local ? 'disabled for local transfer or --whole-file' : 'enabled';
      context.report.debug?.('flist', 1, () => `delta-transmission ${way}`);
    } else generator.openRoot(first, lists.totalEntries);
    channel.role = 'receiver';
    this.#keepAlive.speaks = true;
    this.#tasks.start(generateAll(context, generator, state, xattrs));
    const receiving = receiveAll(context, taker, receiver, state, xattrs);
    yield* config.list.hardLinks ? state.tellByPortions(receiving) : receiving;
  }

  /** Beside the list that comes back: a sender may write entries while it still reads names. */
  *#sendNames({ protocol }: SessionContext): Task {
    this.#sendsNames = true;
    yield* sendNames(this.channel, protocol, () => this.#host.nextName?.());
    this.#sendsNames = false;
  }

  /** After a first list of one entry exactly one more announcement is read (03 §14.4). */
  *#takeOneMore(context: SessionContext, taker: ListTaker): Task {
    const { channel, lists, protocol } = context;
    while (!channel.reader.tryNdx(protocol)) yield* channel.more();
    const ndx = channel.reader.value;
    if (ndx === -2) lists.complete = true;
    else yield* taker.takeSub(taker.directoryOf(ndx));
  }

  /** --max-alloc, or the end of 32-bit addresses. */
  #tooLarge({ bytes }: CoreMemoryError): RunError {
    const text = `[${this.channel.role}] exceeded --max-alloc=${this.config.maxAlloc} setting (${bytes} bytes at once)`;
    return new RunError('ERR_MEMORY_LIMIT', text, EXIT_MEMORY);
  }

  #fail(cause: Error): void {
    const error = cause instanceof CoreMemoryError ? this.#tooLarge(cause) : cause;
    this.#error ??= error;
    this.#finished = true;
    this.#receiverFiles?.abandon();
    this.#tasks.end();
    const exitCode = 'exitCode' in error && typeof error.exitCode === 'number' ? error.exitCode : 12;
    const announce = this.channel.outputMux && (this.#context?.protocol ?? 0) >= 31;
    if (!announce || error instanceof PeerExit || SILENT_EXITS.has(exitCode)) return;
    this.#host.failing?.();
    this.channel.writer.message(messages.MSG_ERROR_EXIT, messages.intPayload(exitCode));
  }
}
