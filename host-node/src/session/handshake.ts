// From the first byte to the checksum seed: versions, compat flags, negotiated names (docs/protocol/01-session.md §3–§6).
// Everything here is raw, not multiplexed. Each end writes all it has to write before it reads (§2.4).
import { KIND_NONE } from '@ocrsync/core/checksum-kinds';
import { ProtocolError } from '@ocrsync/core/protocol-error';
import type { BatchHead } from './batch-recorder.ts';
import * as compat from './capabilities.ts';
import type { Channel } from './channel.ts';
import type { AgreedVersions, SessionConfig } from './config.ts';
import type { DebugVoice } from './debug.ts';
import { tellVersions } from './debug-lines.ts';
import { NEGOTIATION_LIST_BYTES } from './limits.ts';
import type { CompressionMethod, Negotiated } from './negotiated.ts';
import {
  automaticChecksum,
  checkAllowed,
  checksumKind,
  choose,
  failedNegotiation,
  offeredNames,
  listKindOf,
} from './negotiation.ts';
import { RunError } from './run-error.ts';
import type { Task } from './wait.ts';

const OLDEST_PROTOCOL = 27;
const NEWEST_PROTOCOL = 32;
/** ACLs and extended attributes have their place in the file list since then; between our own two ends a step before. */
const BLOCKS_PROTOCOL = 30;
/** The flag of an equal access time does not fit into the one byte of older ones (03 §5.2); upstream hangs there. */
const ATIMES_PROTOCOL = 28;
/** Numbers outside 20..40 are taken for text that a login script printed. */
const PLAUSIBLE_MIN = 20;
const PLAUSIBLE_MAX = 40;

/** Runs the handshake of one end. Ends with what was agreed; throws RunError or ProtocolError. */
export function* handshake(
  channel: Channel,
  config: SessionConfig,
  debug: DebugVoice | undefined,
): Task<Negotiated> {
  const { protocol, peerProtocol } = yield* agreeOnVersion(channel, config);
  if (debug !== undefined) tellVersions(debug, config, { protocol, peerProtocol });
  checkProtocolOptions(config, protocol);
  const flags = protocol >= 30 ? yield* agreeOnFlags(channel, config) : 0;
  if (flags & compat.COMPAT_INC_RECURSE && !config.incrementalAllowed) {
    throw new RunError(
      'ERR_INCOMPATIBLE_OPTIONS',
      'Incompatible options specified for inc-recursive connection.',
      1,
    );
  }
  const strings = yield* agreeOnStrings(channel, config, protocol, flags);
  let seed = config.seed | 0;
  if (config.role === 'server') channel.writer.int(seed);
  else {
    while (!channel.reader.tryInt()) yield* channel.more();
    seed = channel.reader.value;
  }
  return {
    ...ofFlags(protocol, flags, config),
    peerProtocol,
    seed,
    ...strings,
    compressionLevel: config.compressionLevel,
  };
}

/** What was agreed when a batch was recorded; nothing is read or written. Throws as {@link handshake}. */
export function recordedHandshake(
  head: BatchHead,
  config: SessionConfig,
  debug: DebugVoice | undefined,
): Negotiated {
  const { protocol, compatFlags, seed } = head;
  if (debug !== undefined) tellVersions(debug, config, { protocol, peerProtocol: protocol });
  checkProtocolOptions(config, protocol);
  if ((compatFlags & compat.COMPAT_INC_RECURSE) !== 0 && !config.incrementalAllowed) {
    const text = 'Incompatible options specified for inc-recursive batch file.';
    throw new RunError('ERR_INCOMPATIBLE_OPTIONS', text, 1);
  }
  const seedFirst = (compatFlags & compat.COMPAT_CHKSUM_SEED_FIX) !== 0;
  return {
    ...ofFlags(protocol, compatFlags, config),
    peerProtocol: protocol,
    seed,
    ...checksums(config, protocol, seedFirst, undefined),
    compression: atLevel(config, config.compress ? (config.compressChoice ?? 'zlib') : 'none'),
    compressionLevel: config.compressionLevel,
  };
}

/** Level 0 of the two zlib methods is no compression at all; the other methods have no such level (§5.3). */
function atLevel({ compressionLevel }: SessionConfig, method: CompressionMethod): CompressionMethod {
  const isZlib = method === 'zlib' || method === 'zlibx';
  return isZlib && compressionLevel === 0 ? 'none' : method;
}

