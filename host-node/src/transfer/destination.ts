// Puts the receiving side's disk work together: one state, a generator half and a receiver half. The doors that the
// session engine and the API use.
import { CompressedTokenReader } from '@ocrsync/core/token-codec';
import { PlainTokenInput, type TokenInput } from '@ocrsync/core/token-input';
import type { DeletionFilters } from '../delete/filters.ts';
import type { Filesystem } from '../fs/filesystem.ts';
import type { IdMap } from '../flist/id-map.ts';
import type { XattrRights } from '../flist/xattr-names.ts';
import type { Options } from '../options/options.ts';
import type { SessionContext } from '../session/context.ts';
import type { GeneratorFiles, ReceiverFiles, TargetXattrs } from '../session/ports.ts';
import {
  type DestinationConfinement,
  type DestinationReport,
  DestinationState,
} from './destination-state.ts';
import { TreeGeneratorFiles } from './generator-files.ts';
import { Backups } from './backups.ts';
import type { LocalArrivals } from './local-arrivals.ts';
import type { LocalData } from './local-data.ts';
import { lookAt } from './place.ts';
import { PartialDirectory } from './partial-directory.ts';
import { TreeReceiverFiles } from './receiver-files.ts';
import { TargetAcls } from './target-acls.ts';
import { TreeTargetXattrs } from './target-xattrs.ts';
import { createTokenDecompressor } from './compression/codec.ts';

export interface DestinationParts {
  readonly filesystem: Filesystem;
  /** As typed (latin1); relative ones are taken from the start directory. */
  readonly destinationPath: string;
  readonly options: Options;
  readonly context: SessionContext;
  readonly report: DestinationReport;
  /** Receiver-side rules; NO_FILTERS without any. */
  readonly filters: DeletionFilters;
  readonly localData?: LocalData | undefined;
  readonly arrivals?: LocalArrivals | undefined;
  readonly confinement?: DestinationConfinement | undefined;
  readonly ids: IdMap;
  /** undefined without -X. */
  readonly xattrs: XattrRights | undefined;
}

export function createDestination(parts: DestinationParts): {
  generator: GeneratorFiles;
  receiver: ReceiverFiles;
  xattrs: TargetXattrs | undefined;
} {
  const { filesystem, options, context, report } = parts;
  if (context.config.role === 'server') {
    report.debug?.('recv', 1, () => `server_recv(2) starting pid=${process.pid}`);
  }
  const state = new DestinationState(filesystem, options, context, report);
  state.confinement = parts.confinement;
  if (parts.arrivals !== undefined) {
    parts.arrivals.look = (name) => lookAt({ root: state.tree, name: state.localName ?? name });
  }
  if (options.backup) state.backups = new Backups(state);
  if (options.partialDir !== null) state.partialDirectory = new PartialDirectory(state, options.partialDir);
  if (options.acls) state.acls = new TargetAcls(context.blocks, parts.ids);
  if (parts.xattrs !== undefined) state.xattrs = new TreeTargetXattrs(state, parts.xattrs);
  return {
    xattrs: state.xattrs,
    generator: new TreeGeneratorFiles(state, parts.destinationPath, parts.filters),
    receiver: new TreeReceiverFiles(state, tokenInput(context), parts.localData),
  };
}

function tokenInput({ channel, negotiated, protocol }: SessionContext): TokenInput {
  const { core, reader } = channel;
  if (negotiated.compression === 'none') return new PlainTokenInput(reader);
  const byteOffset = (): number => reader.byteOffset;
  const decompressor = createTokenDecompressor(negotiated.compression, core, { protocol, byteOffset });
  return new CompressedTokenReader(reader, decompressor);
}
