import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FilterList } from '@ocrsync/node/filter/filter-list';
import { FilterState } from '@ocrsync/node/filter/filter-state';
import { cvsWords, inputsOnce, ruleFiles, treeRuleFiles } from '@ocrsync/node/flist/rule-files';
import { LocalNodeFilesystem } from '@ocrsync/node/fs/local-node';
import { afterEach, beforeEach, expect, it } from 'vitest';

let root: string;
const filesystem = new LocalNodeFilesystem();

beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'ocrsync-rules-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('rule files are read whole, whatever their length', () => {
  const text = '- x\n'.repeat(50_000);
  writeFileSync(path.join(root, 'rules'), text);
  expect(ruleFiles(filesystem).read(`${root}/rules`)).toEqual({ text });
});

it('all who read the rules of one run find in a file what the first of them found', () => {
  writeFileSync(path.join(root, 'rules'), '- x\n');
  const inputs = inputsOnce();
  const [early, session] = [1, 2].map(() => ruleFiles(filesystem, undefined, inputs));
  expect(early!.read(`${root}/later`)).toHaveProperty('failure');
  expect(early!.read(`${root}/rules`)).toEqual({ text: '- x\n' });
  writeFileSync(path.join(root, 'rules'), '- y\n');
  writeFileSync(path.join(root, 'later'), '- z\n');
  expect(session!.read(`${root}/rules`)).toEqual({ text: '- x\n' });
  expect(session!.read(`${root}/later`)).toEqual({ text: '- z\n' });
});

it('a missing rule file is told in the C library’s words', () => {
  const files = ruleFiles(filesystem);
  expect(files.read(`${root}/nothing`)).toEqual({ failure: 'No such file or directory (2)' });
  expect(files.read(`${root}/no/dir`)).toEqual({ failure: 'No such file or directory (2)' });
});

it('-C is the built-in list, the words of the home directory and those of the environment', () => {
  writeFileSync(path.join(root, '.cvsignore'), 'one two\n! three\n');
  const files = ruleFiles(filesystem);
  const words = cvsWords(files, root, 'four');
  const list = new FilterList({ files, warn: () => undefined, cvsWords: () => words });
  list.addRule('-C');
  const state = FilterState.outside(list, 32, root, 'sender');
  const verdicts = ['a.o', 'one', 'three', 'four', 'five'].map((name) => state.check(name, false, 'sender'));
  expect(verdicts).toEqual(['none', 'none', 'exclude', 'exclude', 'none']);
  expect(cvsWords(files, undefined, undefined)).toEqual({ home: '', environment: '' });
});

it('.cvsignore files count in their own directory only', () => {
  mkdirSync(path.join(root, 'd'));
  writeFileSync(path.join(root, '.cvsignore'), 'a  b\n');
  const list = new FilterList({ files: ruleFiles(filesystem), warn: () => undefined });
  list.addRule(':C');
  const files = treeRuleFiles(filesystem, filesystem.root(root));
  const top = FilterState.outside(list, 32, root, 'sender').enter('.', files);
  expect(top.check('b', false, 'sender')).toBe('exclude');
  expect(top.enter('d', files).check('d/b', false, 'sender')).toBe('none');
});
