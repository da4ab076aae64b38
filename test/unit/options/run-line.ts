// Helpers of the option tests: parse a line, and the server words our client would send for it.
import { resolveEndpoints } from '@ocrsync/node/options/endpoint';
import type { Options } from '@ocrsync/node/options/options';
import { parseArguments } from '@ocrsync/node/options/parse';
import type { StopOutcome } from '@ocrsync/node/options/parse';
import { splitServerArguments } from '@ocrsync/node/options/server-args';

/** Splits at blanks; `'…'` keeps blanks and may be empty. */
export function words(line: string): string[] {
  return Array.from(line.matchAll(/(?:'[^']*'|[^ '])+/g), (match) => match[0].replaceAll("'", ''));
}

export function optionsOf(line: string, environment: Record<string, string> = {}): Options {
  const outcome = parseArguments(words(line), environment);
  if (outcome.kind === 'stop') throw new Error(`refused: ${outcome.stderr}`);
  return outcome.options;
}

export function stopOf(line: string, environment: Record<string, string> = {}): StopOutcome {
  const outcome = parseArguments(words(line), environment);
  if (outcome.kind === 'options') throw new Error(`accepted: ${line}`);
  return outcome;
}

/** The words from `--server` on that stand on the other end's command line, for a command line with one remote end. */
export function serverWords(line: string, environment: Record<string, string> = {}): string[] {
  const options = optionsOf(line, environment);
  const endpoints = resolveEndpoints(options);
  if (endpoints.direction === 'local') throw new Error(`nothing remote: ${line}`);
  return splitServerArguments(options, {
    push: endpoints.direction === 'push',
    paths: endpoints.remote.paths,
    quoting: true,
  }).visible;
}
