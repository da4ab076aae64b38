// One random case of the differential tester: trees, options, operands, route and protocol, all from its seed.
import { extrasOf } from './differential-extras.ts';
import { randomOptions } from './differential-options.ts';
import { editedTree, randomTree } from './differential-trees.ts';
import type { Entry } from './entries.ts';
import { seeded, type Random } from './random.ts';

export type Pairing = 'ours-theirs' | 'theirs-ours' | 'ours-ours';
export const pairings: readonly Pairing[] = ['ours-theirs', 'theirs-ours', 'ours-ours'];

export interface Case {
  readonly seed: number;
  /** Trees by their name in the case's directory: src, more, dst, alt1, alt2; one that lacks is not there. */
  readonly trees: Readonly<Record<string, readonly Entry[]>>;
  /** Small files below lists/. */
  readonly lists: Readonly<Record<string, string>>;
  /** CASE in a value stands for the case's directory. */
  readonly options: readonly (readonly string[])[];
  readonly direction: 'local' | 'push' | 'pull';
  readonly transport: 'none' | 'rsh' | 'ssh' | 'daemon';
  readonly lostLetter: string | undefined;
  readonly protocol: number | undefined;
  readonly sources: readonly string[];
  readonly target: string | undefined;
  /** Both programs run as nobody, who may not read and change everything. */
  readonly unprivileged: boolean;
}

function route(random: Random, pairing: Pairing): Pick<Case, 'direction' | 'transport'> {
  const direction = random.pick(['push', 'pull'] as const);
  if (pairing === 'ours-ours' && random.below(2) === 0) return { direction: 'local', transport: 'none' };
  if (pairing !== 'ours-theirs') return { direction, transport: 'rsh' };
  return { direction, transport: random.below(3) === 0 ? 'daemon' : 'rsh' };
}

function sourcesOf(random: Random, tree: readonly Entry[]): string[] {
  const roll = random.below(12);
  if (roll < 6) return ['src/'];
  if (roll < 8) return ['src'];
  if (roll === 8) return ['src/.'];
  const plain = tree.filter((entry) => /^[A-Za-z0-9./_~]+$/.test(entry.name)).map((entry) => entry.name);
  const pick = (): string => {
    const name = plain.length === 0 ? 'absent' : random.pick(plain);
    if (random.below(12) === 0) return 'src/absent';
    const slash = random.below(4) === 0 ? '/' : '';
    return random.below(4) === 0 ? `src/./${name}${slash}` : `src/${name}${slash}`;
  };
  return Array.from({ length: 1 + random.below(3) }, pick);
}

function targetOf(random: Random): string {
  const roll = random.below(20);
  if (roll < 14) return 'dst/';
  return random.pick(['dst', 'dst/.', 'new', 'new/', 'dst/new/', 'dst/new/deep/', 'dst/file']);
}

function listsOf(random: Random, tree: readonly Entry[]): Record<string, string> {
  const names = tree.map((entry) => entry.name).filter((name) => !/[\n\r]/.test(name));
  const line = (): string => {
    const name = random.pick(names);
    return random.pick([
      name,
      name,
      name,
      `${name}/`,
      `./${name}`,
      `/${name}`,
      'absent',
      `sub/../${name}`,
      `# ${name}`,
    ]);
  };
  const some = Array.from({ length: random.below(8) }, line);
  return {
    files: some.map((each) => `${each}\n`).join(''),
    odd: `${some.join('\r\n')}\n\n;x\n#y\n.`,
    exclude: '# comment\n; also\n\n*.bak\n+ core\nb/\n- /d2/\n',
    include: '*/\n*.c\n',
    merge: '+ x.c\n- *.o\nP y*\n: .rules\n',
  };
}

/** nobody has neither a module to write to nor keys of ssh. */
function usableTransport(drawn: Case['transport'], unprivileged: boolean, ssh: boolean): Case['transport'] {
  if (drawn === 'daemon' && unprivileged) return 'rsh';
  return drawn === 'rsh' && ssh && !unprivileged ? 'ssh' : drawn;
}

/** The case of a seed; pairings of one seed differ only in what their programs can do. */
export function caseOf(seed: number, pairing: Pairing, canChangeUser: boolean): Case {
  const random = seeded(seed * 2_654_435 + 97);
  const src = randomTree(random);
  const trees: Record<string, readonly Entry[]> = { src };
  if (random.below(6) > 0) trees['dst'] = editedTree(random, src);
  const extras = extrasOf(seed);
  const drawnOptions = randomOptions(random);
  const options = [...drawnOptions, ...extras.options];
  const words = options.flat().join(' ');
  for (const name of ['alt1', 'alt2']) {
    if (words.includes(name)) trees[name] = editedTree(random, src);
  }
  const listsOnly = random.below(60) === 0;
  const lists = listsOf(random, src);
  const drawnSources = sourcesOf(random, src);
  const sources: string[] = words.includes('--files-from') ? [random.pick(['src', 'src/'])] : drawnSources;
  if (extras.secondSource && !words.includes('--files-from')) {
    trees['more'] = editedTree(seeded(seed + 5), src);
    sources.push('more/');
  }
  const target = listsOnly ? undefined : targetOf(random);
  const protocol = random.below(5) < 2 ? 27 + random.below(6) : undefined;
  const unprivileged = canChangeUser && random.below(6) === 0;
  const { direction, transport } = route(random, pairing);
  const usable = { direction, transport: usableTransport(transport, unprivileged, extras.ssh) } as const;
  const lostLetter = usable.transport === 'rsh' ? extras.lostLetter : undefined;
  return { seed, trees, lists, options, ...usable, lostLetter, protocol, sources, target, unprivileged };
}

/** The words of the case's command line, program name left out. */
export function commandLine(
  one: Case,
  caseDirectory: string,
  words: { rsh: string; ssh: string; server: string; url: string },
): string[] {
  const args = one.options.flat().map((word) => word.replace('CASE', caseDirectory));
  if (one.protocol !== undefined) args.push(`--protocol=${one.protocol}`);
  let remote = '';
  if (one.transport === 'rsh') {
    const rsh = one.lostLetter === undefined ? words.rsh : `${words.rsh}-without-${one.lostLetter}`;
    args.push('-e', rsh, `--rsync-path=${words.server}`);
    remote = 'host:';
  }
  if (one.transport === 'ssh') {
    args.push('-e', words.ssh, `--rsync-path=${words.server}`);
    // sshd starts in the home directory.
    remote = `localhost:${caseDirectory}/`;
  }
  if (one.transport === 'daemon') remote = words.url;
  const sources = one.sources.map((source) => (one.direction === 'pull' ? remote : '') + source);
  const target = one.target === undefined ? [] : [`${one.direction === 'push' ? remote : ''}${one.target}`];
  return [...args, ...sources, ...target];
}
