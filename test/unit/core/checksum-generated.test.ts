// The committed kernels are what the generator writes.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { mdKernelFiles } from '../../../core/gen/md-kernels.ts';

it.each(Object.entries(mdKernelFiles()))('%s is what core/gen writes', (name, text) => {
  const committed = readFileSync(new URL(`../../../core/assembly/checksum/${name}`, import.meta.url), 'utf8');
  expect(committed).toBe(text);
});
