// What the tasks of one end share. Made once the handshake is over; lives as long as the session.
import { DirectoryNames } from '@ocrsync/core/directory-names';
import type { FileListOptions } from '@ocrsync/core/file-list-codec';
import { ReceivedBlocks } from '@ocrsync/core/received-blocks';
import { digestBytes } from '@ocrsync/core/checksum-kinds';
import type { WireWriter } from '@ocrsync/core/wire-writer';
import type { BatchRecorder } from './batch-recorder.ts';
import { convertsLinkTargets } from './capabilities.ts';
import type { Channel } from './channel.ts';
import type { SessionConfig } from './config.ts';
import { FileLists } from './file-lists.ts';
import type { ReceivedNames } from './forwarded-names.ts';
import type { Negotiated } from './negotiated.ts';
import type { SessionReport } from './ports.ts';
import { Statistics } from './statistics.ts';

export class SessionContext {
  readonly channel: Channel;
  readonly config: SessionConfig;
  readonly negotiated: Negotiated;
  readonly report: SessionReport;
  readonly statistics = new Statistics();
  readonly names: DirectoryNames;
  readonly lists: FileLists;
  /** Receiving side: ACLs and extended attributes that the list's entries refer to. */
  readonly blocks = new ReceivedBlocks();
  /** A client that records a batch. */
  recorder: BatchRecorder | undefined;
  /** Sender: the names of --files-from, where they come through the connection. */
  listedNames: ReceivedNames | undefined;
  /** io_error bits of both ends (01 §13.1). */
  ioError = 0;
  /** Raw bytes of the unframed handshake: statistics begin after it (04 §16). */
  readonly handshakeReadBytes: number;
  readonly handshakeWrittenBytes: number;

  constructor(channel: Channel, config: SessionConfig, negotiated: Negotiated, report: SessionReport) {
    this.channel = channel;
    this.config = config;
    this.negotiated = negotiated;
    this.report = report;
    this.handshakeReadBytes = channel.reader.byteOffset;
    this.handshakeWrittenBytes = channel.writer.rawBytesMade;
    this.names = new DirectoryNames(channel.core);
    this.lists = new FileLists(
      channel.core,
      this.names,
      negotiated.incremental,
      config.charset !== undefined,
    );
  }

  /** Where a sender's file data goes, behind the head of its record. */
  get dataWriter(): WireWriter {
    return this.config.batchOnly && this.recorder !== undefined ? this.recorder.aside : this.channel.writer;
  }

  get protocol(): number {
    return this.negotiated.protocol;
  }

  /** 3 with late answers, 2 before protocol 29 (01 §10.1). */
  get maxPhase(): number {
    return this.protocol >= 29 ? 2 : 1;
  }

  /** With --iconv targets of symlinks travel in UTF-8, too. */
  get linkTargetsConverted(): boolean {
    const { role, capabilities, charset } = this.config;
    return charset !== undefined && convertsLinkTargets(role, capabilities, this.negotiated.compatFlags);
  }

  /** How list entries look on the wire. */
  listOptions(): FileListOptions {
    const { list } = this.config;
    return {
      protocol: this.protocol,
      varintFlags: this.negotiated.varintFlags,
      safeList: this.negotiated.safeFileList,
      incremental: this.negotiated.incremental,
      preserveUid: list.owner,
      preserveGid: list.group,
      preserveDevices: list.devices,
      preserveSpecials: list.specials,
      preserveLinks: list.links,
      preserveHardLinks: list.hardLinks,
      checksumBytes: list.checksum ? digestBytes(this.negotiated.listChecksum) : 0,
      atimes: list.atimes,
      relative: list.relative,
      recursive: list.recursive,
      numericIds: list.numericIds,
      missingArgs: list.missingArgs,
      acls: list.acls,
      xattrs: list.xattrs,
    };
  }
}
