// The host's side of one session: filters, lists and files, made when it is known what was agreed (session/session.ts).
import { CompressedTokenWriter } from '@ocrsync/core/token-codec';
import type { FileList } from '@ocrsync/core/file-list';
import { checkLocalReceiver, scriptRules, toldRules, wireRules } from '../filter/wire-rules.ts';
import type { FilterList } from '../filter/filter-list.ts';
import { FilterState } from '../filter/filter-state.ts';
import type { NameSource } from '../flist/name-splitter.ts';
import { confinedName } from '../flist/files-from.ts';
import { createListSource, type TreeListSource } from '../flist/list-source.ts';
import type { ListedNames } from '../flist/list-source-options.ts';
import { ImpliedIncludes } from '../flist/implied-includes.ts';
import { pruneEmptyDirectories } from '../flist/prune.ts';
import { ReceivedListCheck } from '../flist/received-list.ts';
import { type InputsOnce, inputsOnce, treeRuleFiles } from '../flist/rule-files.ts';
import { type Filesystem } from '../fs/filesystem.ts';
import { processRules } from '../fs/operator-path.ts';
import { localFilesystem } from '../fs/local.ts';
import type { Options } from '../options/options.ts';
import { type NameCharset, ownText, wireText } from '../session/charset.ts';
import type { SessionContext } from '../session/context.ts';
import type { BatchSink } from '../session/batch-recorder.ts';
import type { Negotiated } from '../session/negotiated.ts';
import type { Entry, SessionReport } from '../session/ports.ts';
import type { SessionHost } from '../session/session.ts';
import { createTokenCompressor } from '../transfer/compression/codec.ts';
import { requireAttributes, xattrRights } from '../transfer/attribute-rights.ts';
import { RuleDeletionFilters } from '../transfer/deletion-filters.ts';
import { createDestination } from '../transfer/destination.ts';
import type { DestinationConfinement } from '../transfer/destination-state.ts';
import { destinationDirectory } from '../transfer/destination-root.ts';
import type { LocalArrivals } from '../transfer/local-arrivals.ts';
import type { LocalData } from '../transfer/local-data.ts';
import { MappingListReceiver, receivedChmod } from '../transfer/list-receiver.ts';
import type { ReadAheadOptions } from '../transfer/read-ahead.ts';
import { chooseReadAhead } from '../transfer/read-ahead-choice.ts';
import { sentFileRemoval } from '../transfer/sent-file-removal.ts';
import { TreeSourceFiles } from '../transfer/source-files.ts';
import { PlainTokenOutput, type TokenOutput } from '../transfer/token-output.ts';
import { timedSource } from './timed-source.ts';
import { actingFilesystem } from './acting-filesystem.ts';
import { becomeCopier } from './copy-as.ts';
import { runFilters } from './run-filters.ts';
import { runIds } from './run-ids.ts';

/** What one end of a run works on. */
export interface WorkingEnd {
  readonly side: 'sender' | 'receiver';
  readonly local: boolean;
  /** Sender: what to send, as typed. */
  readonly sources: readonly string[];
  /** Receiver: where to; empty when listing. */
  readonly destination: string;
  /** A pulling client: the remote paths it asked for, to check the sender's list against (03 §16.2). */
  readonly remoteSources: readonly string[];
  readonly daemon: boolean;
  /** Local copies: where both ends meet for data that need not travel. */
  readonly localData?: LocalData | undefined;
  /** … and for sources that may be their own copies. */
  readonly arrivals?: LocalArrivals | undefined;
  /** Inputs that rules were read from before. */
  readonly inputs?: InputsOnce | undefined;
  /** Where the files are; without it this machine's. */
  readonly filesystem?: Filesystem | undefined;
}

export interface SessionEndsOptions extends WorkingEnd {
  readonly options: Options;
  readonly report: SessionReport;
  readonly role: 'client' | 'server';
  /** Of --files-from, where this end reads the file itself. */
  readonly names?: NameSource | undefined;
  /** Where a client's record of the run goes. */
  readonly batch?: BatchSink | undefined;
  /** A receiver's process that gives up rights. */
  readonly confinement?: DestinationConfinement | undefined;
}

export class SessionEnds implements SessionHost {
  readonly #parts: SessionEndsOptions;
  readonly #filesystem: Filesystem;
  readonly #filters: FilterList;
  #source: TreeListSource | undefined;
  /** --iconv. */
  #charset: NameCharset | undefined;
  /** What a pulling client has asked for. */
  #requested: ImpliedIncludes | undefined;
  /** Called as soon as the session has a context. */
  onContext: (context: SessionContext) => void = () => undefined;
  failing: () => void = () => undefined;

