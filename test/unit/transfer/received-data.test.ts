// The receiver's record under good and hostile bytes, at every split of the stream.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KIND_MD5 } from '@ocrsync/core/checksum-kinds';
import { WholeFileHash } from '@ocrsync/core/checksum';
import { DirectoryNames } from '@ocrsync/core/directory-names';
import { FileList } from '@ocrsync/core/file-list';
import { CoreInstance } from '@ocrsync/core/instance';
import { PlainTokenInput } from '@ocrsync/core/token-input';
import { WireReader } from '@ocrsync/core/wire-reader';
import { WireWriter } from '@ocrsync/core/wire-writer';
import { LocalNodeFilesystem } from '@ocrsync/node/fs/local-node';
import { DEFAULT_OPTIONS } from '@ocrsync/node/options/default-options';
import type { Options } from '@ocrsync/node/options/options';
import { Channel } from '@ocrsync/node/session/channel';
import type { SessionContext } from '@ocrsync/node/session/context';
import { type DestinationReport, DestinationState } from '@ocrsync/node/transfer/destination-state';
import { TreeReceiverFiles } from '@ocrsync/node/transfer/receiver-files';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const BASIS = 'AAAABBBBCCCCDD';
let base = '';

beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), 'ocrsync-receive-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

function receive(
  write: (writer: WireWriter, digest: (text: string) => Uint8Array) => void,
  setting: { options?: Partial<Options>; redo?: boolean; split?: number; fuzzy?: string } = {},
): { result: unknown; messages: string[]; restBytes: number } {
  const core = new CoreInstance();
  const channel = new Channel(core, new WireReader(core), new WireWriter(core));
  const out = new WireWriter(core);
  const hash = new WholeFileHash(core, KIND_MD5);
  write(out, (text) => (hash.updateBytes(Buffer.from(text)), hash.final()));
  const messages: string[] = [];
  const report = {
    message: (severity: string, text: string) => messages.push(`${severity}: ${text.replaceAll(base, '')}`),
    item: () => undefined,
    transferred: () => undefined,
    progress: () => undefined,
  } as unknown as DestinationReport;
  const negotiated = { transferChecksum: KIND_MD5, seed: 0, protocol: 32 };
  const statistics = { literalBytes: 0, matchedBytes: 0 };
  const context = { channel, negotiated, protocol: 32, config: { dryRun: false }, statistics, report };
  const filesystem = new LocalNodeFilesystem();
  const options: Options = { ...DEFAULT_OPTIONS, ...setting.options };
  const state = new DestinationState(filesystem, options, context as unknown as SessionContext, report);
  state.root = filesystem.root(base);
  const list = new FileList(core, { start: 0, dirs: new DirectoryNames(core) });
  const entry = { mode: 0o100644, sizeBytes: 5, mtimeSec: 1, mtimeNsec: 0, uid: 0, gid: 0, flags: 0 };
  list.add({ name: 'f', ...entry });
  const files = new TreeReceiverFiles(state, new PlainTokenInput(channel.reader));
  const { fuzzy } = setting;
  const item = { ndx: 0, iflags: 0x8000, basisType: fuzzy === undefined ? 0x80 : 0x83, xname: fuzzy };
  const task = files.receive({ list, row: 0, ndx: 0 }, item, channel, setting.redo ?? false);
  const stream = Buffer.concat([out.take()!]);
  let sent = 0;
  try {
    for (let step = task.next(); ; step = task.next()) {
      if (step.done)
        return { result: step.value, messages, restBytes: stream.length - sent + channel.reader.dataLength };
      const piece = stream.subarray(sent, sent + (setting.split ?? stream.length));
      if (piece.length === 0) channel.reader.end();
      channel.reader.space().set(piece);
      channel.reader.commit(piece.length);
      sent += piece.length;
    }
  } catch (error) {
    files.abandon();
    return { result: (error as Error).message, messages, restBytes: 0 };
  }
}

/** Head of BASIS in blocks of 4, the text `XYZ`, blocks 3 (short), 0 and 1. */
function delta(writer: WireWriter, digest: Uint8Array): void {
  writer.sumHead(4, 4, 2, 2);
  writer.int(3);
  writer.latin1('XYZ');
  for (const block of [3, 0, 1]) writer.matchToken(block);
  writer.endToken();
  writer.bytes(digest);
}

