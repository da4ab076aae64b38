import { describe, expect, it } from 'vitest';
import type { ProgressEvent, RunEvent } from '@ocrsync/node/report/events';
import { JsonRenderer } from '@ocrsync/node/report/json';
import { statsLines } from '@ocrsync/node/report/stats';
import { change, entry, rendered, statistics } from './events.ts';

const LIST: readonly RunEvent[] = [
  { type: 'file-list', state: 'start', direction: 'send', incremental: true, count: 0 },
  { type: 'file-list', state: 'done', direction: 'send', incremental: true, count: 3 },
];

function progress(more: Partial<ProgressEvent>): ProgressEvent {
  return {
    type: 'progress',
    name: 'big',
    fileBytes: 0,
    fileLengthBytes: 123456,
    finished: false,
    transferred: 1,
    position: 1,
    total: 9,
    listComplete: true,
    totalBytesDone: 0,
    totalBytes: 200000,
    nowMs: 0,
    ...more,
  };
}

describe('a run in rsync’s words', () => {
  it('-av: list, names, summary (07 §16)', () => {
    const events: RunEvent[] = [
      ...LIST,
      change(entry('.', 'directory'), 0x8),
      change(entry('file'), 0xa000),
      change(entry('file'), 0xa000, { stage: 'after' }),
      change(entry('link', 'symlink', { linkTarget: 'file' }), 0x6000),
      change(entry('same'), 0),
      {
        type: 'summary',
        statistics: statistics({ sentBytes: 123914, receivedBytes: 132, totalSizeBytes: 123477 }),
      },
      { type: 'finished', exitCode: 0 },
    ];
    expect(rendered('-av s d', events)).toBe(
      'sending incremental file list\n./\nfile\nlink -> file\n\n' +
        'sent 123,914 bytes  received 132 bytes  248,092.00 bytes/sec\ntotal size is 123,477  speedup is 1.00\n',
    );
    expect(rendered('-a s d', events)).toBe('');
    expect(rendered('-avq s d', events)).toBe('');
    expect(rendered('-ai s d', events)).toBe('.d..t...... ./\n>f+++++++++ file\ncL+++++++++ link -> file\n');
    expect(rendered('-aii s d', events)).toBe(
      '.d..t...... ./\n>f+++++++++ file\ncL+++++++++ link -> file\n.f          same\n',
    );
  });
  it('-n marks the summary and prints what would be sent, late formats too', () => {
    const events: RunEvent[] = [
      change(entry('f'), 0xa000),
      { type: 'summary', statistics: statistics({ sentBytes: 114, receivedBytes: 25, totalSizeBytes: 7 }) },
    ];
    expect(rendered('-n --out-format=%b-%n s d', events)).toBe('0-f\n');
    expect(rendered('-avn s d', events)).toContain('total size is 7  speedup is 0.05 (DRY RUN)\n');
  });
  it('a format with %b, %c or %C prints after the transfer', () => {
    const events: RunEvent[] = [
      change(entry('f'), 0xa000),
      change(entry('f'), 0xa000, { stage: 'after', dataBytes: 49 }),
    ];
    expect(rendered('--out-format=%b-%n s d', events)).toBe('49-f\n');
    // What the progress lines between the two speak of.
    expect(rendered('--progress --out-format=%b-%n s d', events)).toBe('f\n49-f\n');
    expect(rendered('--info=progress --out-format=%b-%n s d', events)).toBe('49-f\n');
    expect(rendered('--info=progress2,name --out-format=%b-%n s d', events)).toBe('49-f\n');
    expect(rendered('--out-format=%n s d', events)).toBe('f\n');
  });
  it('an empty format prints an empty line an item, as rsync 3.4.1 does', () => {
    expect(rendered('--out-format= s d', [change(entry('f'), 0xa000)])).toBe('\n');
  });
  it('a plain copy of files announces no list', () => {
    expect(rendered('-v s d', LIST)).toBe('');
    expect(rendered('-dv s d', LIST)).toBe('sending incremental file list\n');
    expect(rendered('h:s', LIST)).toBe('');
    expect(rendered('-v h:s', LIST)).toBe('sending incremental file list\n');
  });
  it('without incremental recursion the list is counted', () => {
    const list = (direction: 'send' | 'receive'): RunEvent[] => [
      { type: 'file-list', state: 'start', direction, incremental: false, count: 0 },
      { type: 'file-list', state: 'done', direction, incremental: false, count: 5 },
    ];
    expect(rendered('-rv s d', list('send'))).toBe('building file list ... done\n');
    expect(rendered('-rv s d', list('receive'))).toBe('receiving file list ... done\n');
    expect(rendered('-r --progress s d', list('send'))).toBe(
      'building file list ... \n 0 files...\r5 files to consider\n',
    );
    expect(rendered('-r --progress s d', list('receive'))).toBe(
      'receiving file list ... 5 files to consider\n',
    );
  });
  it('deletions follow the format', () => {
    const events: RunEvent[] = [{ type: 'deleted', name: 'old', isDirectory: true }];
    expect(rendered('-rv --delete s d', events)).toBe('deleting old/\n');
    expect(rendered('-rv --delete --info=del0 s d', events)).toBe('deleting old/\n');
    expect(rendered('-r --delete s d', events)).toBe('');
    expect(rendered('-r --delete --info=del s d', events)).toBe('deleting old/\n');
    expect(rendered('-ri --delete s d', events)).toBe('*deleting   old/\n');
    expect(rendered('-r --delete --out-format=%n s d', events)).toBe('deleting old/\n');
    expect(rendered('-r --delete --out-format=%o:%n s d', events)).toBe('del.:old/\n');
  });
  it('the new destination is told with -v or %i', () => {
    const events: RunEvent[] = [{ type: 'destination-created', path: 'new' }];
    expect(rendered('-v s d', events)).toBe('created directory new\n');
    expect(rendered('-i s d', events)).toBe('created directory new\n');
    expect(rendered('--out-format=%n s d', events)).toBe('');
  });
  it('messages go to their stream; -q silences info alone; names cannot break lines', () => {
    const events: RunEvent[] = [
      { type: 'message', severity: 'info', text: 'skipping directory a\nb', fromPeer: false },
      { type: 'message', severity: 'transfer-error', text: 'rsync: [sender] bad', fromPeer: true },
      { type: 'message', severity: 'warning', text: 'w', fromPeer: true },
    ];
    expect(rendered('s d', events)).toBe('skipping directory a\\#012b\n2:rsync: [sender] bad\n2:w\n');
    expect(rendered('-q s d', events)).toBe('2:rsync: [sender] bad\n2:w\n');
  });
});

