// Bundles the command and the library with esbuild: one ESM file per entry, chunks for what is rarely needed.
import { build } from 'esbuild';
import { copyFileSync, existsSync } from 'node:fs';
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
  placeNativeHelper(root);
}

/** The helper lies beside each bundle, where its loader looks first. */
function placeNativeHelper(root) {
  const helper = path.join(root, 'host-native/build/native.node');
  if (!existsSync(helper)) return;
  for (const outdir of ['cli/dist', 'host-node/dist/api'])
    copyFileSync(helper, path.join(root, outdir, 'native.node'));
}
