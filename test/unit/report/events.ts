// Makes events with plain values for the tests of report/.
import type { ChangeEvent, EntryInfo, RunEvent, RunStatistics } from '@ocrsync/node/report/events';
import { TextRenderer } from '@ocrsync/node/report/text-renderer';
import { optionsOf } from '../options/run-line.ts';

export function entry(
  name: string,
  kind: EntryInfo['kind'] = 'file',
  more: Partial<EntryInfo> = {},
): EntryInfo {
  return {
    name,
    longName: `src/${name}`,
    kind,
    mode: kind === 'directory' ? 0o40755 : 0o100644,
    lengthBytes: 0,
    mtimeSeconds: 0,
    uid: undefined,
    gid: undefined,
    linkTarget: undefined,
    ...more,
  };
}

export function change(info: EntryInfo, iflags: number, more: Partial<ChangeEvent> = {}): ChangeEvent {
  return {
    type: 'change',
    stage: 'before',
    ndx: 0,
    iflags,
    entry: info,
    direction: 'send',
    local: true,
    hardLinkTo: undefined,
    dataBytes: 0,
    sumBytes: 0,
    digestHex: undefined,
    ...more,
  };
}

const NONE = { regular: 0, directories: 0, symlinks: 0, devices: 0, specials: 0 };

export function statistics(more: Partial<RunStatistics> = {}): RunStatistics {
  return {
    protocol: 32,
    files: NONE,
    created: NONE,
    deleted: NONE,
    transferredFiles: 0,
    totalSizeBytes: 0,
    totalTransferredSizeBytes: 0,
    literalBytes: 0,
    matchedBytes: 0,
    fileListSizeBytes: 0,
    fileListBuildMs: 0,
    fileListTransferMs: 0,
    sentBytes: 0,
    receivedBytes: 0,
    elapsedWholeSeconds: 0,
    ...more,
  };
}

/** Both streams of a run rendered from events, the error stream's pieces marked with `2:`. */
export function rendered(line: string, events: readonly RunEvent[]): string {
  let output = '';
  const renderer = new TextRenderer(optionsOf(line), {
    write: (stream, text) => {
      output += stream === 'stderr' ? `2:${text}` : text;
    },
    charset: 'utf-8',
    processId: 77,
    nowSeconds: () => 0,
  });
  for (const event of events) renderer.event(event);
  return output;
}
