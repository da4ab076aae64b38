// Bundles the command and the library with esbuild: one ESM file per entry, chunks for what is rarely needed.
import { build } from 'esbuild';
import path from 'node:path';

/** @param {string} root the checkout */
export async function bundle(root) {
  const common = {
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    conditions: ['ocrsync-source'],
    splitting: true,
    legalComments: 'none',
    logLevel: 'warning',
  };
  await build({
    ...common,
    entryPoints: [path.join(root, 'cli/src/main.ts')],
    outdir: path.join(root, 'cli/dist'),
    minify: true,
  });
  await build({
    ...common,
    entryPoints: [path.join(root, 'host-node/src/api/sync.ts')],
    outdir: path.join(root, 'host-node/dist/api'),
  });
}