const RESULT = 'XYZDDAAAABBBB';

describe('a received record', () => {
  it('becomes the file, at every split of the stream', () => {
    for (let split = 1; split < 50; split++) {
      writeFileSync(path.join(base, 'f'), BASIS);
      const { result, restBytes } = receive((writer, digest) => delta(writer, digest(RESULT)), { split });
      expect([split, result, restBytes]).toEqual([split, 'good', 0]);
      expect(readFileSync(path.join(base, 'f'), 'latin1')).toBe(RESULT);
      expect(readdirSync(base)).toEqual(['f']);
    }
  });

  it('with a wrong digest leaves the old file, and is an error only the second time', () => {
    writeFileSync(path.join(base, 'f'), BASIS);
    const write = (writer: WireWriter, digest: (text: string) => Uint8Array): void =>
      delta(writer, digest('other'));
    expect(receive(write)).toEqual({ result: 'redo', messages: [], restBytes: 0 });
    expect(receive(write, { redo: true })).toEqual({
      result: 'failed',
      messages: ['error-xfer: ERROR: f failed verification -- update discarded.'],
      restBytes: 0,
    });
    expect(readFileSync(path.join(base, 'f'), 'latin1')).toBe(BASIS);
    expect(readdirSync(base)).toEqual(['f']);
  });

  it('over a directory is discarded, with the stream in place', () => {
    const { result, messages, restBytes } = receive((writer, digest) => {
      new LocalNodeFilesystem().root(base).mkdir('f', 0o700);
      delta(writer, digest(RESULT));
    });
    expect([result, messages, restBytes]).toEqual([
      'discarded',
      ['error-xfer: recv_files: "/f" is a directory'],
      0,
    ]);
  });

  it('with a block outside the basis, or without a basis, ends the run and leaves nothing behind', () => {
    writeFileSync(path.join(base, 'f'), BASIS);
    const bad = receive((writer) => {
      writer.sumHead(4, 4, 2, 2);
      writer.matchToken(4);
    });
    expect(bad.result).toBe('Invalid block index 4 (count=4) [receiver]');
    rmSync(path.join(base, 'f'));
    const none = receive((writer) => {
      writer.sumHead(4, 4, 2, 2);
      writer.matchToken(0);
    });
    expect(none.result).toContain('got a block match with no basis file for');
    expect(readdirSync(base)).toEqual([]);
  });

  it('whose basis of another name is gone is asked for once more, and then is an error of that file alone', () => {
    const write = (writer: WireWriter, digest: (text: string) => Uint8Array): void =>
      delta(writer, digest('XYZ'));
    const options: Partial<Options> = { fuzzy: 1 };
    expect(receive(write, { options, fuzzy: 'g' })).toEqual({ result: 'redo', messages: [], restBytes: 0 });
    expect(receive(write, { options, fuzzy: 'g', redo: true })).toEqual({
      result: 'failed',
      messages: ['error-xfer: ERROR: f failed verification -- update discarded.'],
      restBytes: 0,
    });
    expect(readdirSync(base)).toEqual([]);
  });

  it('that breaks off is removed, or kept with the time 1970 when partial files are wanted', () => {
    const cut = (writer: WireWriter): void => {
      writer.sumHead(0, 0, 0, 0);
      writer.int(9);
      writer.latin1('half');
    };
    receive(cut);
    expect(readdirSync(base)).toEqual([]);
    receive(cut, { options: { partial: true } });
    expect(readFileSync(path.join(base, 'f'), 'latin1')).toBe('half');
    expect(statSync(path.join(base, 'f')).mtimeMs).toBe(0);
  });

  it('in place keeps blocks that stay where they are', () => {
    writeFileSync(path.join(base, 'f'), BASIS);
    const { result } = receive(
      (writer, digest) => {
        writer.sumHead(4, 4, 2, 2);
        writer.matchToken(0);
        writer.matchToken(1);
        writer.int(2);
        writer.latin1('zz');
        writer.endToken();
        writer.bytes(digest('AAAABBBBzz'));
      },
      { options: { inplace: true } },
    );
    expect(result).toBe('good');
    expect(readFileSync(path.join(base, 'f'), 'latin1')).toBe('AAAABBBBzz');
  });
});
