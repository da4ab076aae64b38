// No call of the addon throws or crashes, whatever it is given. The same calls run under ASan, UBSan and valgrind by
// `npm run test:native-sanitized`, which names its own addon.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const checkout = path.resolve(import.meta.dirname, '../../..');
const addon = process.env['OCRSYNC_TEST_ADDON'] ?? path.join(checkout, 'host-native/build/native.node');
const seed = Number(process.env['OCRSYNC_SEED'] ?? Date.now() % 1_000_000);
const CALLS = 20_000;

describe.skipIf(!existsSync(addon))('the native helper', () => {
  it('answers nonsense with an error number', { timeout: 60_000 }, () => {
    const script = path.join(import.meta.dirname, 'sanitize-drive.ts');
    const words = [script, addon, String(seed), String(CALLS)];
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, words, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect({ status, signal, stderr: withoutWarnings(stderr) }).toEqual({
      status: 0,
      signal: null,
      stderr: '',
    });
    expect(stdout).toMatch(new RegExp(`^\\d+ functions, ${CALLS} calls, seed ${seed}\\n$`));
  });
});

function withoutWarnings(text: string): string {
  return text.replace(/^.*Warning.*\n/gm, '');
}