  constructor(parts: SessionEndsOptions) {
    this.#parts = parts;
    let files = parts.filesystem ?? localFilesystem();
    this.#filters = runFilters({
      options: parts.options,
      filesystem: files,
      report: parts.report,
      inputs: parts.inputs ?? inputsOnce(),
      role: parts.local ? 'client' : parts.role,
      pulls: parts.role === 'client' && parts.side === 'receiver' && !parts.local,
    });
    this.#tellRules();
    const { copyAs } = parts.options;
    // Both ends of a local copy are this process, and its client's end came first.
    if (copyAs !== null && parts.filesystem === undefined) {
      if (parts.role === 'client' || !parts.local) {
        becomeCopier(copyAs, files, parts.side === 'sender' ? 'sender' : 'Receiver');
      }
      files.release();
      files = localFilesystem();
    }
    this.#filesystem = actingFilesystem(files, parts);
  }

  /** --debug=FILTER2. */
  #tellRules(): void {
    const { options, report, role, local } = this.#parts;
    if (role === 'server' && local) return;
    report.debug?.('filter', 2, () => {
      if (role === 'server') return scriptRules(this.#filters).map((rule) => `[server] add_rule(${rule})`);
      return toldRules(this.#filters, false, options.protocol).map((line) => `[client] ${line}`);
    });
  }

  /** … and, once the protocol is known, those that other options stand for. */
  #tellAutomaticRules({ protocol }: Negotiated): void {
    const { report, side } = this.#parts;
    const who = side === 'sender' ? 'sender' : 'Receiver';
    report.debug?.('filter', 2, () =>
      toldRules(this.#filters, true, protocol).map((line) => `[${who}] ${line}`),
    );
  }

  get batch(): BatchSink | undefined {
    return this.#parts.batch;
  }

  get report(): SessionReport {
    return this.#parts.report;
  }

  /** At the end of the run: directories that are kept open are closed. */
  release(): void {
    this.#filesystem.release();
  }

  filterRules(negotiated: Negotiated): readonly string[] {
    const push = this.#parts.side === 'sender';
    this.#tellAutomaticRules(negotiated);
    // In a local copy none travel, but an old protocol refuses the same rules (observed).
    const rules = wireRules(this.#filters, { protocol: negotiated.protocol, push });
    return this.#parts.local ? [] : rules;
  }

  /** All rules, for the script that plays a batch. */
  batchRules(): readonly string[] {
    return scriptRules(this.#filters);
  }

  takeFilterRules(rules: readonly string[], negotiated: Negotiated): void {
    this.#filters.addWireRules(rules, negotiated.protocol);
    const { options, side } = this.#parts;
    if (options.filters.some(({ kind }) => kind === 'cvs')) {
      this.#filters.addServersCvs(side, negotiated.protocol);
    }
    if (!this.#parts.local) return;
    this.#tellAutomaticRules(negotiated);
    checkLocalReceiver(this.#filters, negotiated.protocol);
  }

  makeReceiver(context: SessionContext): ReturnType<SessionHost['makeReceiver']> {
    this.onContext(context);
    this.#charset = context.config.charset;
    const { options, destination, localData, local, role } = this.#parts;
    // The sending end of a local copy says it.
    if (!local) requireAttributes(options, this.#filesystem, role);
    const filters = new RuleDeletionFilters(this.#filters, context.protocol, () =>
      treeRuleFiles(
        this.#filesystem,
        destinationDirectory(this.#filesystem, destination === '' ? '.' : destination, 1),
        options.insecureLinks ? undefined : processRules(),
      ),
    );
    const checker = this.#listCheck(context);
    const ids = runIds(options, this.#filesystem, context, this.report);
    const lists = new MappingListReceiver({
      ids,
      owner: options.owner,
      group: options.group,
      relative: options.relative,
      chmod: receivedChmod(options, local, this.#filesystem.umask),
      acls: options.acls ? context.blocks : undefined,
      prune: options.pruneEmptyDirs ? this.#pruning(context) : undefined,
      check: (list, directory) => checker.check(list, directory),
    });
    const ends = createDestination({
      filesystem: this.#filesystem,
      destinationPath: destination,
      options,
      context,
      report: this.report,
      filters,
      localData,
      arrivals: this.#parts.arrivals,
      confinement: this.#parts.confinement,
      ids,
      xattrs: xattrRights(options, this.#filesystem, this.#filters, 'receiver'),
    });
    return { lists, ...ends };
  }

  /** Directories that rules of the receiver keep stay, empty or not. */
  #pruning({ protocol }: SessionContext): (list: FileList) => void {
    const rules = FilterState.outside(this.#filters, protocol, '/', 'sender');
    return (list) => pruneEmptyDirectories(list, (name) => rules.check(name, true, 'receiver') === 'exclude');
  }

  /** A pulling client distrusts the sender's list (03 §16); servers and local copies trust their own arguments. */
  #listCheck(context: SessionContext): ReceivedListCheck {
    const { options, role, local } = this.#parts;
    const distrusts = role === 'client' && !local && !options.trustSender && options.batch?.mode !== 'read';
    this.#requested = distrusts ? this.#requests() : undefined;
    return new ReceivedListCheck({
      protocol: context.protocol,
      incremental: context.negotiated.incremental,
      missingArgs: options.missingArgs === 'delete',
      ...(distrusts ? { startDirectory: this.#filesystem.root('.').path } : {}),
      distrust: distrusts ? { filters: this.#filters, requested: this.#requested } : undefined,
      tell: (text) => {
        if (context.channel.role === 'receiver') context.report.debug?.('filter', 1, () => text);
      },
      byteOffset: () => context.channel.reader.byteOffset,
    });
  }

  /** undefined: what was asked for is not known here. */
  #requests(): ImpliedIncludes | undefined {
    const { options, remoteSources, daemon } = this.#parts;
    const { filesFrom, relative, recursive, dirs } = options;
    if (options.oldArgs > 0 || filesFrom?.where === 'remote') return undefined;
    return new ImpliedIncludes(filesFrom === null ? remoteSources : [], {
      relative,
      recursive,
      dirs,
      daemon,
    });
  }

  nextName(): string | undefined {
    const name = this.#parts.names?.next();
    if (name !== undefined) this.#requested?.addListed(confinedName(name, this.#parts.options.relative));
    if (name === undefined || !this.#parts.options.secludedArgs) return name;
    return wireText(this.#charset, name);
  }

  makeSender(context: SessionContext): ReturnType<SessionHost['makeSender']> {
    this.onContext(context);
    const { options, sources, localData, role } = this.#parts;
    requireAttributes(options, this.#filesystem, role);
    const source = createListSource({
      core: context.channel.core,
      filesystem: this.#filesystem,
      arguments: sources,
      names: listedNames(this.#parts.names, context, options.secludedArgs),
      charset: context.config.charset,
      convertsTargets: context.linkTargetsConverted,
      settings: options,
      negotiated: context.negotiated,
      filters: this.#filters,
      report: this.report,
      xattrs: xattrRights(options, this.#filesystem, this.#filters, 'sender'),
    });
    this.#source = source;
    const sourcePath: ReadAheadOptions['sourcePath'] = (entry) => source.sourcePath(entry);
    const files = new TreeSourceFiles({
      context,
      tokens: tokenOutput(context),
      sourcePath: (entry) => source.sourcePath(entry, true),
      fullName: (entry) => source.fullName(entry),
      shownName: (entry) => this.longName(entry),
      followLinks: options.copyLinks || options.copyUnsafeLinks,
      copyDevices: options.copyDevices,
      keepAtime: options.openNoatime,
      removal: sentFileRemoval(options, this.report, sourcePath, this.#parts.arrivals),
      append: options.append,
      inplace: options.inplace,
      backup: options.backup,
      maxAlloc: options.maxAlloc,
      blocks: source.blocks,
      ...(localData === undefined ? { readAhead: chooseReadAhead(options, sourcePath) } : { localData }),
    });
    return { source: timedSource(source, context.statistics), files, blocks: source.blocks };
  }

  /** With the directory of the source argument, for %f. */
  longName(entry: Entry): string {
    const name = entry.list.name(entry.row);
    if (this.#source === undefined) return name;
    const { shown } = this.#source.sourcePath(entry);
    return shown === '' || shown.endsWith('/') ? shown + name : `${shown}/${name}`;
  }
}

/** --files-from: names of an own file, or those that come through the connection, as arguments would (01 §17). */
function listedNames(
  own: NameSource | undefined,
  { config, listedNames }: SessionContext,
  secludedArgs: boolean,
): ListedNames | undefined {
  if (own === undefined && listedNames === undefined) return undefined;
  const charset = secludedArgs ? config.charset : undefined;
  return {
    *next() {
      if (own !== undefined) return own.next();
      const name = yield* listedNames!.next();
      return name === undefined ? undefined : ownText(charset, name);
    },
  };
}

/** The sender's token stream in the agreed coding. */
export function tokenOutput(context: SessionContext): TokenOutput {
  const { channel, dataWriter, negotiated, protocol } = context;
  if (negotiated.compression === 'none') return new PlainTokenOutput(dataWriter);
  const level = negotiated.compressionLevel;
  return new CompressedTokenWriter(
    dataWriter,
    createTokenCompressor(negotiated.compression, channel.core, { protocol, level }),
  );
}
