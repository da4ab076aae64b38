import { describe, expect, it } from 'vitest';
import { FilterList } from '@ocrsync/node/filter/filter-list';
import type { TreeRuleFiles } from '@ocrsync/node/filter/directory-rules';
import { FilterState } from '@ocrsync/node/filter/filter-state';
import { wireRules } from '@ocrsync/node/filter/wire-rules';

type Files = Record<string, string>;

function listOf(rules: readonly string[], files: Files = {}): FilterList {
  const read = (path: string) =>
    path in files ? { text: files[path]! } : { failure: 'No such file or directory (2)' };
  const list = new FilterList({ files: { read }, warn: () => undefined });
  list.addArguments(rules.map((text) => ({ kind: 'filter', text })));
  return list;
}

function treeFiles(files: Files): TreeRuleFiles {
  return { rootPath: '/r/t', readFile: (name) => files[name], readAbsolute: (path) => files[path] };
}

/** State inside a directory, entered from the root down. */
function inside(list: FilterList, directory: string, files: Files): FilterState {
  let state = FilterState.outside(list, 32, '/r/t', 'sender').enter('.', treeFiles(files));
  const parts = directory === '.' ? [] : directory.split('/');
  parts.forEach((_part, at) => (state = state.enter(parts.slice(0, at + 1).join('/'), treeFiles(files))));
  return state;
}

describe('the text of a rule', () => {
  const ERRORS: readonly (readonly [string, string])[] = [
    ...['foo', 'clearx', 'excludex a', ' - a', '/a', 'Cx'].map(
      (t) => [t, `Unknown filter rule: \`${t}'`] as const,
    ),
    ...['-', '- ', 'exclude', '.', ':'].map((t) => [t, `unexpected end of filter rule: ${t}`] as const),
    ['-q a', "invalid modifier 'q' at position 1 in filter rule: -q a"],
    ['-w a', "invalid modifier 'w' at position 1 in filter rule: -w a"],
    ['-+ a', "invalid modifier '+' at position 1 in filter rule: -+ a"],
    ['Hs a', "invalid modifier 's' at position 1 in filter rule: Hs a"],
    ['HC', "invalid modifier 'C' at position 1 in filter rule: HC"],
    [':! .f', "invalid modifier '!' at position 1 in filter rule: :! .f"],
    ['.-+ f', "invalid modifier '+' at position 2 in filter rule: .-+ f"],
    ['.C+ f', "invalid modifier '+' at position 2 in filter rule: .C+ f"],
    ['!x', "'!' rule has trailing characters: !x"],
    ['clear x', "'!' rule has trailing characters: clear x"],
  ];
  it.each(ERRORS)('%j is refused in upstream’s words', (text, message) => {
    expect(() => listOf([text])).toThrow(expect.objectContaining({ message, exitCode: 1 }));
  });

  it('names its missing file and ends the run with code 11', () => {
    const message = 'rsync: [client] failed to open exclude file f: No such file or directory (2)';
    expect(() => listOf(['. f'])).toThrow(expect.objectContaining({ message, exitCode: 11 }));
    expect(() => listOf(['.+ f'])).toThrow('failed to open include file f');
  });

  it('has long and short forms, separators and modifiers that mean the same', () => {
    const texts = ['- a', 'exclude a', '-_a', '-, a', 'exclude, a'].map((text) => listOf([text]).rules);
    for (const rules of texts) expect(rules).toEqual(texts[0]);
    expect(listOf(['hide,! a']).rules).toEqual(listOf(['-s! a']).rules);
  });

  it('in a merge file takes over side and perishability, and may not give a side of its own', () => {
    const rules = listOf(['.sp f'], { f: '# comment\n- a\n;x\n\n+ b\r\n' }).rules;
    expect(rules.map((rule) => [rule.pattern, rule.perishable, rule.sides.sender])).toEqual([
      ['a', true, true],
      ['b', true, true],
    ]);
    expect(() => listOf(['.s f'], { f: '-s a' })).toThrow(
      'specified-side merge file contains specified-side filter: <rule from f line 1>',
    );
  });

  it('in an excluding file is a pattern, whatever it begins with', () => {
    const rules = listOf(['.- f'], { f: '+ b\n!\n' }).rules;
    expect(rules.map(({ kind, pattern }) => [kind, pattern])).toEqual([
      ['exclude', '+ b'],
      ['exclude', '!'],
    ]);
  });

  it('stops at merge files that name each other', () => {
    expect(() => listOf(['. f'], { f: '. f' })).toThrow(expect.objectContaining({ exitCode: 11 }));
    const secret = (): unknown => listOf(['. a'], { a: '. secret', secret: '. secret' });
    expect(secret).toThrow(
      /^\[client\] merge-file include depth limit \(32\) exceeded at <rule from a file /,
    );
    expect(secret).not.toThrow(/secret/);
  });
});

