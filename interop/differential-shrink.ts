// Makes a failing case of the differential tester smaller, as long as it still differs.
import type { Case } from './differential-case.ts';
import { consistent } from './differential-trees.ts';

type Compare = (one: Case) => Promise<string[]>;

function without<T>(items: readonly T[], start: number, count: number): T[] {
  return [...items.slice(0, start), ...items.slice(start + count)];
}

/** The same case with fewer options, a plainer protocol and user. */
function plainer(one: Case): Case[] {
  const fewer = one.options.map((_, index) => ({ ...one, options: without(one.options, index, 1) }));
  return [
    ...fewer,
    ...(one.protocol === undefined ? [] : [{ ...one, protocol: undefined }]),
    ...(one.lostLetter === undefined ? [] : [{ ...one, lostLetter: undefined }]),
    ...(one.unprivileged ? [{ ...one, unprivileged: false }] : []),
    ...(one.sources.length > 1
      ? one.sources.map((_, index) => ({ ...one, sources: without(one.sources, index, 1) }))
      : []),
  ];
}

/** The same case with a run of `count` entries of one tree left out. */
function* smaller(one: Case, tree: string, count: number): Generator<Case> {
  const entries = one.trees[tree] ?? [];
  for (let start = 1; start < entries.length; start += count) {
    const kept = consistent(without(entries, start, count));
    if (kept.length < entries.length) yield { ...one, trees: { ...one.trees, [tree]: kept } };
  }
}

/** A case of the same seed that still differs, and in what. */
export async function shrunk(
  first: Case,
  firstLines: string[],
  compare: Compare,
): Promise<{ one: Case; lines: string[] }> {
  let one = first;
  let lines = firstLines;
  const kind = (found: readonly string[]): string => (found[0] ?? '').slice(0, 7);
  const tries = async (candidate: Case): Promise<boolean> => {
    const found = await compare(candidate);
    // A different complaint would be a different finding.
    if (found.length === 0 || kind(found) !== kind(firstLines)) return false;
    one = candidate;
    lines = found;
    return true;
  };
  for (let again = true; again;) {
    again = false;
    for (const candidate of plainer(one)) {
      if (await tries(candidate)) {
        again = true;
        break;
      }
    }
  }
  for (const tree of ['dst', 'alt1', 'alt2', 'src']) {
    for (let count = (one.trees[tree] ?? []).length >> 1; count > 0; count >>= 1) {
      for (let again = true; again;) {
        again = false;
        for (const candidate of smaller(one, tree, count)) {
          if (await tries(candidate)) {
            again = true;
            break;
          }
        }
      }
    }
  }
  return { one, lines };
}
