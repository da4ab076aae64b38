// The options as they were typed, one after the other, before defaults and implications (docs/protocol/05-options.md §2, §6).
// Mutable; lives only while a command line is being read.
import type { DebugFlag } from './debug-flags.ts';
import type { InfoFlag } from './info-flags.ts';
import type { AlternateDestinations, ExitDebug, FilterArgument } from './options.ts';

export interface RawOptions {
  isServer: boolean;
  isServerSender: boolean;
  operands: string[];
  verbose: number;
  quiet: boolean;
  infoExplicit: Map<InfoFlag, number>;
  debugExplicit: Map<DebugFlag, number>;
  /** --info=help or --debug=help was met. */
  flagHelp: 'info' | 'debug' | null;
  stderrMode: 'default' | 'errors' | 'all' | 'client';
  outbuf: string | null;
  logFile: string | null;
  logFileFormat: string | null;
  explain: string | null;
  stats: boolean;
  motd: boolean;
  humanReadable: number;
  eightBitOutput: boolean;
  itemize: number;
  outFormat: string | null;
  progress: boolean;
  listOnly: boolean;
  dryRun: boolean;
  json: boolean;
  help: boolean;
  version: number;
  /** 0 no, 1 weak (-a), 2 strong (-r). */
  recurse: 0 | 1 | 2;
  /** null unset, 0 --no-dirs, 1 implied, 2 --dirs, 4 --old-dirs. */
  dirs: number | null;
  incRecursive: boolean;
  relative: boolean | null;
  impliedDirs: boolean;
  oneFileSystem: number;
  filesFrom: string | null;
  from0: boolean;
  mkpath: boolean;
  pruneEmptyDirs: boolean;
  ignoreMissingArgs: boolean;
  deleteMissingArgs: boolean;
  /** null: the environment decides; false: --no-iconv. */
  iconv: string | false | null;
  qsort: boolean;
  links: boolean;
  copyLinks: boolean;
  copyUnsafeLinks: boolean;
  safeLinks: boolean;
  mungeLinks: boolean | null;
  copyDirlinks: boolean;
  keepDirlinks: boolean;
  insecureLinks: boolean;
  confineRoot: string | null;
  hardLinks: number;
  perms: boolean;
  times: boolean;
  owner: boolean;
  group: boolean;
  devices: boolean;
  specials: boolean;
  numericIds: boolean;
  executability: boolean;
  omitDirTimes: boolean;
  omitLinkTimes: boolean;
  modifyWindow: number | null;
  chmod: string | null;
  usermap: string | null;
  groupmap: string | null;
  /** Which option gave a map. */
  mapOrigins: { usermap: 'map' | 'chown' | null; groupmap: 'map' | 'chown' | null };
  copyAs: string | null;
  copyDevices: boolean;
  writeDevices: boolean;
  dropDevices: boolean;
  privileges: 'auto' | 'super' | 'ordinary' | 'fake';
  atimes: number;
  openNoatime: boolean;
  acls: boolean;
  xattrs: number;
  checksum: boolean;
  checksumChoice: string | null;
  checksumSeed: number;
  ignoreTimes: boolean;
  sizeOnly: boolean;
  update: boolean;
  existing: boolean;
  ignoreExisting: boolean;
  maxSize: number | null;
  minSize: number | null;
  fuzzy: number;
  alternateKind: AlternateDestinations['kind'] | null;
  alternateDirectories: string[];
  wholeFile: boolean | null;
  blockSize: number;
  inplace: boolean;
  append: 0 | 1 | 2;
  partial: boolean;
  partialDir: string | null;
  delayUpdates: boolean;
  tempDir: string | null;
  sparse: boolean;
  preallocate: boolean;
  fsync: boolean;
  backup: boolean;
  backupDir: string | null;
  suffix: string | null;
  removeSourceFiles: 'no' | 'source-files' | 'sent-files';
  /** As typed. */
  maxAlloc: string | null;
  writeBatch: string | null;
  onlyWriteBatch: string | null;
  readBatch: string | null;
  skipCompress: string | null;
  compressThreads: number;
  compressCount: number;
  compressChoice: string | null;
  compressLevel: number | null;
  delete: boolean;
  deleteBefore: boolean;
  /** 0 no, 1 --delete-during, 2 --delete-delay. */
  deleteDuring: 0 | 1 | 2;
  deleteAfter: boolean;
  deleteExcluded: boolean;
  force: boolean;
  ignoreErrors: boolean;
  maxDelete: number | null;
  cvsExclude: boolean;
  filters: FilterArgument[];
  /** Number of -F. */
  perDirectoryFilters: number;
  /** Client: the remote shell; server: the client's capabilities. */
  rsh: string | null;
  rsyncPath: string;
  /** -1: the environment decides. */
  oldArgs: number;
  /** null: the environment decides. */
  secludedArgs: boolean | null;
  trustSender: boolean;
  blockingIo: boolean | null;
  remoteOptions: string[];
  address: string | null;
  sockopts: string | null;
  ipVersion: number;
  earlyInput: string | null;
  stopAtMs: number | null;
  timeoutSeconds: number;
  contimeoutSeconds: number;
  bwlimitKiBPerSecond: number;
  port: number;
  passwordFile: string | null;
  protocol: number;
  /** null: where it can. */
  confine: boolean | null;
  ioUring: 'auto' | 'on' | 'off';
}

