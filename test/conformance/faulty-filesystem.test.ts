// Faults on demand: the right call fails, once or for good, and what is open is counted.
import { describe, expect, it } from 'vitest';
import { FaultyFilesystem } from '@ocrsync/node/fs/faulty-filesystem';
import type { FaultyOptions } from '@ocrsync/node/fs/faulty-plan';
import type { Root } from '@ocrsync/node/fs/filesystem';
import { MemoryFilesystem } from '@ocrsync/node/fs/memory-filesystem';
import { bytes, codeOf, failure } from './filesystem-kit.ts';

function faulty(options: FaultyOptions): { filesystem: FaultyFilesystem; root: Root; plain: Root } {
  const memory = new MemoryFilesystem();
  const filesystem = new FaultyFilesystem(memory, options);
  return { filesystem, root: filesystem.root('/'), plain: memory.root('/') };
}

describe('a faulty file system', () => {
  it('fails at the call that was chosen, and only there', () => {
    // Call 1 has opened the root.
    const { root, filesystem } = faulty({ faults: [{ at: 3, code: 'EIO' }] });
    root.mkdir('a', 0o755);
    expect(failure(() => root.mkdir('b', 0o755))).toBe('EIO 5 Input/output error');
    root.mkdir('b', 0o755);
    expect([filesystem.plan.calls(), filesystem.plan.failures]).toEqual([4, 1]);
  });

  it('counts one kind of call alone when asked to', () => {
    const { root, filesystem } = faulty({ faults: [{ at: 2, call: 'mkdir', code: 'ENOSPC' }] });
    root.mkdir('a', 0o755);
    root.lstat('a');
    expect(codeOf(() => root.mkdir('b', 0o755))).toBe('ENOSPC');
    expect([filesystem.plan.calls('mkdir'), filesystem.plan.calls('lstat')]).toEqual([2, 1]);
  });

  it('goes on failing when the fault lasts', () => {
    const { root } = faulty({ faults: [{ at: 2, call: 'lstat', code: 'EACCES', lasting: true }] });
    root.lstat('.');
    for (let index = 0; index < 3; index++) expect(codeOf(() => root.lstat('.'))).toBe('EACCES');
    root.mkdir('a', 0o755);
  });

  it('has done nothing when a call failed, but half of a write', () => {
    const { root, plain } = faulty({
      faults: [
        { at: 1, call: 'mkdir', code: 'EIO' },
        { at: 1, call: 'file.write', code: 'ENOSPC' },
      ],
    });
    expect(codeOf(() => root.mkdir('d', 0o755))).toBe('EIO');
    expect(plain.lstat('d')).toBeUndefined();
    const file = root.createExclusive('f', 0o600);
    expect(codeOf(() => file.write(bytes('abcdef'), 0))).toBe('ENOSPC');
    file.close();
    expect(plain.lstat('f')!.sizeBytes).toBe(3);
  });

  it('counts what is open, also when closing fails', () => {
    const { root, filesystem } = faulty({ faults: [{ at: 1, call: 'file.close', code: 'EIO' }] });
    const file = root.createExclusive('f', 0o600);
    const again = root.openRead('f', false);
    expect(filesystem.openFiles).toBe(2);
    again.close();
    again.close();
    expect(filesystem.openFiles).toBe(1);
    expect(codeOf(() => file.close())).toBe('EIO');
    expect(filesystem.openFiles).toBe(0);
    file.close();
  });

  it('writes a journal of all calls', () => {
    const lines: string[] = [];
    const faults = [{ at: 1, call: 'unlink' as const, code: 'EIO' }];
    const { root } = faulty({ faults, journal: (line) => lines.push(line) });
    root.symlink('x', 'l');
    root.rename('l', 'm');
    expect(codeOf(() => root.unlink('m'))).toBe('EIO');
    expect(lines).toEqual(['root /', 'symlink l', 'rename l -> m', 'unlink m EIO']);
  });
});
