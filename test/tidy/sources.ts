// The committed files of the checkout, as the tidy tests see them.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const checkout = path.resolve(import.meta.dirname, '../..');

/** Committed files that still exist, relative to the checkout. */
export function committedFiles(): string[] {
  const listed = spawnSync('git', ['ls-files', '-z'], { cwd: checkout, encoding: 'utf8' });
  if (listed.status !== 0) throw new Error(`git ls-files: ${listed.stderr}`);
  return listed.stdout.split('\0').filter((name) => name !== '' && existsSync(path.join(checkout, name)));
}

export function linesOf(name: string): string[] {
  return readFileSync(path.join(checkout, name), 'utf8').split('\n');
}

/** Sources that people write: no generated file, no lock, no recording. */
export function handWritten(names: readonly string[]): string[] {
  return names.filter((name) => /\.(ts|mjs|js|c)$/.test(name) && !name.endsWith('.generated.ts'));
}

/** What a source imports: the words between the quotes of `from '…'`, `import '…'` and `import('…')`. */
export function importsOf(name: string): string[] {
  const text = linesOf(name).join('\n');
  return [
    ...text.matchAll(/^(?:import|export) (?:type )?(?:[\w*{][^'"(;=]*? from )?'([^']+)'/gm),
    ...text.matchAll(/\bimport\('([^']+)'\)/g),
  ].map((match) => match[1] as string);
}

export interface LongFunction {
  readonly name: string;
  readonly line: number;
  readonly lengthLines: number;
}

const opening =
  /^(\s*)(?:export )?(?:default )?(?:static |private |override |async |function\*? |get |set |const )*([\w$]*).*(?:\)|=>|: [^=]*) \{$/;
const notFunctions =
  /^\s*(?:\}|if|for|while|switch|do|try|else|catch|return|class|interface|type|describe|export (?:class|interface|type))\b/;

/** Functions longer than `limit` lines, found by Prettier's indentation: the brace that closes stands under the start. */
export function longFunctions(name: string, limit: number): LongFunction[] {
  const lines = linesOf(name);
  const found: LongFunction[] = [];
  lines.forEach((line, index) => {
    const match = opening.exec(line);
    if (match === null || notFunctions.test(line)) return;
    const indent = match[1] as string;
    const end = lines.findIndex((other, at) => at > index && other.startsWith(`${indent}}`));
    const lengthLines = end - index + 1;
    if (lengthLines > limit) found.push({ name: match[2] as string, line: index + 1, lengthLines });
  });
  return found;
}
