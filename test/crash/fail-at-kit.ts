// Whole local copies inside one file system in memory, of which any call can be made to fail; and what must be true however
// such a run ends.
import { runLocalCopy } from '@ocrsync/node/api/local-copy';
import { FaultyFilesystem } from '@ocrsync/node/fs/faulty-filesystem';
import type { FaultyOptions } from '@ocrsync/node/fs/faulty-plan';
import type { FileStat, Filesystem, Root } from '@ocrsync/node/fs/filesystem';
import { MemoryFilesystem } from '@ocrsync/node/fs/memory-filesystem';
import { resolveEndpoints } from '@ocrsync/node/options/endpoint';
import { parseArguments } from '@ocrsync/node/options/parse';
import type { RunEvent } from '@ocrsync/node/report/events';
import { seeded } from '../../interop/random.ts';
import { runCutPair } from '../simulation/cut-pair.ts';
import { clientEnd, serverEnd } from '../simulation/ends.ts';

const TYPE_MASK = 0o170000;
const DIRECTORY = 0o040000;
const SYMLINK = 0o120000;
const REGULAR = 0o100000;
const FIFO = 0o010000;
/** Whole files from here on take the way beside the stream (transfer/local-data.ts). */
const BIG_BYTES = 300_000;
const OLD_SECOND = 1_500_000_000;
const NEW_SECOND = 1_600_000_000;

const random = seeded(3);
const big = random.bytes(BIG_BYTES);
const middle = random.bytes(40_000);

/** Content of a file, `/` for a directory, `->x` for a symlink to x, `=x` for another name of x, `|` for a FIFO. */
type Contents = Readonly<Record<string, string | Buffer>>;

const source: Contents = {
  a: 'new a',
  'a older': 'the same',
  big,
  empty: '',
  links: '/',
  'links/one': 'linked',
  'links/two': '=links/one',
  'links/soft': '->../a',
  fifo: '|',
  'was a directory': 'now a file',
  'was a file': '/',
  'was a file/inner': 'inner',
  'sub \xff': '/',
  'sub \xff/changed': middle,
  'sub \xff/deeper': '/',
  'sub \xff/deeper/last': 'last',
};

const older: Contents = {
  a: 'older a',
  'a older': 'the same',
  'links/soft': '->elsewhere',
  'links/one': 'before',
  links: '/',
  'was a directory': '/',
  'was a directory/in the way': 'x',
  'was a file': 'x',
  'sub \xff': '/',
  'sub \xff/changed': Buffer.concat([
    middle.subarray(0, 20_000),
    Buffer.from('old'),
    middle.subarray(20_000),
  ]),
  'sub \xff/extra': 'extra',
  'extra dir': '/',
  'extra dir/deep': '/',
  'extra dir/deep/file': 'extra',
  'extra link': '->a',
};

function put(root: Root, name: string, content: string | Buffer): void {
  if (content === '/') return;
  if (content === '|') return root.mknod(name, FIFO | 0o640, 0, 0);
  const text = content.toString('latin1');
  if (text.startsWith('->')) return root.symlink(text.slice(2), name);
  if (text.startsWith('=')) return root.link(text.slice(1), name);
  const file = root.createExclusive(name, 0o640);
  file.write(Buffer.from(text, 'latin1'), 0);
  file.close();
}

function build(root: Root, contents: Contents, mtimeSec: number): void {
  const names = Object.keys(contents);
  for (const name of [...names].sort()) if (contents[name] === '/') root.mkdir(name, 0o750);
  for (const name of names) put(root, name, contents[name]!);
  // What has not changed has the same time on both sides.
  const timeOf = (name: string): number => (name === 'a older' ? OLD_SECOND : mtimeSec);
  for (const name of names) root.setTimes(name, { mtimeSec: timeOf(name), mtimeNsec: 5 });
  root.setTimes('.', { mtimeSec, mtimeNsec: 5 });
}

export interface Snapshot {
  /** Type and attributes, one line a name; of regular files the content too. */
  readonly lines: ReadonlyMap<string, string>;
  readonly contents: ReadonlyMap<string, string>;
}

function describeEntry(root: Root, name: string, { mode, mtimeSec, mtimeNsec, uid, gid }: FileStat): string {
  const target = (mode & TYPE_MASK) === SYMLINK ? ` -> ${root.readlink(name)}` : '';
  return `${mode.toString(8)} ${uid}:${gid} ${mtimeSec}.${mtimeNsec}${target}`;
}

function readAll(root: Root, name: string, sizeBytes: number): string {
  const file = root.openRead(name, false);
  const into = Buffer.alloc(sizeBytes);
  file.read(into, 0);
  file.close();
  return into.toString('latin1');
}