describe('per-directory rules', () => {
  it('of inner directories come before inherited ones, at the place of their rule', () => {
    const files = { '.f': '- x\n- /top\n', 'd/.f': '+ x\n' };
    const list = listOf([': .f', '- *']);
    expect(inside(list, '.', files).check('x', false, 'sender')).toBe('exclude');
    expect(inside(list, 'd', files).check('d/x', false, 'sender')).toBe('include');
    expect(inside(list, 'd/e', files).check('d/e/x', false, 'sender')).toBe('include');
    expect(inside(list, 'd', files).decide('d/top', false, 'sender').rule?.pattern).toBe('*');
    expect(inside(list, '.', files).decide('top', false, 'sender').rule?.pattern).toBe('/top');
  });

  it('are not inherited with n, and a clear drops what was inherited', () => {
    const files = { '.f': '- x\n', 'd/.f': '!\n' };
    expect(inside(listOf([':n .f']), 'e', files).check('e/x', false, 'sender')).toBe('none');
    expect(inside(listOf([': .f']), 'e', files).check('e/x', false, 'sender')).toBe('exclude');
    expect(inside(listOf([': .f']), 'd', files).check('d/x', false, 'sender')).toBe('none');
  });

  it('may name further rule files, which count in the same directory', () => {
    const files = { '.f': ': .g\n', '.g': '- x\n' };
    expect(inside(listOf([': .f']), 'k', files).check('k/x', false, 'sender')).toBe('exclude');
    expect(inside(listOf([': .f']), '.', files).check('x', false, 'sender')).toBe('exclude');
  });

  it('start above the transfer when their name has a path', () => {
    const files = { '/.f': '- x\n', '/r/.f': '- /t/y\n' };
    const state = inside(listOf([': /.f']), '.', files);
    expect(['x', 'y', 'd/y'].map((name) => state.check(name, false, 'sender'))).toEqual([
      'exclude',
      'exclude',
      'none',
    ]);
  });
});

describe('sides', () => {
  it('decide who obeys a rule', () => {
    const rules = ['hide a', 'protect b', '-sr c', '- d'];
    const state = inside(listOf(rules), '.', {});
    const of = (side: 'sender' | 'receiver') =>
      ['a', 'b', 'c', 'd'].map((name) => state.check(name, false, side));
    expect(of('sender')).toEqual(['exclude', 'none', 'exclude', 'exclude']);
    expect(of('receiver')).toEqual(['none', 'exclude', 'exclude', 'exclude']);
  });

  it('leave perishable rules out where a directory goes away', () => {
    const state = inside(listOf(['-p a', '- b']), '.', {});
    expect(['a', 'b'].map((name) => state.decide(name, false, 'receiver', true).verdict)).toEqual([
      'none',
      'exclude',
    ]);
  });
});

