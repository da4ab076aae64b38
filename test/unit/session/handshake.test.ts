// 01-session.md §3 to §6: what the ends say before the first frame, and what they refuse.
import {
  KIND_MD4,
  KIND_MD4_OLD,
  KIND_MD5,
  KIND_MD5_SEED_LAST,
  KIND_XXH64,
} from '@ocrsync/core/checksum-kinds';
import { serverCompatFlags, serverProtocolOffer } from '@ocrsync/node/session/capabilities';
import type { SessionConfig } from '@ocrsync/node/session/config';
import { describe, expect, it } from 'vitest';
import { feed } from '../../simulation/feed.ts';
import { bytes, int, made } from './kit.ts';

function vstring(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
}

/** Feeds a client with what its server says first. */
function client(changes: Partial<SessionConfig>, ...said: Buffer[]) {
  const { session } = made(changes);
  const { output } = feed(session, said, false);
  return { session, output, negotiated: session.context?.negotiated };
}

function server(changes: Partial<SessionConfig>, ...said: Buffer[]) {
  return client({ role: 'server', side: 'receiver', ...changes }, ...said);
}

const OWN_CHECKSUMS = 'xxh128 xxh3 xxh64 md5 md4 sha1';

describe('the version exchange', () => {
  it('begins with the own number, before anything is read', () => {
    expect(client({}).output.toString('hex')).toBe('20000000');
    expect(client({ ownProtocol: 29 }).output.toString('hex')).toBe('1d000000');
    expect(server({}).output.toString('hex')).toBe('20000000');
  });

  it.each([
    [32, 29, 29],
    [29, 32, 29],
    [32, 40, 32],
    [32, 27, 27],
  ])('of %d and %d agrees on %d', (own, peer, agreed) => {
    const flags = agreed >= 30 ? bytes('81fe') : Buffer.alloc(0);
    expect(client({ ownProtocol: own }, int(peer), flags, int(7)).negotiated?.protocol).toBe(agreed);
  });

  it('does not take place after a daemon greeting', () => {
    const { output, negotiated } = client(
      { greeting: { protocol: 31, peerProtocol: 32 } },
      bytes('81fe 07000000'),
    );
    expect(negotiated).toMatchObject({ protocol: 31, peerProtocol: 32 });
    expect(output.subarray(0, 4).toString('hex')).not.toBe('20000000');
  });

  it.each([19, 41, 0, -1, 0x6c6f6c6f])('refuses %d as what a login script printed', (number) => {
    const { session } = client({}, int(number));
    expect(session.error).toMatchObject({
      message:
        'protocol version mismatch -- is your shell clean?\n(see the rsync manpage for an explanation)',
      exitCode: 2,
    });
  });

  it('refuses a peer below 27, its own number below 27, and its own above 32', () => {
    expect(client({}, int(26)).session.error).toMatchObject({
      message: 'protocol 26 of the other end is too old: ocrsync speaks 27 to 32',
      exitCode: 2,
    });
    expect(client({ ownProtocol: 26 }, int(32)).session.error).toMatchObject({
      message: '--protocol must be at least 27 on the Client.',
      exitCode: 2,
    });
    expect(server({ ownProtocol: 33 }, int(33)).session.error).toMatchObject({
      message: '--protocol must be no more than 32 on the Server.',
      exitCode: 2,
    });
    expect(client({ ownProtocol: 33 }, int(32), bytes('81fe'), int(0)).negotiated?.protocol).toBe(32);
  });

  it.each([
    ['.iLsfxCIvu', 32],
    ['31.7iLsfxCIvu', 30],
    ['32.1iLsfxCIvu', 31],
    ['33.1iLsfxCIvu', 32],
    ['32.0iLs', 32],
    ['', 32],
  ])('offers a client with the letters %j the protocol %d', (letters, offered) => {
    expect(serverProtocolOffer(letters, 32)).toBe(offered);
    expect(server({ capabilities: letters }).output).toEqual(int(offered));
  });
});

