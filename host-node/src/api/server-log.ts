// A server's own log file: what the server tells and does, written beside what the client is told (docs/protocol/07-output.md §11).
import type { Options } from '../options/options.ts';
import type { LogRenderer } from '../report/log-renderer.ts';
import type { SessionContext } from '../session/context.ts';
import type { ProcessRole } from '../report/exit-codes.ts';
import { ClientReport } from '../transfer/client-report.ts';
import { LoggedReport } from '../transfer/logged-report.ts';
import type { ServerReport } from '../transfer/server-report.ts';
import { openLogFile } from './log-file.ts';
import { runStatistics } from './run-statistics.ts';

export interface ServerLog {
  readonly report: LoggedReport;
  readonly log: LogRenderer;
  begin(context: SessionContext): void;
  /** The totals of a run that came to its end. */
  summary(context: SessionContext, startMs: number): void;
  /** The exit line of a run that did not. */
  exit(line: string, role: ProcessRole, context: SessionContext | undefined, startMs: number): void;
}

/** undefined: the server keeps no log. That it cannot be opened is told. */
export function openServerLog(
  options: Options,
  side: 'sender' | 'receiver',
  own: ServerReport,
  warn: (text: string) => void,
): ServerLog | undefined {
  const { log, warnings } = openLogFile(options, 'server');
  for (const { text } of warnings) warn(text);
  if (log === undefined) return undefined;
  const events = new ClientReport({
    sink: log,
    side,
    local: false,
    preserveOwner: options.owner,
    preserveGroup: options.group,
    checksum: options.checksum,
    digests: true,
    nowMs: () => performance.now(),
  });
  return {
    report: new LoggedReport(own, events, options.debug),
    log,
    begin: (context) => {
      events.statistics = context.statistics;
    },
    summary: (context, startMs) => {
      log.event({ type: 'summary', statistics: runStatistics(context, startMs) });
    },
    exit: (line, role, context, startMs) => {
      log.exit(line, role, context && runStatistics(context, startMs));
    },
  };
}
