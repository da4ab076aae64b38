// Makes what the packages publish: the command and the library as ESM bundles of esbuild, the core and the types by tsc.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { leanFs } from './lean-fs.mjs';

/**
 * @param {string} root the checkout
 * @param {string} out the directory that gets cli/dist, host-node/dist, core/dist; the checkout itself for a build in place
 */
export async function bundle(root, out = root) {
  const common = {
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    conditions: ['ocrsync-source'],
    splitting: true,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    absWorkingDir: out,
  };
  const command = await build({
    ...common,
    entryPoints: ['main.ts', 'sync.ts'].map((name) => path.join(root, 'cli/src', name)),
    outdir: path.join(out, 'cli/dist'),
    minify: true,
    plugins: [leanFs],
  });
  removeOldChunks(path.join(out, 'cli/dist'), command.metafile);
  const library = await build({
    ...common,
    entryPoints: [path.join(root, 'host-node/src/api/sync.ts')],
    outdir: path.join(out, 'host-node/dist/api'),
  });
  removeOldChunks(path.join(out, 'host-node/dist/api'), library.metafile);
  placeNativeHelper(root, out);
}

/** Chunks are named by their content: those of earlier builds would be published too. */
function removeOldChunks(directory, metafile) {
  const made = new Set(Object.keys(metafile.outputs).map((name) => path.basename(name)));
  for (const name of readdirSync(directory)) {
    if (name.endsWith('.js') && !made.has(name)) rmSync(path.join(directory, name));
  }
}

/** The helper lies beside each bundle, where its loader looks first. It is for the platform of this build only. */
function placeNativeHelper(root, out) {
  const helper = path.join(root, 'host-native/build/native.node');
  if (!existsSync(helper)) return;
  for (const outdir of ['cli/dist', 'host-node/dist/api']) {
    const place = path.join(out, outdir, 'native.node');
    // Never into the old file: a program that has it loaded would crash.
    copyFileSync(helper, `${place}.new`);
    renameSync(`${place}.new`, place);
  }
}

/** JavaScript and types of the core, and the types of the library for both packages that have it. */
export function emitTypes(root, out = root) {
  const emitted = path.join(root, '.cache', `types-${process.pid}`);
  try {
    compile(root, ['-p', 'core/tsconfig.build.json', '--outDir', path.join(out, 'core/dist')]);
    const types = ['--noEmit', 'false', '--emitDeclarationOnly', '--declaration', '--rootDir', root];
    compile(root, ['-p', 'host-node/tsconfig.types.json', ...types, '--outDir', emitted]);
    const library = path.join(emitted, 'host-node/src/api/sync.d.ts');
    copyDeclarations(library, path.join(emitted, 'host-node/src'), path.join(out, 'host-node/dist'));
    copyDeclarations(library, path.join(emitted, 'host-node/src'), path.join(out, 'cli/dist/types'));
    correctExtensions(path.join(out, 'core/dist'));
  } finally {
    rmSync(emitted, { recursive: true, force: true });
  }
}

function compile(root, args) {
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  const result = spawnSync(process.execPath, [tsc, ...args], { cwd: root, stdio: 'inherit' });
  if (result.status !== 0) throw new Error(`tsc ${args.join(' ')} ended with ${result.status}`);
}

/** Copies a declaration file and what it imports by relative paths; nothing else of the engine becomes public. */
function copyDeclarations(file, from, to, seen = new Set()) {
  if (seen.has(file)) return;
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  const target = path.join(to, path.relative(from, file));
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, withJsExtensions(text));
  for (const [, imported] of text.matchAll(/from '(\.[^']+)\.ts'/g)) {
    copyDeclarations(path.join(path.dirname(file), `${imported}.d.ts`), from, to, seen);
  }
}

/** The compiler rewrites the extensions of imports in JavaScript, but not in declarations. */
function correctExtensions(directory) {
  for (const name of readdirSync(directory).filter((each) => each.endsWith('.d.ts'))) {
    const file = path.join(directory, name);
    writeFileSync(file, withJsExtensions(readFileSync(file, 'utf8')));
  }
}

function withJsExtensions(text) {
  return text.replaceAll(/from '(\.[^']+)\.ts'/g, "from '$1.js'");
}
