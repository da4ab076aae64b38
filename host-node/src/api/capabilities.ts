// What this machine and this build can do, as facts for `ocrsync doctor` and --version. Changes nothing and prints nothing.
import { type NativeReport, loadNative, nativeReport } from '@ocrsync/native/load';
import { errorOfNumber } from '../fs/errno.ts';
import { landlockVersion } from '../fs/confinement.ts';
import { localFilesystem } from '../fs/local.ts';
import { type RingReport, ringReport } from '../fs/ring-report.ts';
import type { PlatformFacts } from '../options/help.ts';
import { VERSION } from '../options/version.ts';

/** `available` with what it is, or the reason why not, as one line for people. */
export interface Capability {
  readonly available: boolean;
  readonly answer: string;
}

export interface Capabilities {
  readonly version: string;
  readonly node: string;
  readonly platform: string;
  readonly architecture: string;
  readonly nativeHelper: NativeReport;
  /** How names of a peer are kept beneath a root (LocalFilesystem.confinement). */
  readonly door: 'openat2' | 'walk' | 'procfs' | 'lexical';
  readonly exactTimes: boolean;
  readonly deviceNodes: boolean;
  readonly extendedAttributes: boolean;
  readonly ioUring: RingReport;
  readonly landlock: Capability & { readonly abi: number | null };
  readonly seccomp: Capability;
  readonly superUser: boolean;
  readonly uid: number | null;
  readonly groups: number;
}

export function capabilities(): Capabilities {
  const files = localFilesystem();
  return {
    version: VERSION,
    node: process.version,
    platform: process.platform,
    architecture: process.arch,
    nativeHelper: nativeReport(),
    door: files.confinement,
    exactTimes: files.exactTimes,
    deviceNodes: files.canMakeNodes,
    extendedAttributes: files.canXattrs,
    ioUring: ringReport(),
    landlock: landlock(),
    seccomp: seccomp(),
    superUser: files.isSuperUser,
    uid: process.geteuid?.() ?? null,
    groups: files.groups.length,
  };
}

function landlock(): Capabilities['landlock'] {
  const version = landlockVersion();
  if ('abi' in version) return { available: true, abi: version.abi, answer: `ABI ${version.abi}` };
  return { available: false, abi: null, answer: version.reason };
}

function seccomp(): Capability {
  const probe = loadNative()?.seccompProbe?.();
  if (probe === undefined) return { available: false, answer: 'the native helper is not there' };
  if (probe < 0) return { available: false, answer: errorOfNumber(-probe, '', '').strerror };
  return { available: true, answer: 'available' };
}

/** For --version. */
export function platformFacts(): PlatformFacts {
  return { line: platformLine(), extendedAttributes: localFilesystem().canXattrs };
}

function platformLine(): string {
  const helper = nativeReport().path === undefined ? 'no native helper' : 'native helper';
  const rings = ringReport().available ? 'io_uring' : 'no io_uring';
  const { abi } = landlock();
  const confinement = abi === null ? 'no confinement' : `confinement by Landlock ABI ${abi}`;
  return `${helper}, ${rings}, ${confinement} (more: ocrsync doctor)`;
}
