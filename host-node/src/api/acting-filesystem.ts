// The files of a run with the rights that its options ask for: as root or not, or root only in appearance
// (docs/protocol/05-options.md §3.3, 03-file-list.md §11.5).
import type { Filesystem } from '../fs/filesystem.ts';
import { AssumedRank } from '../fs/metadata/assumed-rank.ts';
import { FakeSuperFilesystem } from '../fs/metadata/fake-super-filesystem.ts';
import { InsecureFilesystem, OperatorFilesystem } from '../fs/operator-filesystem.ts';
import { processRules } from '../fs/operator-path.ts';
import type { Options } from '../options/options.ts';
import type { SessionReport } from '../session/ports.ts';
import { RunError } from '../session/run-error.ts';

const EXIT_UNSUPPORTED = 4;
const EXIT_FILE_IO = 11;

export interface Actor {
  readonly options: Pick<Options, 'privileges' | 'insecureLinks' | 'confineRoot'>;
  readonly role: 'client' | 'server';
  readonly side: 'sender' | 'receiver';
  /** Of a receiver, as typed. */
  readonly destination: string;
  readonly report: Pick<SessionReport, 'message'>;
}

export function actingFilesystem(own: Filesystem, actor: Actor): Filesystem {
  const files = guarded(own, actor);
  const { privileges } = actor.options;
  if (privileges === 'fake') return fakeSuper(files, actor);
  if (privileges === 'auto' || files.isSuperUser === (privileges === 'super')) return files;
  return new AssumedRank(files, privileges === 'super');
}

/** Whose symlinks may lead the operator's paths anywhere (docs/protocol/09-rsync-3.5.md §2.2). */
function guarded(files: Filesystem, { options, side, destination }: Actor): Filesystem {
  if (options.insecureLinks) return new InsecureFilesystem(files);
  const rules = processRules();
  if (side === 'sender' || rules === undefined) return files;
  const start = destination.startsWith('/') ? '' : `${files.root('.').path}/`;
  const confineRoot = options.confineRoot ?? undefined;
  return new OperatorFilesystem(files, { ...rules, confineRoot }, `${start}${destination}`);
}

function fakeSuper(files: Filesystem, { role, side, report }: Actor): Filesystem {
  if (!files.canXattrs) {
    const text = `--fake-super is not supported on this ${role} (it needs the native helper)`;
    throw new RunError('ERR_UNSUPPORTED', text, EXIT_UNSUPPORTED);
  }
  const speaker = side === 'sender' ? 'sender' : 'generator';
  return new FakeSuperFilesystem(files, {
    report: {
      failed: (text) => report.message('error-xfer', `rsync: [${speaker}] ${text}`),
      corrupt: (text) => new RunError('ERR_CORRUPT_XATTR', text, EXIT_FILE_IO),
    },
    replacesSymlinks: side === 'receiver',
  });
}
