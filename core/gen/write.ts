// Writes the generated sources of the core beside the hand-written ones: npx node core/gen/write.ts
import { writeFileSync } from 'node:fs';
import { mdKernelFiles } from './md-kernels.ts';

const folder = new URL('../assembly/checksum/', import.meta.url);
for (const [name, text] of Object.entries(mdKernelFiles())) writeFileSync(new URL(name, folder), text);
