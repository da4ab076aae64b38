// Lines of --debug about lists and what was agreed, of both roles (docs/protocol/07-output.md §12.2). Texts only; called where the
// thing happens, and not at all when nobody wants to see them.
import { type FileList, FLIST_HLINKED } from '@ocrsync/core/file-list';
import type { SessionConfig } from './config.ts';
import type { DebugVoice } from './debug.ts';
import type { Negotiated } from './negotiated.ts';

/** ICONV, PROTO: what both ends speak, before it is known whether the options fit to it. */
export function tellVersions(
  debug: DebugVoice,
  { charset, role, side }: SessionConfig,
  { peerProtocol, protocol }: Pick<Negotiated, 'peerProtocol' | 'protocol'>,
): void {
  const end = side === 'sender' ? 'sender' : 'Receiver';
  if (charset !== undefined) debug('iconv', 1, () => `[${end}] charset: ${charset.name}`);
  const who = role === 'server' ? 'Server' : 'Client';
  debug('proto', 1, () => `(${who}) Protocol versions: remote=${peerProtocol}, negotiated=${protocol}`);
}

/** NSTR: the checksum and the compression that were agreed. */
export function tellAgreement(debug: DebugVoice, config: SessionConfig, negotiated: Negotiated): void {
  const isServer = config.role === 'server';
  const who = isServer ? 'Server' : 'Client';
  const { compression, compressionLevel } = negotiated;
  const level = isServer ? 3 : 1;
  debug('nstr', Math.max(2, level), () => offeredLists(config, negotiated));
  debug('nstr', level, () => `${who} ${checksumText(config, negotiated)}`);
  if (compression === 'none') return;
  const shown = compression === 'lz4' ? 0 : (compressionLevel ?? DEFAULT_LEVELS[compression] ?? 0);
  const way = negotiated.peerCompressNames === undefined ? '' : 'negotiated ';
  debug('nstr', level, () => `${who} ${way}compress: ${compression} (level ${shown})`);
}

/** What a method does when no level was asked for (02-tokens.md). */
const DEFAULT_LEVELS: Readonly<Record<string, number>> = { zstd: 3, zlib: 6, zlibx: 6 };

function checksumText({ checksumChoice }: SessionConfig, negotiated: Negotiated): string {
  const { transferChecksumName: name, peerChecksumNames } = negotiated;
  if (peerChecksumNames !== undefined) return `negotiated checksum: ${name}`;
  const isPair = checksumChoice !== undefined && checksumChoice.transfer !== checksumChoice.list;
  return `checksum: ${name}${isPair ? `,${checksumChoice.list}` : ''}`;
}

/** NSTR: what this end offered, and what the peer did, or does by its protocol; nothing of what was chosen. */
function offeredLists(config: SessionConfig, negotiated: Negotiated): string[] {
  const { role, checksumNames, compressNames, compress, compressChoice, checksumChoice } = config;
  const [own, other] = role === 'server' ? ['Server', 'Client'] : ['Client', 'Server'];
  const { transferChecksumName, peerChecksumNames, peerCompressNames } = negotiated;
  const lists = (who: string, checksums: string, compressions: string): string[] => [
    ...(checksumChoice === undefined ? [`${who} checksum list (on ${role}): ${checksums}`] : []),
    ...(compress && compressChoice === undefined
      ? [`${who} compress list (on ${role}): ${compressions}`]
      : []),
  ];
  return [
    ...lists(own, checksumNames.join(' '), compressNames.join(' ')),
    ...lists(other, peerChecksumNames ?? transferChecksumName, peerCompressNames ?? 'zlib'),
  ];
}

/** DUP: what a sorted list has lost. `names`: of its positions, before. */
export function tellDuplicates(debug: DebugVoice, list: FileList, names: readonly string[]): void {
  debug('dup', 1, () => {
    const lines: string[] = [];
    names.forEach((name, at) => {
      const isLost = !list.isActive(list.rowAt(at));
      if (isLost) lines.push(`removing duplicate name ${name} from file list (${list.start + at})`);
    });
    return lines;
  });
}

/** The names of a sorted list, in its order. */
export function sortedNames(list: FileList): string[] {
  return Array.from({ length: list.count }, (_none, at) => list.name(list.rowAt(at)));
}

/** FLIST of a sender: its entries in the order in which they were found. `isFirst`: the arguments are among them. */
export function tellMade(debug: DebugVoice, list: FileList, isFirst: boolean): void {
  debug('flist', 2, () => {
    const isContents = list.count > 0 && list.name(0) === '.';
    const lines: string[] = [];
    for (let row = 0; row < list.count; row++) {
      const name = list.name(row);
      const isArgument = isFirst && (isContents ? row === 0 : !name.includes('/'));
      lines.push(`[sender] make_file(${name},*,${isArgument ? 0 : 2})`);
    }
    return lines;
  });
}

/** HLINK: which entries of a list, numbered as they travel, are further links of a file (from protocol 30). */
export function tellLinks(debug: DebugVoice, list: FileList, roles: readonly string[]): void {
  debug('hlink', 1, () => {
    const lines: string[] = [];
    for (let row = 0; row < list.count; row++) {
      const leader = (list.flags(row) & FLIST_HLINKED) === 0 ? -1 : list.linkGroup(row);
      const ndx = list.start + row;
      if (leader < 0 || leader === ndx) continue;
      lines.push(`#${ndx} hard-links #${leader} (${leader >= list.start ? 'abbrev' : 'unabbrev'})`);
    }
    return roles.flatMap((role) => lines.map((line) => `[${role}] ${line}`));
  });
}

/** FLIST of a receiving side: the names of a list as they came. */
export function tellReceived(debug: DebugVoice, list: FileList): void {
  debug('flist', 2, () => {
    const lines: string[] = [];
    for (let row = 0; row < list.count; row++) lines.push(`recv_file_name(${list.name(row)})`);
    return [...lines, `received ${list.count} names`];
  });
}

/** FLIST3: a sorted list, entry by entry. */
export function tellList(debug: DebugVoice, list: FileList, role: string): void {
  const { start, count } = list;
  debug('flist', 3, () => {
    const lines = [`[${role}] flist start=${start}, used=${count}, low=0, high=${count - 1}`];
    for (let at = 0; at < count; at++) {
      const row = list.rowAt(at);
      if (list.isActive(row)) lines.push(`[${role}] i=${start + at} ${entryText(list, row)}`);
    }
    return lines;
  });
}

function entryText(list: FileList, row: number): string {
  const name = list.name(row);
  const depth = name === '.' ? 0 : name.split('/').length;
  const mode = `0${list.mode(row).toString(8)}`;
  const length = String(list.sizeBytes(row)).replace(/\B(?=(\d{3})+$)/g, ',');
  const owner = `uid=${list.uid(row)} gid=${list.gid(row)}`;
  const slash = list.isDirectory(row) ? '/' : '';
  return `${depth} ${name}${slash} mode=${mode} len=${length} ${owner} flags=${list.flags(row).toString(16)}`;
}