type FlagFields = Omit<Negotiated, keyof AgreedStrings | 'peerProtocol' | 'seed' | 'compressionLevel'>;

function ofFlags(protocol: number, flags: number, { side }: SessionConfig): FlagFields {
  // Protocol 29 has no flags, but records that a receiver tells by what it can do itself.
  const receives = protocol === 29 && side === 'receiver';
  return {
    protocol,
    compatFlags: flags,
    incremental: (flags & compat.COMPAT_INC_RECURSE) !== 0,
    symlinkTimes: receives || (flags & compat.COMPAT_SYMLINK_TIMES) !== 0,
    safeFileList: protocol >= 31 || (flags & compat.COMPAT_SAFE_FLIST) !== 0,
    avoidXattrOptimisation: (flags & compat.COMPAT_AVOID_XATTR_OPTIM) !== 0,
    checksumSeedFirst: (flags & compat.COMPAT_CHKSUM_SEED_FIX) !== 0,
    inplacePartialDir: (flags & compat.COMPAT_INPLACE_PARTIAL_DIR) !== 0,
    varintFlags: (flags & compat.COMPAT_VARINT_FLIST_FLAGS) !== 0,
    id0Names: (flags & compat.COMPAT_ID0_NAMES) !== 0,
  };
}

function* agreeOnVersion(channel: Channel, config: SessionConfig): Task<AgreedVersions> {
  if (config.greeting !== undefined) return config.greeting;
  const own =
    config.role === 'server'
      ? compat.serverProtocolOffer(config.capabilities, config.ownProtocol)
      : config.ownProtocol;
  channel.writer.int(own);
  while (!channel.reader.tryInt()) yield* channel.more();
  const peerProtocol = channel.reader.value;
  if (peerProtocol < PLAUSIBLE_MIN || peerProtocol > PLAUSIBLE_MAX) {
    throw new ProtocolError(
      'ERR_PROTOCOL_VERSION',
      'protocol version mismatch -- is your shell clean?\n(see the rsync manpage for an explanation)',
      2,
      channel.reader.byteOffset,
    );
  }
  const protocol = Math.min(own, peerProtocol);
  checkVersion(protocol, peerProtocol, config.role);
  return { protocol, peerProtocol };
}

/** Options that the agreed protocol cannot carry; the first in upstream's order is told (§3.2). */
function checkProtocolOptions({ list, local, wishesOf29 }: SessionConfig, protocol: number): void {
  const wishes: readonly (readonly [option: string, isWanted: boolean, needed: number])[] = [
    // Both ends of a local copy know how they are said.
    ['--acls', list.acls && !local, BLOCKS_PROTOCOL],
    ['--xattrs', list.xattrs && !local, BLOCKS_PROTOCOL],
    ...wishesOf29.map((wish) => [wish, true, 29] as const),
    ['--atimes', list.atimes, ATIMES_PROTOCOL],
  ];
  for (const [option, isWanted, needed] of wishes) {
    if (!isWanted || protocol >= needed) continue;
    const text = `${option} requires protocol ${needed} or higher (negotiated ${protocol}).`;
    throw new RunError('ERR_OPTION_PROTOCOL', text, 2);
  }
}

/** Refuses versions that this implementation does not speak, in upstream's words where it has some. */
export function checkVersion(protocol: number, peerProtocol: number, role: 'client' | 'server'): void {
  const end = role === 'client' ? 'Client' : 'Server';
  if (protocol > NEWEST_PROTOCOL) {
    throw new RunError(
      'ERR_PROTOCOL_VERSION',
      `--protocol must be no more than ${NEWEST_PROTOCOL} on the ${end}.`,
      2,
    );
  }
  if (protocol >= OLDEST_PROTOCOL) return;
  const text =
    peerProtocol < OLDEST_PROTOCOL
      ? `protocol ${peerProtocol} of the other end is too old: ocrsync speaks ${OLDEST_PROTOCOL} to ${NEWEST_PROTOCOL}`
      : `--protocol must be at least ${OLDEST_PROTOCOL} on the ${end}.`;
  throw new RunError('ERR_PROTOCOL_VERSION', text, 2);
}

function* agreeOnFlags(channel: Channel, config: SessionConfig): Task<number> {
  if (config.role === 'server') {
    const flags = compat.serverCompatFlags(config.capabilities, config.incrementalAllowed);
    channel.writer.varint(flags);
    return flags;
  }
  while (!channel.reader.tryVarint()) yield* channel.more();
  return channel.reader.value;
}