describe('compat flags', () => {
  // 01 §4: the observed table.
  it.each([
    ['.iLsfxCIvu', true, 0x1ff],
    ['.LsfxCIvu', true, 0x1fe],
    ['.iLsfxCIvu', false, 0x1fe],
    ['.iLsfxCIv', true, 0xff],
    ['.LsfxC', true, 0x3e],
    ['.iLsf', true, 0xf],
    ['.iLs', true, 0x7],
    ['', true, 0x6],
    ['.iLsfxCIvu?!', true, 0x1ff],
  ])('for the letters %j with incremental recursion allowed: %j are 0x%s', (letters, allowed, flags) => {
    expect(serverCompatFlags(letters, allowed)).toBe(flags);
  });

  it('are a varint: two bytes from 128 on', () => {
    const said = server({ capabilities: '.LsfxCIvu' }, int(32)).output.toString('hex');
    expect(said).toBe('20000000' + '81fe' + '01000000');
  });

  it('are not sent below protocol 30', () => {
    expect(server({ checksumChoice: undefined }, int(29)).output.toString('hex')).toBe(
      '20000000' + '01000000',
    );
  });

  it('of incremental recursion that was not asked for end the client', () => {
    expect(client({}, int(32), bytes('81ff')).session.error).toMatchObject({
      message: 'Incompatible options specified for inc-recursive connection.',
      exitCode: 1,
    });
  });

  it('that nobody knows are ignored', () => {
    const { session, negotiated } = client({}, int(32), bytes('c1fe81'), int(0));
    expect(session.error).toBeUndefined();
    expect(negotiated).toMatchObject({ varintFlags: true, incremental: false });
  });

  it('in an overlong varint are refused', () => {
    expect(client({}, int(32), bytes('f8')).session.error).toMatchObject({
      message: 'Overflow in read_varint()',
      exitCode: 12,
    });
  });

  it('of a 3.0.9 server mean no names, md5 with the seed last, and the safe list', () => {
    const { output, negotiated } = client({ checksumChoice: undefined }, int(30), bytes('0e'), int(5));
    expect(output.subarray(0, 4).toString('hex')).toBe('20000000');
    expect(negotiated).toMatchObject({
      protocol: 30,
      safeFileList: true,
      varintFlags: false,
      transferChecksum: KIND_MD5_SEED_LAST,
      transferChecksumName: 'md5',
      seed: 5,
    });
  });
});

describe('the negotiation of names', () => {
  it('sends the checksum list before anything of the server is known but its flags', () => {
    const { output } = client({ checksumChoice: undefined }, int(32), bytes('81fe'));
    expect(output).toEqual(Buffer.concat([int(32), vstring(OWN_CHECKSUMS)]));
  });

  it('of a server says `none` too, and the seed comes after both lists were read', () => {
    const { session, output } = server({ checksumChoice: undefined, capabilities: '.LsfxCIvu' }, int(32));
    expect(output).toEqual(Buffer.concat([int(32), bytes('81fe'), vstring(`${OWN_CHECKSUMS} none`)]));
    const rest = feed(session, [vstring('md5')], false).output;
    expect(rest).toEqual(int(1));
  });

  it('sends both lists before it reads one, when compression is on', () => {
    const { output } = client({ checksumChoice: undefined, compress: true }, int(32), bytes('81fe'));
    expect(output).toEqual(Buffer.concat([int(32), vstring(OWN_CHECKSUMS), vstring('zlibx zlib')]));
  });

  it('leaves out the list of what was chosen explicitly', () => {
    const explicit = client({ compress: true }, int(32), bytes('81fe'));
    expect(explicit.output).toEqual(Buffer.concat([int(32), vstring('zlibx zlib')]));
    const both = client({ compress: true, compressChoice: 'zlib' }, int(32), bytes('81fe'), int(3));
    expect(both.output.subarray(0, 4)).toEqual(int(32));
    expect(both.negotiated).toMatchObject({ compression: 'zlib', transferChecksum: KIND_MD5, seed: 3 });
  });

  it.each([
    ['zlib', 0, 'none'],
    ['zlibx', 0, 'none'],
    ['zlib', 1, 'zlib'],
    ['zstd', 0, 'zstd'],
    ['lz4', 0, 'lz4'],
  ] as const)('takes %s at level %i for %s', (compressChoice, compressionLevel, compression) => {
    const changes = { compress: true, compressChoice, compressionLevel };
    const { negotiated } = client(changes, int(32), bytes('81fe'), int(3));
    expect(negotiated).toMatchObject({ compression });
  });

  it('takes the first name of the client that the server listed too', () => {
    const said = [int(32), bytes('81fe'), vstring('sha1 md4 xxh64 none'), int(0)];
    expect(client({ checksumChoice: undefined }, ...said).negotiated?.transferChecksumName).toBe('xxh64');
    const asked = [int(32), vstring('foo md4 XXHASH md5')];
    expect(server({ checksumChoice: undefined }, ...asked).negotiated?.transferChecksumName).toBe('md4');
    expect(
      server({ checksumChoice: undefined }, int(32), vstring('xxhash')).negotiated?.transferChecksum,
    ).toBe(KIND_XXH64);
  });

  it('takes place at protocol 30 too, and not without the letter v', () => {
    const { output } = client({ checksumChoice: undefined, ownProtocol: 30 }, int(32), bytes('81fe'));
    expect(output.length).toBeGreaterThan(4);
    const { negotiated } = client(
      { checksumChoice: undefined, compress: true },
      int(32),
      bytes('3e'),
      int(0),
    );
    expect(negotiated).toMatchObject({ transferChecksumName: 'md5', compression: 'zlib' });
  });

  it.each(['xxh65', '', 'INVALID'])(
    'without a common name ends the client: the server listed %j',
    (listed) => {
      const { session } = client({ checksumChoice: undefined }, int(32), bytes('81fe'), vstring(listed));
      expect(session.error).toMatchObject({
        message: `Failed to negotiate a checksum choice.\nServer list: ${listed}\nClient list: ${OWN_CHECKSUMS}`,
        exitCode: 4,
      });
    },
  );

  it('without a common name ends the server silently: the client says the same', () => {
    const { session } = server({ checksumChoice: undefined }, int(32), vstring('foo'));
    expect(session.error).toMatchObject({ message: '', exitCode: 4 });
  });

  it('refuses a list of more than 255 bytes', () => {
    const long = Buffer.concat([bytes('8100'), Buffer.alloc(256, 'a')]);
    const { session } = client({ checksumChoice: undefined }, int(32), bytes('81fe'), long);
    expect(session.error).toMatchObject({ message: 'over-long vstring received (256 > 255)', exitCode: 4 });
  });

  it('sends the word INVALID when the environment names nothing that exists', () => {
    const { output } = client({ checksumChoice: undefined, checksumNames: [] }, int(32), bytes('81fe'));
    expect(output).toEqual(Buffer.concat([int(32), vstring('INVALID')]));
  });

  it('refuses an explicit name that does not exist, or that the server was told not to use', () => {
    const unknown = { transfer: 'foo', list: 'foo' };
    expect(client({ checksumChoice: unknown }, int(32), bytes('81fe')).session.error).toMatchObject({
      message: 'unknown checksum name: foo',
      exitCode: 4,
    });
    expect(server({ checksumNames: ['xxh64'] }, int(32)).session.error).toMatchObject({
      message: 'Your --checksum-choice value (md5) was refused by the server.',
      exitCode: 4,
    });
    const compressing = { compress: true, compressChoice: 'lz4' as const };
    expect(server(compressing, int(32)).session.error).toMatchObject({
      message: 'Your --compress-choice value (lz4) was refused by the server.',
      exitCode: 4,
    });
  });

  it('refuses --checksum with the list checksum `none`', () => {
    const { list } = made().session.config;
    const choice = { transfer: 'md5', list: 'none' };
    const changes = { checksumChoice: choice, list: { ...list, checksum: true } };
    expect(client(changes, int(32), bytes('81fe')).session.error).toMatchObject({
      message: 'Invalid checksum-choice for --checksum: none (0)',
      exitCode: 4,
    });
  });
});

