// The decoded captures of two real rsyncs in 01-session.md §9 and 04-transfer.md §22, said to our ends: what they answer is
// what the other real one answered, byte for byte, frame by frame.
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clientEnd, type End, serverEnd } from '../../simulation/ends.ts';
import { feed } from '../../simulation/feed.ts';
import { bytes, data } from './kit.ts';

const OLD = 'AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIIIJJJJKKKK';
const NEW = OLD.replace('FFFFG', 'FFxFG');
const TIME = 1700000000;

let work = '';
let source = '';
let destination = '';

beforeAll(() => {
  work = mkdtempSync(path.join(tmpdir(), 'ocrsync-captures-'));
});

beforeEach(() => {
  source = mkdtempSync(path.join(work, 'source-'));
  destination = mkdtempSync(path.join(work, 'destination-'));
});

afterAll(() => rmSync(work, { recursive: true, force: true }));

function write(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o644 });
  utimesSync(file, TIME, TIME);
}

/** Says `said` piece by piece; what the end answered to each. */
function dialogue(end: End, said: readonly Buffer[]): string[] {
  const answers = said.map((piece) => feed(end.session, [piece], false).output.toString('hex'));
  expect(end.session.error).toBeUndefined();
  expect(end.session.run(1e6)).toBe('done');
  expect(end.exitCode()).toBe(0);
  return answers;
}

function hex(text: string): string {
  return bytes(text).toString('hex');
}

const HEAD = '03000000 10000000 02000000 0c000000';
const LITERAL = '10000000 45454545464678464747474748484848';

interface DeltaCapture {
  readonly options: readonly string[];
  readonly words: readonly string[];
  /** Server: before the frames; from the generator: the record. */
  readonly hello: readonly string[];
  readonly server: readonly string[];
  readonly client: readonly string[];
  readonly list: string;
  readonly record: string;
  readonly answer: string;
  readonly dones: readonly (readonly [server: string, client: string])[];
  /** The client's stream is framed. */
  readonly framed: boolean;
}

const TOKENS = `ffffffff ${LITERAL} fdffffff 00000000`;
const SUMS_MD5 = '28040423d65b 680424252b32 78036c165943';
const SUMS_XXH128 = '280404238ff2 68042425cd0a 78036c169b04';
const SUMS_MD4 = '28040423a291 6804242554e8 78036c16cb03';
const NAMES = '1e 7878683132382078786833207878683634206d6435206d64342073686131';
const SERVER_NAMES = '23 7878683132382078786833207878683634206d6435206d64342073686131206e6f6e65';
const LIST_32 = '180166 002c00 6500f153 a4810000 0000';
const LIST_29 = '180166 2c000000 00f15365 a4810000 00 00000000';
const DONE_29 = 'ffffffff';

const captures: Record<string, DeltaCapture> = {
  'protocol 32 with md5 (04 §22.1)': {
    options: ['--checksum-choice=md5'],
    words: ['--checksum-choice=md5'],
    hello: ['20000000', '81fe 01000000'],
    server: ['20000000', '81fe 01000000'],
    client: ['20000000'],
    list: LIST_32,
    record: `01 0880 ${HEAD} ${SUMS_MD5}`,
    answer: `01 0880 ${HEAD} ${TOKENS} 5e78a97a243924f9d52ef79577fbbc47`,
    dones: [
      ['00', '00'],
      ['000000', '0000 00'],
      ['00', ''],
    ],
    framed: true,
  },
  'protocol 32 with a negotiation (04 §22.2)': {
    options: [],
    words: [],
    hello: ['20000000', `81fe ${SERVER_NAMES}`, '01000000'],
    server: ['20000000', `81fe ${SERVER_NAMES} 01000000`],
    client: ['20000000', NAMES],
    list: LIST_32,
    record: `01 0880 ${HEAD} ${SUMS_XXH128}`,
    answer: `01 0880 ${HEAD} ${TOKENS} aafb9ef9b05ae82da2ae55fd713d9ce1`,
    dones: [
      ['00', '00'],
      ['000000', '0000 00'],
      ['00', ''],
    ],
    framed: true,
  },
  'protocol 29 (04 §22.3)': {
    options: ['--protocol=29'],
    words: [],
    hello: ['20000000', '01000000'],
    server: ['20000000', '01000000'],
    client: ['1d000000'],
    list: LIST_29,
    record: `00000000 0880 ${HEAD} ${SUMS_MD4}`,
    answer: `00000000 0880 ${HEAD} ${TOKENS} 1a42370ea7fa180b935dd5b5530f9763`,
    dones: [
      [DONE_29, DONE_29],
      [DONE_29 + DONE_29, DONE_29 + DONE_29],
      [DONE_29, ''],
    ],
    framed: false,
  },
  'protocol 28 (04 §22.3)': {
    options: ['--protocol=28'],
    words: [],
    hello: ['20000000', '01000000'],
    server: ['20000000', '01000000'],
    client: ['1c000000'],
    list: LIST_29,
    record: `00000000 ${HEAD} ${SUMS_MD4}`,
    answer: `00000000 ${HEAD} ${TOKENS} 1a42370ea7fa180b935dd5b5530f9763`,
    dones: [
      [DONE_29, DONE_29],
      [DONE_29, DONE_29],
      [DONE_29, ''],
    ],
    framed: false,
  },
  'protocol 27 (04 §22.3)': {
    options: ['--protocol=27'],
    words: [],
    hello: ['20000000', '01000000'],
    server: ['20000000', '01000000'],
    client: ['1b000000'],
    list: LIST_29,
    record: `00000000 ${HEAD} ${SUMS_MD4}`,
    answer: `00000000 ${HEAD} ${TOKENS} 1a42370ea7fa180b935dd5b5530f9763`,
    dones: [
      [DONE_29, DONE_29],
      [DONE_29, DONE_29],
      [DONE_29, ''],
    ],
    framed: false,
  },
};

