// Local copies inside any file system, mostly one in memory as one of its users; and what they say.
import { runLocalCopy } from '@ocrsync/node/api/local-copy';
import type { Filesystem, Root } from '@ocrsync/node/fs/filesystem';
import { resolveEndpoints } from '@ocrsync/node/options/endpoint';
import { parseArguments } from '@ocrsync/node/options/parse';
import type { RunEvent } from '@ocrsync/node/report/events';

export interface CopyOutcome {
  readonly exitCode: number;
  /** Warnings and errors. */
  readonly errors: readonly string[];
}

/** `words`: options, then source and destination. */
export async function copy(filesystem: Filesystem, ...words: string[]): Promise<CopyOutcome> {
  const parsed = parseArguments(words, {});
  if (parsed.kind === 'stop') throw new Error(parsed.stderr);
  const endpoints = resolveEndpoints(parsed.options, false);
  if (endpoints.direction !== 'local') throw new Error('this is no local copy');
  const errors: string[] = [];
  const event = (told: RunEvent): void => {
    if (told.type === 'message' && told.severity !== 'info') errors.push(told.text);
  };
  // Nobody looks at progress: then several files may be under way.
  const sink = { event, ignores: ['progress'] as const };
  const environment = { sink, line: () => undefined, signal: new AbortController().signal };
  const { exitCode } = await runLocalCopy(parsed.options, endpoints, environment, filesystem);
  return { exitCode, errors };
}

export function putFile(root: Root, name: string, content: Uint8Array): void {
  const file = root.createExclusive(name, 0o644);
  file.write(content, 0);
  file.close();
}
