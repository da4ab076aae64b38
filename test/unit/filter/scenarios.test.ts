// Every run of docs/protocol/data/filter-scenarios.json, which were made with rsync 3.4.1: as a local copy in this process, and as
// pushes and pulls of ours to the real program, in the newest and in old protocols.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { localShell } from '../../program-scripts.ts';
import { runWords } from '../transfer/client-run.ts';

type Tree = Readonly<Record<string, string | { readonly symlink: string }>>;

interface Expected {
  readonly transferred?: readonly string[];
  readonly created_dirs?: readonly string[];
  readonly deleted?: readonly string[];
  readonly final?: readonly string[];
  readonly exit?: number;
  readonly stderr_first?: string;
}

interface Scenario {
  readonly name: string;
  readonly args: readonly string[];
  readonly operands: readonly string[];
  readonly src: Tree;
  readonly dst: Tree;
  readonly cwd_files: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly modes: readonly Mode[];
  readonly expect: Expected;
  readonly expect_differs?: Readonly<Partial<Record<Mode, Expected>>>;
  readonly [extra: `expect_protocol_${number}`]: Readonly<Partial<Record<Mode, Expected>>> | undefined;
}

type Mode = 'local' | 'push' | 'pull';

const data = new URL('../../../docs/protocol/data/filter-scenarios.json', import.meta.url);
const { scenarios } = JSON.parse(readFileSync(data, 'utf8')) as { scenarios: readonly Scenario[] };
const rsync = findPeer('3.4.1');
const home = process.cwd();
const OLD_PROTOCOLS = [29, 28, 27];

let base = '';
beforeAll(() => {
  mkdirSync('.cache', { recursive: true });
  base = mkdtempSync(path.resolve('.cache/scenarios-'));
  localShell(base, '', 'rsh');
});
afterAll(() => {
  process.chdir(home);
  rmSync(base, { recursive: true, force: true });
});

function plant(root: string, tree: Tree, mtime: number): void {
  mkdirSync(root, { recursive: true });
  for (const [name, content] of Object.entries(tree)) {
    const file = path.join(root, name);
    mkdirSync(name.endsWith('/') ? file : path.dirname(file), { recursive: true });
    if (name.endsWith('/')) continue;
    if (typeof content === 'string') writeFileSync(file, content);
    else symlinkSync(content.symlink, file);
  }
  spawnSync('find', [root, '-exec', 'touch', '-h', '-d', `@${mtime}`, '{}', '+']);
}

function listing(root: string): string[] {
  const script = `find . -mindepth 1 -type d -printf '%P/\\n' -o -mindepth 1 -printf '%P\\n'`;
  const found = spawnSync('sh', ['-c', script], { cwd: root, encoding: 'latin1' }).stdout;
  return found.split('\n').filter(Boolean).sort();
}

interface Outcome {
  readonly transferred: string[];
  readonly created_dirs: string[];
  readonly deleted: string[];
  readonly final: string[];
  readonly exit: number;
  readonly stderr: string;
}