interface AgreedStrings {
  transferChecksum: number;
  listChecksum: number;
  transferChecksumName: string;
  compression: CompressionMethod;
  peerChecksumNames?: string | undefined;
  peerCompressNames?: string | undefined;
}

function* agreeOnStrings(
  channel: Channel,
  config: SessionConfig,
  protocol: number,
  flags: number,
): Task<AgreedStrings> {
  const negotiating = protocol >= 30 && (flags & compat.COMPAT_VARINT_FLIST_FLAGS) !== 0;
  const sendChecksums = negotiating && config.checksumChoice === undefined;
  const sendMethods = negotiating && config.compress && config.compressChoice === undefined;
  if (config.role === 'server') checkChoices(config);
  if (sendChecksums) channel.writer.vstring(offeredNames(config.checksumNames));
  if (sendMethods) channel.writer.vstring(offeredNames(config.compressNames));
  let checksumName: string | undefined;
  let peerChecksumNames: string | undefined;
  let peerCompressNames: string | undefined;
  if (sendChecksums) {
    peerChecksumNames = yield* readNames(channel);
    checksumName = choose('checksum', config.role, config.checksumNames, peerChecksumNames);
  }
  let compression: CompressionMethod = config.compress ? (config.compressChoice ?? 'zlib') : 'none';
  if (sendMethods) {
    peerCompressNames = yield* readNames(channel);
    const chosen = choose('compress', config.role, config.compressNames, peerCompressNames);
    compression = chosen as CompressionMethod;
  } else if (config.compress && config.compressChoice === undefined) {
    requireDefault('compress', config, config.compressNames, compression);
  }
  const seedFirst = (flags & compat.COMPAT_CHKSUM_SEED_FIX) !== 0;
  return {
    ...checksums(config, protocol, seedFirst, checksumName),
    compression: atLevel(config, compression),
    peerChecksumNames,
    peerCompressNames,
  };
}

/** A server's environment may forbid what the client chose explicitly (§5.4). */
function checkChoices({
  checksumChoice,
  checksumNames,
  compress,
  compressChoice,
  compressNames,
}: SessionConfig): void {
  const names = checksumChoice === undefined ? [] : [checksumChoice.transfer, checksumChoice.list];
  for (const name of names) if (name !== 'auto') checkAllowed('checksum', checksumNames, name);
  if (compress && compressChoice !== undefined && compressChoice !== 'none') {
    checkAllowed('compress', compressNames, compressChoice);
  }
}

/** Without a negotiation the environment's list must hold what every such peer uses (§5.5). */
function requireDefault(
  type: 'checksum' | 'compress',
  { role }: SessionConfig,
  own: readonly string[],
  name: string,
): void {
  if (!own.includes(name)) throw failedNegotiation(type, role, own, name);
}

function checksums(
  config: SessionConfig,
  protocol: number,
  seedFirst: boolean,
  negotiated: string | undefined,
): Omit<AgreedStrings, 'compression'> {
  const automatic = automaticChecksum(protocol, seedFirst);
  if (negotiated !== undefined) {
    const kind = checksumKind(negotiated);
    return checkedForList(config, {
      transferChecksum: kind,
      listChecksum: kind,
      transferChecksumName: negotiated,
    });
  }
  if (config.checksumChoice === undefined) {
    requireDefault('checksum', config, config.checksumNames, automatic.name);
    return {
      transferChecksum: automatic.kind,
      listChecksum: listKindOf(automatic.kind),
      transferChecksumName: automatic.name,
    };
  }
  const { transfer, list } = config.checksumChoice;
  return checkedForList(config, {
    transferChecksum: transfer === 'auto' ? automatic.kind : checksumKind(transfer),
    listChecksum: list === 'auto' ? listKindOf(automatic.kind) : checksumKind(list),
    transferChecksumName: transfer === 'auto' ? automatic.name : transfer,
  });
}

function checkedForList(
  config: SessionConfig,
  chosen: Omit<AgreedStrings, 'compression'>,
): Omit<AgreedStrings, 'compression'> {
  if (config.list.checksum && chosen.listChecksum === KIND_NONE) {
    throw new RunError('ERR_CHECKSUM_NAME', 'Invalid checksum-choice for --checksum: none (0)', 4);
  }
  return chosen;
}

function* readNames(channel: Channel): Task<string> {
  while (!channel.reader.tryVstring(NEGOTIATION_LIST_BYTES, 4)) yield* channel.more();
  return channel.reader.text();
}