export function newRawOptions(isServer: boolean): RawOptions {
  return {
    isServer,
    isServerSender: false,
    operands: [],
    verbose: 0,
    quiet: false,
    infoExplicit: new Map(),
    debugExplicit: new Map(),
    flagHelp: null,
    stderrMode: 'default',
    outbuf: null,
    logFile: null,
    logFileFormat: null,
    explain: null,
    stats: false,
    motd: true,
    humanReadable: 1,
    eightBitOutput: false,
    itemize: 0,
    outFormat: null,
    progress: false,
    listOnly: false,
    dryRun: false,
    json: false,
    help: false,
    version: 0,
    recurse: 0,
    dirs: null,
    incRecursive: true,
    relative: null,
    impliedDirs: true,
    oneFileSystem: 0,
    filesFrom: null,
    from0: false,
    mkpath: false,
    pruneEmptyDirs: false,
    ignoreMissingArgs: false,
    deleteMissingArgs: false,
    iconv: null,
    qsort: false,
    links: false,
    copyLinks: false,
    copyUnsafeLinks: false,
    safeLinks: false,
    mungeLinks: null,
    copyDirlinks: false,
    keepDirlinks: false,
    insecureLinks: false,
    confineRoot: null,
    hardLinks: 0,
    perms: false,
    times: false,
    owner: false,
    group: false,
    devices: false,
    specials: false,
    numericIds: false,
    executability: false,
    omitDirTimes: false,
    omitLinkTimes: false,
    modifyWindow: null,
    chmod: null,
    usermap: null,
    groupmap: null,
    mapOrigins: { usermap: null, groupmap: null },
    copyAs: null,
    copyDevices: false,
    writeDevices: false,
    dropDevices: false,
    privileges: 'auto',
    atimes: 0,
    openNoatime: false,
    acls: false,
    xattrs: 0,
    checksum: false,
    checksumChoice: null,
    checksumSeed: 0,
    ignoreTimes: false,
    sizeOnly: false,
    update: false,
    existing: false,
    ignoreExisting: false,
    maxSize: null,
    minSize: null,
    fuzzy: 0,
    alternateKind: null,
    alternateDirectories: [],
    wholeFile: null,
    blockSize: 0,
    inplace: false,
    append: 0,
    partial: false,
    partialDir: null,
    delayUpdates: false,
    tempDir: null,
    sparse: false,
    preallocate: false,
    fsync: false,
    backup: false,
    backupDir: null,
    suffix: null,
    removeSourceFiles: 'no',
    maxAlloc: null,
    writeBatch: null,
    onlyWriteBatch: null,
    readBatch: null,
    skipCompress: null,
    compressThreads: 0,
    compressCount: 0,
    compressChoice: null,
    compressLevel: null,
    delete: false,
    deleteBefore: false,
    deleteDuring: 0,
    deleteAfter: false,
    deleteExcluded: false,
    force: false,
    ignoreErrors: false,
    maxDelete: null,
    cvsExclude: false,
    filters: [],
    perDirectoryFilters: 0,
    rsh: null,
    rsyncPath: 'rsync',
    oldArgs: -1,
    secludedArgs: null,
    trustSender: false,
    blockingIo: null,
    remoteOptions: [],
    address: null,
    sockopts: null,
    ipVersion: 0,
    earlyInput: null,
    stopAtMs: null,
    timeoutSeconds: 0,
    contimeoutSeconds: 0,
    bwlimitKiBPerSecond: 0,
    port: 0,
    passwordFile: null,
    protocol: 32,
    confine: null,
    ioUring: 'auto',
  };
}

/** What is told of an end by a mistake on the way: as far as --debug=EXIT has been met. */
export function exitDebugOf({ quiet, debugExplicit, dryRun }: RawOptions): ExitDebug | undefined {
  const level = quiet ? 0 : (debugExplicit.get('exit') ?? 0);
  return level > 0 ? { level, dryRun } : undefined;
}
