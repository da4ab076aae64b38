// Writes the table of options into README.md, from the option table. `--check` only says whether it is up to date.
// Usage: node scripts/docs-table.mjs [--check]
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { supportTable } from '../host-node/src/options/support-table.ts';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const readme = path.join(root, 'README.md');
const BEGIN = '<!-- options: written by scripts/docs-table.mjs -->';
const END = '<!-- options end -->';

const text = readFileSync(readme, 'utf8');
const from = text.indexOf(BEGIN);
const to = text.indexOf(END);
if (from < 0 || to < from) throw new Error('README.md has lost the marks of the table');
const made = `${text.slice(0, from)}${BEGIN}\n\n${supportTable()}\n${text.slice(to)}`;
const prettier = path.join(root, 'node_modules/prettier/bin/prettier.cjs');
const args = [prettier, '--stdin-filepath', readme];
const formatted = spawnSync(process.execPath, args, { cwd: root, input: made, encoding: 'utf8' });
if (formatted.status !== 0) throw new Error(formatted.stderr);
if (process.argv.includes('--check')) {
  if (formatted.stdout !== text) {
    process.stderr.write('README.md: the table of options is old; run node scripts/docs-table.mjs\n');
    process.exitCode = 1;
  }
} else writeFileSync(readme, formatted.stdout);
