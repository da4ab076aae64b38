// The build of the helper and its loader. The calls have a file a topic beside this one.
import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadNative, type NativeHelper } from '@ocrsync/native/load';

const linuxWithCompiler = process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0;

describe.skipIf(!linuxWithCompiler)('the native helper', () => {
  let native: NativeHelper;

  beforeAll(() => {
    const built = spawnSync(process.execPath, ['scripts/build.mjs', 'native'], { encoding: 'utf8' });
    expect(built.stderr).toBe('');
    native = loadNative() as NativeHelper;
  });

  it('is found by the loader after the build', () => {
    expect(native).toBeTypeOf('object');
    expect(native.openat).toBeTypeOf('function');
  });

  it('is switched off by OCRSYNC_NATIVE=off', () => {
    process.env['OCRSYNC_NATIVE'] = 'off';
    try {
      expect(loadNative()).toBeUndefined();
    } finally {
      delete process.env['OCRSYNC_NATIVE'];
    }
    expect(loadNative()).toBe(native);
  });
});