describe('what is used without a negotiation', () => {
  it.each([
    [27, KIND_MD4_OLD, 'md4'],
    [28, KIND_MD4_OLD, 'md4'],
    [29, KIND_MD4_OLD, 'md4'],
  ])('at protocol %d is the old md4, and zlib', (protocol, kind, name) => {
    const { negotiated } = client({ checksumChoice: undefined, compress: true }, int(protocol), int(9));
    expect(negotiated).toMatchObject({
      transferChecksum: kind,
      listChecksum: kind === KIND_MD4_OLD ? KIND_MD4 : kind,
      transferChecksumName: name,
      compression: 'zlib',
      seed: 9,
    });
  });

  it.each([
    ['3e', KIND_MD5],
    ['1e', KIND_MD5_SEED_LAST],
  ])('with the flags 0x%s has md5 with its seed where bit 5 says', (flags, kind) => {
    const automatic = client({ checksumChoice: undefined }, int(32), bytes(flags), int(0));
    expect(automatic.negotiated?.transferChecksum).toBe(kind);
    const chosen = { transfer: 'auto', list: 'md5' };
    const auto = client({ checksumChoice: chosen }, int(32), bytes(flags), int(0));
    expect(auto.negotiated?.transferChecksum).toBe(kind);
    // Observed: 3.4.1 with the flag off has its seed first all the same when md5 was named.
    expect(client({}, int(32), bytes(flags), int(0)).negotiated?.transferChecksum).toBe(KIND_MD5);
  });

  it('must be in the list of the environment', () => {
    const changes = { checksumChoice: undefined, checksumNames: ['xxh64'] };
    expect(client(changes, int(29)).session.error).toMatchObject({
      message: 'Failed to negotiate a checksum choice.\nServer list: md4\nClient list: xxh64',
      exitCode: 4,
    });
    expect(server({ ...changes, capabilities: '' }, int(29)).session.error).toMatchObject({
      message: 'Failed to negotiate a checksum choice.\nClient list: md4\nServer list: xxh64',
      exitCode: 4,
    });
    expect(server({ ...changes, capabilities: '.LsfxC' }, int(32)).session.error).toMatchObject({
      message: 'Failed to negotiate a checksum choice.\nClient list: md5\nServer list: xxh64',
      exitCode: 4,
    });
  });
});

describe('an explicit md4', () => {
  it('hashes plain files, whatever the protocol', () => {
    const md4 = { transfer: 'md4', list: 'md4' };
    expect(client({ checksumChoice: md4 }, int(32), bytes('81fe'), int(0)).negotiated).toMatchObject({
      transferChecksum: KIND_MD4,
    });
  });
});

describe('the seed', () => {
  it.each([
    [12345, '39300000'],
    [-1, 'ffffffff'],
    [0, '00000000'],
  ])('%d is sent as a signed int, and taken by the client', (seed, hex) => {
    expect(server({ seed }, int(32)).output.subarray(-4).toString('hex')).toBe(hex);
    expect(client({}, int(32), bytes('81fe'), bytes(hex)).negotiated?.seed).toBe(seed);
  });
});