async function run(scenario: Scenario, mode: Mode, protocol: number | undefined): Promise<Outcome> {
  const root = mkdtempSync(path.join(base, 'run-'));
  plant(path.join(root, 'src'), scenario.src, 1000086400);
  plant(path.join(root, 'dst'), scenario.dst, 1000000000);
  for (const [name, content] of Object.entries(scenario.cwd_files))
    writeFileSync(path.join(root, name), content);
  process.chdir(root);
  const operands = scenario.operands.map((operand, index) => {
    const isDestination = index === scenario.operands.length - 1;
    return mode !== 'local' && isDestination === (mode === 'push') ? `h:${root}/${operand}` : operand;
  });
  const remote = mode === 'local' ? [] : ['-e', path.join(base, 'rsh'), `--rsync-path=${rsync!}`];
  const args = scenario.args.map((word) => word.replaceAll('{ROOT}', root));
  const words = [...args, '--out-format=%i|%n', ...remote, ...operands];
  if (protocol !== undefined) words.unshift(`--protocol=${protocol}`);
  const saved = { ...process.env };
  Object.assign(process.env, { HOME: '/nonexistent', LC_ALL: 'C.UTF-8', ...scenario.env });
  try {
    const { stdout, stderr, exit } = await runWords(words);
    const lines = stdout.split('\n').map((line) => line.split('|'));
    const named = (pattern: RegExp): string[] =>
      lines.flatMap(([item = '', name]) => (name !== undefined && pattern.test(item) ? [name] : [])).sort();
    return {
      transferred: named(/^([<>]|c[^d])/),
      created_dirs: named(/^cd\+/),
      deleted: named(/^\*deleting/),
      final: listing(path.join(root, 'dst')),
      exit,
      stderr,
    };
  } finally {
    for (const key of Object.keys(process.env)) if (!(key in saved)) delete process.env[key];
    Object.assign(process.env, saved);
    process.chdir(home);
    rmSync(root, { recursive: true, force: true });
  }
}

function compare(
  found: Outcome,
  expected: Expected,
  keys: readonly (keyof Outcome & keyof Expected)[],
): void {
  const wanted = Object.fromEntries(keys.filter((key) => key in expected).map((key) => [key, expected[key]]));
  const got = Object.fromEntries(Object.keys(wanted).map((key) => [key, found[key as keyof Outcome]]));
  expect(got, found.stderr).toEqual(wanted);
  if (expected.stderr_first !== undefined) expect(found.stderr.split('\n')).toContain(expected.stderr_first);
}

const ALL = ['transferred', 'created_dirs', 'deleted', 'final', 'exit'] as const;

/** In what ours follows 3.5.0: a `!` in a CVS file clears the list. */
function expectedOf(scenario: Scenario, mode: Mode): Expected {
  const newer = (scenario as { 'expect_3.5.0'?: Expected })['expect_3.5.0'];
  return { ...scenario.expect, ...scenario.expect_differs?.[mode], ...newer };
}

const isFollowing350 = (scenario: Scenario): boolean => 'expect_3.5.0' in scenario;

/** Where ours does what was asked for instead of ending the run (06 §13.4, §14): the list of -C, implied parents. */
const LENIENT = [
  'cvs-exclude filter -C position',
  '-f :C -f -C explicit',
  'relative implied dirs are not filtered',
];

describe('filter rules', () => {
  it.each(scenarios.filter(({ modes }) => modes.includes('local')).map((each) => [each.name, each] as const))(
    'decide in a local copy as upstream has it: %s',
    async (_name, scenario) => {
      compare(await run(scenario, 'local', undefined), expectedOf(scenario, 'local'), ALL);
    },
  );

  describe.skipIf(rsync === undefined)('beside rsync 3.4.1', () => {
    const remote = scenarios
      .filter((each) => !isFollowing350(each) && !LENIENT.includes(each.name))
      .flatMap((each) =>
        each.modes.filter((mode) => mode !== 'local').map((mode) => [mode, each.name, each] as const),
      );
    it.each(remote)('decide in a %s as upstream has it: %s', async (mode, _name, scenario) => {
      compare(await run(scenario, mode, undefined), expectedOf(scenario, mode), ALL);
    });

    const old = remote.flatMap(([mode, name, scenario]) =>
      OLD_PROTOCOLS.flatMap((protocol) => {
        const differs = scenario[`expect_protocol_${protocol}`]?.[mode];
        return differs === undefined ? [] : [[mode, protocol, name, scenario, differs] as const];
      }),
    );
    it.each(old)(
      'in a %s with protocol %i are what it can say: %s',
      async (mode, protocol, _name, scenario, differs) => {
        const expected = { ...scenario.expect, ...scenario.expect_differs?.[mode], ...differs };
        compare(await run(scenario, mode, protocol), expected, protocol === 29 ? ALL : ['final', 'exit']);
      },
    );
  });
});
