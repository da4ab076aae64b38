// The options as they were typed, one after the other, before defaults and implications (docs/protocol/05-options.md §2, §6).
// Mutable; lives only while a command line is being read.
import type { InfoFlag } from './info-flags.ts';
import type { FilterArgument } from './options.ts';

export interface RawOptions {
  isServer: boolean;
  isServerSender: boolean;
  operands: string[];
  verbose: number;
  quiet: boolean;
  infoExplicit: Map<InfoFlag, number>;
  /** --info=help was met. */
  infoHelp: boolean;
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
  dirs: boolean | null;
  incRecursive: boolean;
  relative: boolean | null;
  impliedDirs: boolean;
  links: boolean;
  copyLinks: boolean;
  hardLinks: number;
  perms: boolean;
  times: boolean;
  owner: boolean;
  group: boolean;
  devices: boolean;
  specials: boolean;
  numericIds: boolean;
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
  wholeFile: boolean | null;
  blockSize: number;
  inplace: boolean;
  append: 0 | 1 | 2;
  partial: boolean;
  compressCount: number;
  compressChoice: string | null;
  compressLevel: number | null;
  delete: boolean;
  deleteDuring: boolean;
  filters: FilterArgument[];
  /** Number of -F. */
  perDirectoryFilters: number;
  /** Client: the remote shell; server: the client's capabilities. */
  rsh: string | null;
  rsyncPath: string;
  /** null: the environment decides. */
  oldArgs: number | null;
  /** false: --no-secluded-args; null: the environment decides. */
  secludedArgs: false | null;
  /** false: --no-iconv; null: the environment decides. */
  iconv: false | null;
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
    infoHelp: false,
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
    links: false,
    copyLinks: false,
    hardLinks: 0,
    perms: false,
    times: false,
    owner: false,
    group: false,
    devices: false,
    specials: false,
    numericIds: false,
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
    wholeFile: null,
    blockSize: 0,
    inplace: false,
    append: 0,
    partial: false,
    compressCount: 0,
    compressChoice: null,
    compressLevel: null,
    delete: false,
    deleteDuring: false,
    filters: [],
    perDirectoryFilters: 0,
    rsh: null,
    rsyncPath: 'rsync',
    oldArgs: null,
    secludedArgs: null,
    iconv: null,
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
