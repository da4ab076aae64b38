// What a client tells while files of a local copy are under way.
import { expect, it } from 'vitest';
import { CoreInstance } from '@ocrsync/core/instance';
import { DirectoryNames } from '@ocrsync/core/directory-names';
import { FileList } from '@ocrsync/core/file-list';
import type { OpenFile } from '@ocrsync/node/fs/filesystem';
import type { RunEvent } from '@ocrsync/node/report/events';
import { BASIS_FNAME, ITEM_TRANSFER } from '@ocrsync/node/session/item';
import type { Entry } from '@ocrsync/node/session/ports';
import { ClientReport } from '@ocrsync/node/transfer/client-report';
import { LocalData } from '@ocrsync/node/transfer/local-data';

const file = { close: () => undefined } as unknown as OpenFile;

function listOf(names: readonly string[], start: number, core: CoreInstance): FileList {
  const list = new FileList(core, { start, dirs: new DirectoryNames(core) });
  for (const name of names) {
    list.add({ name, mode: 0o100644, sizeBytes: 1, mtimeSec: 0, mtimeNsec: 0, uid: 0, gid: 0, flags: 0 });
  }
  return list;
}

it('keeps what follows a file in its place, even when its list is gone by then', () => {
  const core = new CoreInstance();
  const told: string[] = [];
  const event = (one: RunEvent): void => {
    if (one.type === 'change') told.push(`${one.stage} ${one.entry.name}`);
  };
  const report = new ClientReport({
    sink: { event, ignores: ['progress'] },
    side: 'sender',
    local: true,
    preserveOwner: false,
    preserveGroup: false,
    nowMs: () => 0,
  });
  const data = new LocalData(true);
  report.localData = data;
  const early = listOf(['linked'], 0, core);
  const late = listOf(['a', 'b'], 2, core);
  const entry = (list: FileList, row: number): Entry => ({ list, row, ndx: list.start + row });
  const item = (ndx: number, iflags: number): Parameters<ClientReport['item']>[1] => ({
    ndx,
    iflags,
    basisType: BASIS_FNAME,
    xname: undefined,
  });
  const offer = (each: Entry): Parameters<LocalData['settle']>[0] => {
    report.item(each, item(each.ndx, ITEM_TRANSFER));
    const settle = (): void => report.transferred(each, 1, 0);
    const offered = { ndx: each.ndx, file, sizeBytes: 1, progress: () => undefined, settle };
    data.offer(offered);
    return offered;
  };
  const first = offer(entry(late, 0));
  report.item(entry(early, 0), item(0, 0));
  early.free();
  const second = offer(entry(late, 1));
  expect(told).toEqual(['before a']);
  data.settle(first, undefined);
  expect(told).toEqual(['before a', 'after a', 'before linked', 'after linked', 'before b']);
  data.settle(second, undefined);
  expect(told.at(-1)).toBe('after b');
});
