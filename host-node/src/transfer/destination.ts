// Puts the receiving side's disk work together: one state, a generator half and a receiver half. The doors that the
// session engine and the API use.
import type { DeletionFilters } from '../delete/filters.ts';
import type { Filesystem } from '../fs/filesystem.ts';
import type { Options } from '../options/options.ts';
import type { SessionContext } from '../session/context.ts';
import type { GeneratorFiles, ReceiverFiles } from '../session/ports.ts';
import { type DestinationReport, DestinationState } from './destination-state.ts';
import { TreeGeneratorFiles } from './generator-files.ts';
import { TreeReceiverFiles } from './receiver-files.ts';
import { PlainTokenInput, type TokenInput } from './token-input.ts';

export interface DestinationParts {
  readonly filesystem: Filesystem;
  /** As typed (latin1); relative ones are taken from the start directory. */
  readonly destinationPath: string;
  readonly options: Options;
  readonly context: SessionContext;
  readonly report: DestinationReport;
  /** Receiver-side rules; NO_FILTERS without any. */
  readonly filters: DeletionFilters;
  /** Decoder of the negotiated compression; left out: plain tokens. */
  readonly tokens?: TokenInput;
}

export function createDestination(parts: DestinationParts): {
  generator: GeneratorFiles;
  receiver: ReceiverFiles;
} {
  const { filesystem, options, context, report } = parts;
  const state = new DestinationState(filesystem, options, context, report);
  const tokens = parts.tokens ?? new PlainTokenInput(context.channel.core, context.channel.reader);
  return {
    generator: new TreeGeneratorFiles(state, parts.destinationPath, parts.filters),
    receiver: new TreeReceiverFiles(state, tokens),
  };
}
