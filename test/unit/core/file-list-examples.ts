// Reads the worked examples of docs/protocol/03-file-list.md §19: real bytes and what they mean.
import { readFileSync } from 'node:fs';

export interface ExampleEntry {
  bytes: Uint8Array;
  /** The line behind ';'. */
  meaning: string;
}

export interface ExampleList {
  /** Number of the first entry as far as an entry shows it. */
  start: number | undefined;
  entries: ExampleEntry[];
  end: Uint8Array;
  endMeaning: string;
}

const text = readFileSync(new URL('../../../docs/protocol/03-file-list.md', import.meta.url), 'latin1');

function hexBytes(line: string): Uint8Array {
  return Uint8Array.from(line.replaceAll('|', ' ').trim().split(/\s+/), (word) => Number.parseInt(word, 16));
}

/** The code blocks of a section, such as '19.4'. */
function blocks(section: string): string[] {
  const from = text.indexOf(`\n### ${section} `);
  const to = text.indexOf('\n##', from + 1);
  return [...text.slice(from, to).matchAll(/```\n([\s\S]*?)```/g)].map((match) => match[1]!);
}

/** The lists of one block of a section, sub-lists included, up to the end of the last one. */
export function exampleLists(section: string, block: number): ExampleList[] {
  const lines = blocks(section)[block]!.split('\n');
  const lists: ExampleList[] = [];
  let list: ExampleList = { start: undefined, entries: [], end: new Uint8Array(), endMeaning: '' };
  for (let i = 0; i + 1 < lines.length; i++) {
    const sub = /^-- sub-list .* ndx_start (\d+)/.exec(lines[i]!);
    if (sub) list.start = Number(sub[1]);
    const meaning = /^\s*; (.*)/.exec(lines[i + 1]!)?.[1];
    if (meaning === undefined) continue;
    const entry = /^#(\d+)\s+(.*)/.exec(lines[i]!);
    if (entry) {
      list.start ??= Number(entry[1]);
      list.entries.push({ bytes: hexBytes(entry[2]!), meaning });
    } else if (meaning.startsWith('END')) {
      const form = /io_error int/.test(meaning) ? lines[i]!.split('|')[0]! : lines[i]!;
      list.end = hexBytes(form);
      list.endMeaning = meaning;
      lists.push(list);
      list = { start: undefined, entries: [], end: new Uint8Array(), endMeaning: '' };
    } else if (!meaning.startsWith('NDX')) {
      const last = list.entries.at(-1);
      if (last === undefined) continue;
      last.bytes = Uint8Array.from([...last.bytes, ...hexBytes(lines[i]!)]);
      last.meaning += `; ${meaning}`;
    }
  }
  return lists;
}
