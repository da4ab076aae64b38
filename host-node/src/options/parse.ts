// The door of options/: words and environment in, Options or a finished answer out. Pure; prints nothing, exits nothing.
// Serves client command lines and `--server` ones alike (docs/protocol/05-options.md §2, §13).
import { flagHelpText } from './flag-help.ts';
import { type PlatformFacts, helpText, usageText, versionJson, versionText } from './help.ts';
import { OptionError, UsageWanted } from './option-error.ts';
import type { ExitDebug, FilterArgument, Options } from './options.ts';
import { type RawOptions, exitDebugOf } from './raw-options.ts';
import { resolveOptions } from './resolve.ts';
import type { Environment } from './resolve.ts';
import { scanWords } from './scan.ts';

/** The command line is answered without a run: print, and exit. All text is latin1, newlines included. */
export interface StopOutcome {
  readonly kind: 'stop';
  readonly stdout: string;
  readonly stderr: string;
  /** If not 0, the caller prints exitLine(exitCode, isServer ? 'server' : 'client', VERSION) after stderr. */
  readonly exitCode: number;
  readonly isServer: boolean;
  /** The client's --log-file, where it was met before the mistake: the lines go there, too. */
  readonly logFile?: string;
  /** --debug=EXIT, as far as a client had met it before the mistake. */
  readonly exitDebug?: ExitDebug;
  /** The rules that were met before; a mistake in them would have been told instead. */
  readonly filters: readonly FilterArgument[];
}

export type ParseOutcome = { readonly kind: 'options'; readonly options: Options } | StopOutcome;

/**
 * @param words what follows the program's name, as byte strings (byte-strings.ts: `byteStrings(process.argv.slice(2))`)
 * @param platform what the machine adds to --version, one line
 * @param environment as `process.env`; only the variables of 05-options.md §8 are read
 */
export function parseArguments(
  words: readonly string[],
  environment: Environment,
  platform?: () => PlatformFacts,
): ParseOutcome {
  if (words.length === 0) return stopped('', usageText(), 1, undefined);
  let begun: RawOptions | undefined;
  const stop = (stdout: string, stderr: string, exitCode: number): StopOutcome =>
    stopped(stdout, stderr, exitCode, begun);
  try {
    const raw = scanWords(words, (each) => (begun = each));
    if (raw.isServerSender && !raw.isServer) return stop('', usageText(), 1);
    if (raw.flagHelp !== null) return stop(flagHelpText(raw.flagHelp), '', 0);
    if (raw.help || (raw.humanReadable > 1 && words.length === 1)) return stop(helpText(), '', 0);
    if (raw.version > 1) return stop(versionJson(platform?.()), '', 0);
    if (raw.version > 0) return stop(versionText(platform?.()), '', 0);
    return { kind: 'options', options: resolveOptions(words, raw, environment) };
  } catch (error) {
    if (error instanceof UsageWanted) return stop('', usageText(), 1);
    if (error instanceof OptionError) {
      const refused = stop('', `${error.message}\n`, error.exitCode);
      const logFile = begun?.logFile ?? null;
      if (words.includes('--server')) return { ...refused, isServer: true };
      const exitDebug = begun && exitDebugOf(begun);
      return {
        ...refused,
        ...(logFile === null ? {} : { logFile }),
        ...(exitDebug === undefined ? {} : { exitDebug }),
      };
    }
    throw error;
  }
}

function stopped(
  stdout: string,
  stderr: string,
  exitCode: number,
  begun: RawOptions | undefined,
): StopOutcome {
  const isServer = begun?.isServer === true;
  return {
    kind: 'stop',
    stdout,
    stderr,
    exitCode,
    isServer,
    filters: begun?.filters ?? [],
  };
}