/** Bytes of a stream without its frame headers. */
function unframed(stream: Buffer): string {
  const parts: string[] = [];
  for (let at = 0; at < stream.length;) {
    const length = stream.readUIntLE(at, 3);
    if (stream[at + 3] === 7) parts.push(stream.subarray(at + 4, at + 4 + length).toString('hex'));
    at += 4 + length;
  }
  return parts.join('');
}

describe.each(Object.entries(captures))('a pushed delta, %s', (_name, capture) => {
  const framed = (text: string): Buffer => (capture.framed ? data(text) : bytes(text));

  it('makes our client say what the real one said', () => {
    write(path.join(source, 'f'), NEW);
    const options = ['-t', '--no-W', '--block-size=16', '--checksum-seed=1', ...capture.options];
    const end = clientEnd([...options, path.join(source, 'f'), 'h:/x/f']);
    const said = [
      ...capture.server.map(bytes),
      data(capture.record),
      ...capture.dones.map(([server]) => data(server)),
    ];
    const heard = Buffer.concat(said.map((piece) => feed(end.session, [piece], false).output));
    expect(end.session.error).toBeUndefined();
    const hello = bytes(capture.client.join(''));
    expect(heard.subarray(0, hello.length)).toEqual(hello);
    const rest = heard.subarray(hello.length);
    const all = capture.list + capture.answer + capture.dones.map(([, client]) => client).join('');
    expect(capture.framed ? unframed(rest) : rest.toString('hex')).toBe(hex(all));
    expect(end.session.run(1e6)).toBe('done');
    expect(end.exitCode()).toBe(0);
  });

  it('makes our server say what the real one said, frame by frame', () => {
    const file = path.join(destination, 'f');
    write(file, OLD);
    utimesSync(file, TIME - 5, TIME - 5);
    const letters = capture.framed ? '-te.LsfxCIvu' : '-t';
    const words = ['--server', letters, '-B16', '--no-W', '--checksum-seed=1', ...capture.words, '.', file];
    const end = serverEnd(words);
    const answers = dialogue(end, [
      bytes(capture.client.join('')),
      framed(capture.list),
      framed(capture.answer),
      framed(capture.dones[0]![1]),
      framed(capture.dones[1]![1]),
    ]);
    expect(answers[0]).toBe(hex(capture.hello.join('')));
    const record = data(capture.record).toString('hex');
    const withDone = data(capture.record + capture.dones[0]![0]).toString('hex');
    const first = answers[1]! + answers[2]!;
    expect([record + data(capture.dones[0]![0]).toString('hex'), withDone]).toContain(first);
    expect(answers.slice(3)).toEqual([
      data(capture.dones[1]![0]).toString('hex'),
      data(capture.dones[2]![0]).toString('hex'),
    ]);
    expect(readFileSync(file, 'latin1')).toBe(NEW);
  });
});

describe('the first copy of one file, protocol 32 (01 §9)', () => {
  const SERVER_32 = `20000000 81ff ${SERVER_NAMES} 39300000`;
  const ANSWER_A = `02 00a0 ${'00'.repeat(16)} 06000000 68656c6c6f0a 00000000 9ce4c8f135b4105a6df569e0c786ba6b`;

  beforeEach(() => {
    write(path.join(source, 'a'), 'hello\n');
    utimesSync(source, TIME, TIME);
  });

  it('a pushing client answers as in §9.1', () => {
    const end = clientEnd(['-rt', '--checksum-seed=12345', `${source}/`, 'h:/x/']);
    const answers = dialogue(end, [
      bytes(SERVER_32),
      data(`01 0800 02 00a0 ${'00'.repeat(16)}`),
      data('00'),
      data('000000'),
      data('00'),
    ]);
    expect(answers[1]).toBe(data(`01 0800 ${ANSWER_A}`).toString('hex'));
    expect(answers[2]).toBe(data('00').toString('hex'));
    expect(unframed(bytes(answers[3]!))).toBe('000000');
    expect(answers[4]).toBe('');
  });

  it('a pulling client says what §9.4 says, and its goodbye last', () => {
    const list = serverEnd([
      '--server',
      '--sender',
      '-rte.iLsfxCIvu',
      '--checksum-seed=12345',
      '.',
      `${source}/`,
    ]);
    const hello = bytes(`20000000 ${NAMES}`);
    const serverSaid = feed(list.session, [hello, data('00000000')], false).output;
    expect(serverSaid.subarray(0, 46).toString('hex')).toBe(hex(SERVER_32));
    const end = clientEnd(['-rt', '--checksum-seed=12345', 'h:/x/', `${destination}/`]);
    const answers = dialogue(end, [
      bytes(SERVER_32),
      serverSaid.subarray(46),
      data(`01 0800 ${ANSWER_A}`),
      data('00'),
      data('0000'),
      data('002e00 007900 000600 000100 000000 00'),
    ]);
    expect(answers.slice(1).join('')).toContain(data(`01 0800 02 00a0 ${'00'.repeat(16)}`).toString('hex'));
    expect(answers.slice(-1)).toEqual([data('00').toString('hex')]);
    expect(answers.slice(-2)[0]).toBe('');
    expect(answers.slice(-3)[0]).toBe(data('000000').toString('hex'));
    expect(answers[0]!.endsWith('0400000700000000')).toBe(true);
    expect(readFileSync(path.join(destination, 'a'), 'latin1')).toBe('hello\n');
  });
});
