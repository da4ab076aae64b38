import { describe, expect, it } from 'vitest';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { importFault } from './directions.ts';
import { checkout, committedFiles, handWritten, importsOf, linesOf, longFunctions } from './sources.ts';

const files = committedFiles();
const sources = handWritten(files);
const product = sources.filter((name) => /^(core|host-node|host-native|cli)\/(src|assembly)\//.test(name));
const tooling = sources.filter((name) => /^(interop|bench|scripts)\//.test(name));
const textual = files.filter((name) => /\.(ts|mjs|js|c|json|md|sh|yml)$|^\.ci\/|^\.git/.test(name));

/** Files that may be longer than 400 lines, with the reason. */
const longFiles: Readonly<Record<string, string>> = {
  'test/unit/core/file-list-hostile.test.ts': 'a catalogue of hostile lists, one short test each',
};

/** Functions that may be longer than 70 lines, as file#name, with the reason. */
const longFunctionsAllowed: Readonly<Record<string, string>> = {
  'host-node/src/options/copied-options.ts#copiedOptions': 'one field per option, nothing else',
  'host-node/src/options/raw-options.ts#newRawOptions': 'one default per option, nothing else',
};

function matches(names: readonly string[], pattern: RegExp): string[] {
  return names.flatMap((name) =>
    linesOf(name)
      .map((line, index) => ({ line, index }))
      .filter(({ line }) => pattern.test(line))
      .map(({ line, index }) => `${name}:${index + 1}: ${line.trim().slice(0, 100)}`),
  );
}

describe('the house', () => {
  it('has files to look at', () => {
    expect(product.length).toBeGreaterThan(50);
    expect(tooling.length).toBeGreaterThan(10);
  });

  it('keeps the direction of its dependencies', () => {
    const faults = product.flatMap((name) => importsOf(name).map((imported) => importFault(name, imported)));
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });

  it('has no barrels and no utils', () => {
    expect(
      sources.filter((name) => /(^|\/)(index|utils?|helpers?|misc|common)\.[cm]?[jt]s$/.test(name)),
    ).toEqual([]);
  });

  it('writes the extension in every relative import', () => {
    const imported = product
      .filter((name) => /\/src\//.test(name))
      .flatMap((name) => importsOf(name).map((what) => [name, what] as const));
    const bare = imported.filter(([, what]) => what.startsWith('.') && !/\.(ts|js|json)$/.test(what));
    expect(bare.map(([name, what]) => `${name}: ${what}`)).toEqual([]);
  });

  it('has no file above 400 lines without a reason', () => {
    const long = sources.filter((name) => linesOf(name).length > 401 && longFiles[name] === undefined);
    expect(long.map((name) => `${name}: ${linesOf(name).length} lines`)).toEqual([]);
  });

  it('gives no reasons for files that are short enough', () => {
    const needless = Object.keys(longFiles).filter(
      (name) => !files.includes(name) || linesOf(name).length <= 401,
    );
    expect(needless).toEqual([]);
  });

  it('has no function above 70 lines without a reason', () => {
    const long = [...product, ...tooling].flatMap((name) =>
      longFunctions(name, 70)
        .filter((found) => longFunctionsAllowed[`${name}#${found.name}`] === undefined)
        .map((found) => `${name}:${found.line} ${found.name}: ${found.lengthLines} lines`),
    );
    expect(long).toEqual([]);
  });

  it('begins every product source with a comment that says what it is for', () => {
    const silent = product.filter(
      (name) => !/^(\/\/|\/\*)/.test(linesOf(name).find((line) => line !== '') ?? ''),
    );
    expect(silent).toEqual([]);
  });

  it('leaves no notes to itself and no code in comments', () => {
    expect(matches([...product, ...tooling], new RegExp(`\\b(TO${'DO'}|FIX${'ME'}|HA${'CK'})\\b`))).toEqual(
      [],
    );
    // An example in a header is indented by more than one blank.
    const code = /^\s*\/\/ ?(const|let|return|if \(|import \{|await|for \(|export|\}).*[;{]$/;
    expect(matches([...product, ...tooling], code)).toEqual([]);
  });

  it('does not print from the engine', () => {
    expect(
      matches(
        product.filter((name) => /\.ts$/.test(name)),
        /\bconsole\.(log|error|warn)\(/,
      ),
    ).toEqual([]);
  });

  it('names no directory of the machine it was made on', () => {
    const machine = new RegExp(`/(wo${'rk'}/(main|shared)|tm${'p'}/brief|ro${'ot'}/|ho${'me'}/\\w+/)`);
    const outsideNotes = textual.filter((name) => !name.startsWith('docs/protocol/'));
    expect(matches(outsideNotes, machine)).toEqual([]);
  });

  it('names no host but those of its own documents', () => {
    const known =
      /https?:\/\/(?!(github|opencollective|tidelift)\.com|www\.npmjs\.com|127\.0\.0\.1|localhost|example\.|\$|["'`])\w/;
    const hosts = matches(textual, known).filter((line) => !line.startsWith('docs/protocol/'));
    expect(hosts).toEqual([]);
  });

  it('skips no test for good', () => {
    const tests = files.filter((name) => name.endsWith('.test.ts') && !name.startsWith('test/tidy/'));
    expect(matches(tests, /\b(it|test|describe)\.(only|todo|skip)\(/)).toEqual([]);
  });

  it('is formatted by Prettier', () => {
    const prettier = path.join(checkout, 'node_modules/prettier/bin/prettier.cjs');
    const formatted = files.filter((name) => /\.(ts|mjs|js|json|md)$/.test(name));
    const result = spawnSync(process.execPath, [prettier, '--list-different', ...formatted], {
      cwd: checkout,
      encoding: 'utf8',
    });
    expect(result.stdout).toBe('');
    expect(result.status).toBe(0);
  }, 120_000);
});
