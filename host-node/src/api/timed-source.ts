// Takes the time that a sender's first list needs, for --stats (docs/protocol/04-transfer.md §16). The engine has no clock.
import type { FileList } from '@ocrsync/core/file-list';
import type { ListSource } from '../session/ports.ts';
import type { Statistics } from '../session/statistics.ts';
import type { Task } from '../session/wait.ts';

/** The same source; `listBuildMs` is set when its first list is there, and is at least 1. */
export function timedSource(source: ListSource, statistics: Statistics): ListSource {
  return {
    *fillFirst(list: FileList): Task {
      const startMs = performance.now();
      yield* source.fillFirst(list);
      statistics.listBuildMs = Math.max(1, Math.round(performance.now() - startMs));
    },
    registerDirectories: (list, parent) => source.registerDirectories(list, parent),
    nextDirectory: () => source.nextDirectory(),
    fillSub: (directory, list) => source.fillSub(directory, list),
    end: () => source.end(),
    idNames: (kind) => source.idNames(kind),
    takeIoError: () => source.takeIoError(),
  };
}