export function snapshot(root: Root): Snapshot {
  const lines = new Map<string, string>();
  const contents = new Map<string, string>();
  const firstName = new Map<number, string>();
  const visit = (name: string): void => {
    const stat = root.lstat(name)!;
    const type = stat.mode & TYPE_MASK;
    let line = describeEntry(root, name, stat);
    if (type === REGULAR) {
      contents.set(name, readAll(root, name, stat.sizeBytes));
      const first = firstName.get(stat.ino);
      if (first === undefined) firstName.set(stat.ino, name);
      else line += ` same inode as ${first}`;
    }
    lines.set(name, line);
    if (type !== DIRECTORY) return;
    for (const child of root.list(name).sort()) visit(name === '.' ? child : `${name}/${child}`);
  };
  visit('.');
  return { lines, contents };
}

export interface Scenario {
  readonly title: string;
  readonly options: readonly string[];
  /** Something is at the destination already. */
  readonly update: boolean;
  /** Files are written under their own names: a broken run may leave halves. */
  readonly inPlace?: boolean;
}

/** The trees of one run, and the runs themselves. */
export class Arena {
  readonly #memory: MemoryFilesystem;
  readonly #scenario: Scenario;
  readonly source: Root;
  readonly destination: Root;
  readonly before: { readonly source: Snapshot; readonly destination: Snapshot };
  #second = NEW_SECOND + 1_000_000;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#memory = new MemoryFilesystem({ now: () => ({ sec: this.#second++, nsec: 0 }) });
    const top = this.#memory.root('/');
    top.mkdir('source', 0o755);
    top.mkdir('destination', 0o755);
    this.source = this.#memory.root('/source');
    this.destination = this.#memory.root('/destination');
    build(this.source, source, NEW_SECOND);
    if (scenario.update) build(this.destination, older, OLD_SECOND);
    this.before = { source: snapshot(this.source), destination: snapshot(this.destination) };
  }

  /** One push over a stream in memory, client to server; one of them has these faults. */
  runRemote(side: FaultySide, faults: FaultyOptions): RemoteOutcome {
    const filesystem = new FaultyFilesystem(this.#memory, faults);
    const of = (end: FaultySide): Filesystem => (end === side ? filesystem : this.#memory);
    const client = clientEnd([...this.#scenario.options, '/source/', 'h:/destination/'], of('sender'));
    const { serverWords } = client;
    const server = serverEnd(serverWords.slice(serverWords.indexOf('--server')), of('receiver'));
    runCutPair(client.session, server.session, 1, 100_000);
    for (const end of [client, server]) end.release();
    return { exitCodes: { sender: client.exitCode(), receiver: server.exitCode() }, filesystem };
  }

  /** One copy with these faults. */
  async run(faults: FaultyOptions): Promise<RunOutcome> {
    const filesystem = new FaultyFilesystem(this.#memory, faults);
    const parsed = parseArguments([...this.#scenario.options, '/source/', '/destination/'], {});
    if (parsed.kind === 'stop') throw new Error(parsed.stderr);
    const endpoints = resolveEndpoints(parsed.options, false);
    if (endpoints.direction !== 'local') throw new Error('this is no local copy');
    const events: RunEvent[] = [];
    const environment = {
      sink: { event: (event: RunEvent) => void events.push(event) },
      line: () => undefined,
      signal: new AbortController().signal,
    };
    const { exitCode } = await runLocalCopy(parsed.options, endpoints, environment, filesystem);
    const errors: string[] = [];
    for (const event of events) {
      if (event.type === 'message' && event.severity !== 'info') errors.push(event.text);
    }
    return { exitCode, errors, filesystem };
  }
}

/** Where a run over a stream has its fault. */
export type FaultySide = 'sender' | 'receiver';

export interface RemoteOutcome {
  readonly exitCodes: Readonly<Record<FaultySide, number>>;
  readonly filesystem: FaultyFilesystem;
}

export interface RunOutcome {
  readonly exitCode: number;
  /** Warnings and errors that were told. */
  readonly errors: readonly string[];
  readonly filesystem: FaultyFilesystem;
}

/** What a run leaves when nothing fails. */
export interface CleanRun {
  readonly calls: number;
  readonly after: Snapshot;
}

export async function cleanRun(scenario: Scenario): Promise<CleanRun> {
  const arena = new Arena(scenario);
  const { exitCode, errors, filesystem } = await arena.run({});
  if (exitCode !== 0) throw new Error(`the run without faults ends with ${exitCode}: ${errors.join('; ')}`);
  return { calls: filesystem.plan.calls(), after: snapshot(arena.destination) };
}