describe('rules on the wire (06 §13.4)', () => {
  const said = (rules: readonly string[], push: boolean, protocol: number): string[] | string => {
    try {
      return wireRules(listOf(rules), { push, protocol });
    } catch (error) {
      return (error as Error).message;
    }
  };
  const error = 'filter rules are too modern for remote rsync.';
  type Said = readonly string[] | string;
  type Row = readonly [readonly string[], Said, Said, Said, Said, Said, Said];
  const sided = ['-s a', '-r b', 'H c', 'P d', 'S e', 'R g'];
  const TABLE: readonly Row[] = [
    [['- *.o'], ['- *.o'], ['- *.o'], ['- *.o'], ['- *.o'], ['*.o'], ['*.o']],
    [
      ['+ *.o', '- x/'],
      ['+ *.o', '- x/'],
      ['+ *.o', '- x/'],
      ['+ *.o', '- x/'],
      ['+ *.o', '- x/'],
      ['+ *.o', 'x/'],
      ['+ *.o', 'x/'],
    ],
    [
      sided,
      ['-s a', '-s c', '+s e'],
      ['-r b', '-r d', '+r g'],
      ['-s a', '-s c', '+s e'],
      ['-r b', '-r d', '+r g'],
      ['a', 'c', '+ e'],
      ['b', 'd', '+ g'],
    ],
    [['-sr a'], ['-sr a'], ['-sr a'], ['-sr a'], ['-sr a'], ['a'], ['a']],
    [['-! a'], ['-! a'], ['-! a'], ['-! a'], ['-! a'], error, error],
    [['-p a'], ['-p a'], ['-p a'], ['- a'], error, ['a'], error],
    [[': .f'], [': .f'], [': .f'], [': .f'], [': .f'], error, error],
    [[':s .f'], [':s .f'], [], [':s .f'], [], error, []],
    [[':e .f'], ['- .f', ': .f'], ['- .f', ': .f'], ['- .f', ': .f'], ['- .f', ': .f'], error, error],
    [[':/nwe-sp .f'], ['- .f', ':/nw-sp .f'], ['- .f'], ['- .f', ':/nw-s .f'], ['- .f'], error, ['.f']],
    [['-!/spx a*/'], ['-/!xsp a*/'], [], ['-/!xs a*/'], [], error, []],
    [[':C'], [':C .cvsignore'], [':C .cvsignore'], [':C .cvsignore'], [':C .cvsignore'], error, error],
    [
      ['- - a', '+ + b'],
      ['- - a', '+ + b'],
      ['- - a', '+ + b'],
      ['- - a', '+ + b'],
      ['- - a', '+ + b'],
      ['- - a', '+ + b'],
      ['- - a', '+ + b'],
    ],
  ];
  it.each(TABLE)('%j is said as observed, pull and push, protocols 30, 29, 28', (rules, ...expected) => {
    const actual = [30, 29, 28].flatMap((protocol) => [
      said(rules, false, protocol),
      said(rules, true, protocol),
    ]);
    expect(actual).toEqual(expected);
  });

  it('has -C as itself on a pull and as the list on a push', () => {
    expect(said(['-C'], false, 30)).toEqual(['-C ']);
    expect((said(['-C'], true, 30) as string[])[0]).toBe('-p RCS');
    expect(said(['-C'], true, 29)).toBe(error);
    expect((said(['-C'], false, 28) as string[]).at(-1)).toBe('.bzr/');
  });

  it('has the list with the modifiers of the first -C, perishable unless --protocol before it said otherwise', () => {
    const first = (words: readonly string[], before: number, protocol: number): string | undefined => {
      const list = listOf([]);
      list.addArguments(words.map((text) => ({ kind: 'filter', text, protocol: before })));
      return wireRules(list, { protocol, push: true })[0];
    };
    expect(first(['-C'], 29, 29)).toBe('- RCS');
    expect(first(['-C'], 28, 28)).toBe('RCS');
    expect(first(['-C/r', '-C'], 32, 32)).toBe('-/rp RCS');
    expect(first(['-!C'], 32, 32)).toBe('-!p RCS');
    expect(first(['-Cs', '-C'], 32, 32)).toBe(undefined);
    expect(() => first(['-Cp'], 28, 28)).toThrow(error);
  });

  it('is read back by a server as it was meant', () => {
    for (const protocol of [28, 29, 32]) {
      const rules = ['+ a', '- b/', '- - c'];
      const server = listOf([]);
      server.addWireRules(said(rules, false, protocol) as string[], protocol);
      expect(server.rules).toEqual(listOf(rules).rules);
    }
  });
});
