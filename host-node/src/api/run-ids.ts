// The map of ids of one run that receives: the user's rules, and what --debug=OWN2 tells of it.
import { IdMap, idMapRules } from '../flist/id-map.ts';
import { IdVoice } from '../flist/id-voice.ts';
import type { Filesystem } from '../fs/filesystem.ts';
import type { Options } from '../options/options.ts';
import type { SessionContext } from '../session/context.ts';
import type { SessionReport } from '../session/ports.ts';

/** Throws RunErrors about the rules (exit 1). */
export function runIds(
  options: Options,
  filesystem: Filesystem,
  { channel, negotiated }: SessionContext,
  report: SessionReport,
): IdMap {
  const rules = idMapRules(options, filesystem, (text) => report.message('error', text));
  const ids = new IdMap(filesystem, options.numericIds, rules);
  const { debug } = report;
  const { incremental, id0Names } = negotiated;
  if (options.debug.own >= 2 && debug !== undefined) {
    const { isSuperUser, groups } = filesystem;
    const ownGroups = isSuperUser ? undefined : groups.toSorted((a, b) => a - b);
    ids.voice = new IdVoice({
      incremental,
      ownGroups,
      tellers: () => (channel.role === 'Receiver' ? 1 : 2),
      say: (text) => debug('own', 2, () => text),
    });
  }
  if (!incremental && !id0Names) ids.assumeRoot();
  return ids;
}