describe('progress', () => {
  it('draws the observed line (07 §9.1)', () => {
    const events = [
      progress({ fileBytes: 32768 }),
      progress({ fileBytes: 123456, finished: true, nowMs: 1 }),
    ];
    expect(rendered('--progress s d', events)).toBe(
      '\r         32,768  26%    0.00kB/s    0:00:00  \r        123,456 100%  117.74MB/s    0:00:00 (xfr#1, to-chk=7/9)\n',
    );
  });
  it('draws once a second, and estimates what is left', () => {
    const events = [0, 500, 1000, 1500].map((nowMs) =>
      progress({ fileBytes: nowMs * 1024, fileLengthBytes: 4096000, nowMs }),
    );
    const lines = rendered('--progress s d', events).split('\r').slice(1);
    expect(lines).toEqual([
      '              0   0%    0.00kB/s    0:00:00  ',
      '      1,024,000  25% 1000.00kB/s    0:00:03  ',
    ]);
  });
  it('a message ends an open line first, on its own stream', () => {
    const events: RunEvent[] = [
      progress({}),
      { type: 'message', severity: 'error', text: 'e', fromPeer: false },
    ];
    expect(rendered('--progress s d', events)).toMatch(/ {2}2:\n2:e\n$/);
  });
  it('says ir-chk while the list grows', () => {
    expect(
      rendered('--progress s d', [progress({ finished: true, fileBytes: 123456, listComplete: false })]),
    ).toContain('(xfr#1, ir-chk=7/9)\n');
  });
  it('progress2 keeps one line, pads it, and ends it at the end', () => {
    const events: RunEvent[] = [
      progress({ finished: true, totalBytesDone: 123456, total: 1000, position: 99 }),
      progress({ finished: true, totalBytesDone: 199999, total: 9, position: 1 }),
      { type: 'finished', exitCode: 0 },
    ];
    const [, first, second] = rendered('--info=progress2 s d', events).split('\r');
    expect(first).toMatch(/^ +123,456 {2}61% .* \(xfr#1, to-chk=900\/1000\)$/);
    expect(second).toMatch(/^ +199,999 {2}99% .* \(xfr#1, to-chk=7\/9\) +\n$/);
    expect(second!.length - 1).toBe(first!.length);
  });
  it('a dry run and -q draw nothing', () => {
    expect(rendered('-n --progress s d', [progress({})])).toBe('');
    expect(rendered('-q --progress s d', [progress({})])).toBe('');
  });
});

describe('--stats', () => {
  const numbers = statistics({
    files: { regular: 5, directories: 3, symlinks: 1, devices: 0, specials: 1 },
    created: { regular: 5, directories: 2, symlinks: 1, devices: 0, specials: 1 },
    transferredFiles: 5,
    totalSizeBytes: 123477,
    totalTransferredSizeBytes: 123473,
    literalBytes: 123473,
    fileListBuildMs: 1,
    sentBytes: 123918,
    receivedBytes: 132,
  });
  it('has the observed lines (07 §8.2)', () => {
    expect(statsLines(numbers, 1)).toEqual([
      '',
      'Number of files: 10 (reg: 5, dir: 3, link: 1, special: 1)',
      'Number of created files: 9 (reg: 5, dir: 2, link: 1, special: 1)',
      'Number of deleted files: 0',
      'Number of regular files transferred: 5',
      'Total file size: 123,477 bytes',
      'Total transferred file size: 123,473 bytes',
      'Literal data: 123,473 bytes',
      'Matched data: 0 bytes',
      'File list size: 0',
      'File list generation time: 0.001 seconds',
      'File list transfer time: 0.000 seconds',
      'Total bytes sent: 123,918',
      'Total bytes received: 132',
    ]);
  });
  it('older protocols know no created and deleted counts; unknown times are left out', () => {
    const old = statsLines({ ...numbers, protocol: 28, fileListBuildMs: 0 }, 1).join('\n');
    expect(old).not.toMatch(/created|deleted|generation/);
  });
  it('--stats alone prints block and summary', () => {
    const text = rendered('--stats s d', [{ type: 'summary', statistics: numbers }]);
    expect(text).toMatch(/^\nNumber of files: 10 [^]*received: 132\n\nsent 123,918 bytes/);
  });
});

describe('--json', () => {
  function lines(events: readonly RunEvent[], dryRun = false): Record<string, unknown>[] {
    const written: Record<string, unknown>[] = [];
    const renderer = new JsonRenderer({ times: true, dryRun }, (line) => {
      expect(line.endsWith('\n')).toBe(true);
      written.push(JSON.parse(line) as Record<string, unknown>);
    });
    for (const event of events) renderer.event(event);
    return written;
  }
  it('one object a change, when the file is in place', () => {
    const events: RunEvent[] = [
      change(entry('f'), 0xa000),
      change(entry('f'), 0xa000, { stage: 'after', dataBytes: 3, digestHex: 'ab' }),
      change(entry('d', 'directory'), 0x6000),
    ];
    expect(lines(events)).toMatchObject([
      {
        v: 2,
        type: 'change',
        name: 'f',
        kind: 'file',
        itemize: '>f+++++++++',
        isNew: true,
        transfer: true,
        dataBytes: 3,
        digest: 'ab',
      },
      { v: 2, type: 'change', name: 'd', kind: 'directory', transfer: false },
    ]);
    expect(lines(events, true).map((object) => object['name'])).toEqual(['f', 'd']);
  });
  it('names that are no UTF-8 keep their exact bytes', () => {
    const [good, bad] = lines([
      { type: 'deleted', name: '\xc3\xa4', isDirectory: false },
      { type: 'deleted', name: 'x\xff', isDirectory: false },
    ]);
    expect(good).toEqual({ v: 2, type: 'deleted', name: 'ä', isDirectory: false });
    expect(bad).toEqual({ v: 2, type: 'deleted', name: 'x\ufffd', nameBase64: 'eP8=', isDirectory: false });
  });
  it('ends with the exit code and its words', () => {
    expect(
      lines([
        { type: 'summary', statistics: statistics({ sentBytes: 1 }) },
        { type: 'finished', exitCode: 23 },
      ]),
    ).toMatchObject([
      { type: 'summary', sentBytes: 1, files: { regular: 0 } },
      { type: 'finished', exitCode: 23, text: 'some files/attrs were not transferred (see previous errors)' },
    ]);
  });
});
