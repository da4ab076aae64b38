import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sync } from '@ocrsync/node';
import { byteString } from '@ocrsync/node/options/byte-strings';
import { commandOf } from '@ocrsync/node/transport/byte-words';
import { afterAll, describe, expect, it } from 'vitest';
import { findPeer } from '../../../interop/peers.ts';
import { localShell } from '../../program-scripts.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'ocrsync-words-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What a program is given: its words as bytes. */
function received(words: readonly string[]): string[] {
  const { file, args } = commandOf(words);
  const { stdout } = spawnSync(file, args, { encoding: 'latin1' });
  return stdout.split('\0').slice(0, -1);
}

describe('the words of a command arrive byte for byte', () => {
  const program = ['printf', '%s\\0'];
  it.each([
    ['text in UTF-8', ['dü', 'snü/日本', 'a b'].map(byteString)],
    ['bytes that are no text', ['d\xfd', 'a\nb\n', '\xff\xfe', '', '\\', 'it\'s "x" $HOME `id` *']],
    ['both', [byteString('ü'), '\xfc', '%s %b \\n']],
  ])('%s', (_kind, words) => {
    expect(received([...program, ...words])).toEqual(words);
  });

  it('or are refused where no shell could carry them', () => {
    expect(() => commandOf(['ssh', '\xff'], 'win32')).toThrow('no UTF-8');
    expect(commandOf(['ssh', byteString('ü')], 'win32')).toEqual({ file: 'ssh', args: ['ü'] });
  });
});

const peer = findPeer('3.4.1');
describe.skipIf(peer === undefined)('a remote path with other than ASCII letters', () => {
  const shell = localShell(directory);

  it('is the one that was typed, for a push, a pull and an option', async () => {
    mkdirSync(path.join(directory, 'src'));
    writeFileSync(path.join(directory, 'src/a'), 'a');
    const options = { rsh: shell, rsyncPath: peer! };
    await sync(path.join(directory, 'src/'), `h:${directory}/dü/`, { ...options, args: ['--suffix=~ä'] });
    await sync(`h:${directory}/dü/`, path.join(directory, 'lü/'), options);
    expect(readdirSync(directory).sort()).toEqual(['dü', 'lü', 'shell', 'src']);
    expect(readdirSync(path.join(directory, 'lü'))).toEqual(['a']);
  });
});
