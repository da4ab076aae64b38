// esbuild plugin: node:fs without its lazy parts. An import of 'node:fs' makes Node read every property of the module,
// which loads fs.promises, streams and readline (3 ms of a start); the functions alone bring nothing.
import fs from 'node:fs';

const properties = Object.entries(Object.getOwnPropertyDescriptors(fs));
const names = properties.filter(([, { get }]) => get === undefined).map(([name]) => name);

export const leanFs = {
  name: 'lean-fs',
  /** @param {import('esbuild').PluginBuild} build */
  setup(build) {
    build.onResolve({ filter: /^node:fs$/ }, () => ({
      path: 'fs',
      namespace: 'lean-fs',
      sideEffects: false,
    }));
    build.onLoad({ filter: /.*/, namespace: 'lean-fs' }, () => ({
      contents: `const fs = process.getBuiltinModule('node:fs');\nexport const { ${names.join(', ')} } = fs;\n`,
    }));
  },
};
