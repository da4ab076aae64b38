// Where another version of rsync than 3.4.1, whose output is ours, words a line differently: its line is given in the words of
// 3.4.1 before two outputs are compared. Each entry is one observed difference of one version, and nothing else.
import type { PeerVersion } from './peers.ts';

/** 3.2.7 counts the devices of a list that it receives, or deletes, as symlinks. */
function withDevicesAsLinks(line: string): string {
  const counts = /^(Number of (?:files|deleted files): [0-9,]+ \()(.*)\)$/.exec(line);
  if (counts === null) return line;
  const parts = (counts[2] as string).split(', ');
  const isLink = (part: string): boolean => /^(link|dev): /.test(part);
  const links = parts.filter(isLink).map((part) => Number(part.replace(/^\w+: /, '').replaceAll(',', '')));
  if (links.length === 0) return line;
  const others = parts.filter((part) => !isLink(part));
  return `${counts[1]}${others.join(', ')}, links and devices: ${links.reduce((sum, count) => sum + count)})`;
}

/** 3.5.0 sets attributes through descriptors and names the call that it made. */
function withCallsByName(line: string): string {
  return line.replace(/ set_xattr_acl: fsetxattr\(/, ' set_xattr_acl: lsetxattr(');
}

/** The line of either program in the words that both can be compared in. */
export function commonWording(peer: PeerVersion, line: string): string {
  if (peer === '3.2.7') return withDevicesAsLinks(line);
  return peer === '3.5.0' ? withCallsByName(line) : line;
}
