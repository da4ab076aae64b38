import { planDirectory } from '@ocrsync/node/delete/plan';
import { expect, it } from 'vitest';

const present = [
  ...['Afile', 'fifo', 'mfile', 'zfile', 'kept', 'listed'].map((base) => ({ base, isDirectory: false })),
  ...['xdir', 'cdir', 'x', 'x.d'].map((base) => ({ base, isDirectory: true })),
];
const questions = {
  inList: (base: string) => base === 'listed',
  isKept: (base: string) => base === 'kept',
};

it('names directories first, in descending order, before the files of the level', () => {
  const plan = planDirectory(present, questions, 32).map(({ base }) => base);
  expect(plan).toEqual(['xdir', 'x', 'x.d', 'cdir', 'zfile', 'mfile', 'fifo', 'Afile']);
});

it('is in plain descending byte order before protocol 29', () => {
  const plan = planDirectory(present, questions, 28).map(({ base }) => base);
  expect(plan).toEqual(['zfile', 'xdir', 'x.d', 'x', 'mfile', 'fifo', 'cdir', 'Afile']);
});

it('leaves the names of the list and the protected ones alone, of whatever kind they are', () => {
  const everything = { inList: () => true, isKept: () => false };
  expect(planDirectory(present, everything, 32)).toEqual([]);
  expect(planDirectory(present, { inList: () => false, isKept: () => true }, 32)).toEqual([]);
});
