// The charset of one end of a run (docs/protocol/03-file-list.md §15).
import { nameCharset } from '../flist/name-charset.ts';
import type { Options } from '../options/options.ts';
import { localeCharset } from '../report/escape.ts';
import type { Converted, NameCharset } from '../session/charset.ts';

/** glibc's name of the C locale's charset. */
const C_LOCALE = 'ANSI_X3.4-1968';

/**
 * undefined without --iconv. `which`: a local copy's other end has the remote one. Throws a RunError for a charset that is not
 * known.
 */
export function ownCharset(
  { iconv }: Pick<Options, 'iconv'>,
  which: 'local' | 'remote' = 'local',
): NameCharset | undefined {
  if (iconv === null) return undefined;
  const name = iconv[which];
  const start = `${Buffer.from(process.cwd(), 'utf8').toString('latin1')}/`;
  return nameCharset(name === '.' || isBlank(name) ? localeName() : name, (file) => `"${start}${file}"`);
}

/** Secluded arguments travel in UTF-8 too (01-session.md §15.3); what cannot be converted stays as it is. */
export function wordsToWire(words: readonly string[], options: Pick<Options, 'iconv'>): string[] {
  const charset = ownCharset(options);
  return words.map((word) => textOr(word, charset?.toWire(word)));
}

/** The way back. */
export function wordsFromWire(words: readonly string[], options: Pick<Options, 'iconv'>): string[] {
  const charset = ownCharset(options);
  return words.map((word) => textOr(word, charset?.fromWire(word)));
}

/** The C library looks at neither these signs nor at slashes with nothing behind them. */
function isBlank(name: string): boolean {
  return !/[\w.,:-]/.test(name);
}

function textOr(word: string, converted: Converted | undefined): string {
  return converted !== undefined && 'text' in converted ? converted.text : word;
}

function localeName(): string {
  return localeCharset(process.env) === 'utf-8' ? 'UTF-8' : C_LOCALE;
}
