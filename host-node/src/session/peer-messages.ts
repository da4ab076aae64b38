// What the peer says beside the data: texts, errors, exits, files it will not send (docs/protocol/01-session.md §8.4, §13).
import { latin1Text } from '@ocrsync/core/latin1';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import type { Channel } from './channel.ts';
import type { SessionConfig } from './config.ts';
import type { SessionContext } from './context.ts';
import type { KeepAlive } from './keep-alive.ts';
import { ownText } from './charset.ts';
import * as messages from './messages.ts';
import type { SessionReport, SourceFiles } from './ports.ts';
import type { ReceivingState } from './receiving-state.ts';
import { PeerExit } from './run-error.ts';

/** Above it a shell would see another code, 0 among them. */
const LARGEST_EXIT = 255;

export class PeerMessages {
  readonly #channel: Channel;
  readonly #config: SessionConfig;
  readonly #report: SessionReport;
  readonly #keepAlive: KeepAlive;
  /** Set when the handshake is over. */
  context: SessionContext | undefined;
  /** Set on a sending side. */
  sources: SourceFiles | undefined;
  /** Set on a receiving side. */
  state: ReceivingState | undefined;
  /** The peer reported a transfer error: exit code at least 23. */
  transferErrors = false;

  constructor(channel: Channel, config: SessionConfig, report: SessionReport, keepAlive: KeepAlive) {
    this.#channel = channel;
    this.#config = config;
    this.#report = report;
    this.#keepAlive = keepAlive;
  }

  /** Takes one message, whose payload lies in core memory. Throws PeerExit when the peer ends. */
  take(code: number, at: number, lengthBytes: number): void {
    const bytes = this.#channel.core.u8.subarray(at, at + lengthBytes);
    switch (code) {
      case messages.MSG_ERROR_XFER:
      case messages.MSG_INFO:
      case messages.MSG_ERROR:
      case messages.MSG_WARNING:
        if (code === messages.MSG_ERROR_XFER) this.transferErrors = true;
        this.#report.peerMessage(code, this.#textOf(bytes));
        return;
      case messages.MSG_DELETED: {
        const isDirectory = bytes.at(-1) === 0;
        this.#report.peerDeleted(this.#textOf(isDirectory ? bytes.subarray(0, -1) : bytes), isDirectory);
        return;
      }
      case messages.MSG_IO_ERROR:
        if (this.context && !this.#config.ignoreErrors) this.context.ioError |= intOf(bytes) & 7;
        return;
      case messages.MSG_IO_TIMEOUT:
        if (this.#config.role === 'server') throw this.#invalidMessage(code, lengthBytes);
        this.#keepAlive.adopt(intOf(bytes));
        return;
      case messages.MSG_NO_SEND:
        this.#notSent(intOf(bytes));
        return;
      case messages.MSG_ERROR_EXIT:
        this.#peerExits(lengthBytes === 4 ? intOf(bytes) : undefined);
        return;
      case messages.MSG_SUCCESS:
        this.#arrived(intOf(bytes));
        return;
      default:
        // NOOP is a keep-alive.
        return;
    }
  }

  #textOf(bytes: Uint8Array): string {
    return ownText(this.#config.charset, textOf(bytes));
  }

  /** Only with --remove-source-files it means something; openrsync sends it unasked. */
  #arrived(ndx: number): void {
    const { removeSourceFiles, dryRun, batchOnly } = this.#config;
    if (this.sources === undefined || this.context === undefined) return;
    // With --only-write-batch nothing arrives anywhere, whatever the peer says (09 §12).
    if (!removeSourceFiles || dryRun || batchOnly) return;
    const { lists } = this.context;
    const channel = this.#channel;
    const { entry, isListDirectory } = lists.require(ndx, channel.role, channel.reader.byteOffset);
    if (!isListDirectory && !entry.list.isDirectory(entry.row)) this.sources.success(entry);
  }

  #notSent(ndx: number): void {
    const channel = this.#channel;
    if (this.state === undefined || this.context === undefined) return;
    const { live, entry } = this.context.lists.require(ndx, channel.role, channel.reader.byteOffset);
    if (live.closed) return;
    this.state.add(entry, 'not-sent');
  }

  #peerExits(exitCode: number | undefined): never {
    if (exitCode === undefined) {
      const text = `unsolicited acknowledgement of an error exit [${this.#channel.role}]`;
      throw new ProtocolError('ERR_ERROR_EXIT', text, 12, this.#channel.reader.byteOffset);
    }
    if (exitCode < 1 || exitCode > LARGEST_EXIT) {
      const text = `the peer announced an error exit with code ${exitCode} [${this.#channel.role}]`;
      throw new ProtocolError('ERR_ERROR_EXIT', text, 12, this.#channel.reader.byteOffset);
    }
    if (this.#channel.outputMux) this.#answerExit(exitCode);
    throw new PeerExit(exitCode);
  }

  /** A generator tells the sender the code, everybody else acknowledges; a server only if its messages go in band (01 §13.2). */
  #answerExit(exitCode: number): void {
    const channel = this.#channel;
    const config = this.#config;
    if (channel.role === 'receiver')
      channel.writer.message(messages.MSG_ERROR_EXIT, messages.intPayload(exitCode));
    else if (config.role === 'client' || config.messagesInBand) {
      channel.writer.message(messages.MSG_ERROR_EXIT, new Uint8Array(0));
    }
  }

  #invalidMessage(code: number, lengthBytes: number): ProtocolError {
    const { reader } = this.#channel;
    const text = `invalid multi-message ${code}:${lengthBytes} [${reader.frameRole}]`;
    return new ProtocolError('ERR_INVALID_MESSAGE', text, 12, reader.byteOffset);
  }
}

function textOf(bytes: Uint8Array): string {
  return latin1Text(bytes, 0, bytes.length);
}

function intOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(0, true);
}
