// Runs the native helper under gcc's address and undefined-behaviour sanitizers and under valgrind, and fails on whatever
// they find that has a frame of the addon in it: V8's own leaks are not ours.
// Usage: node scripts/sanitize.mjs [--no-valgrind] [vitest arguments instead of the usual tests]
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const sources = path.join(root, 'host-native/src');
const work = path.join(root, '.cache', 'sanitized');
const addon = path.join(work, 'build', 'native.node');
const logs = path.join(work, 'logs');
const words = process.argv.slice(2);
const given = words.filter((word) => word !== '--no-valgrind');
const tests = given.length > 0 ? given : ['test/unit/native', 'test/conformance'];
const LONGEST_RUN_MS = 300_000;
const DRIVE = 'test/unit/native/sanitize-drive.ts';
const SEED = '1';
const CALLS = '60000';
/** Some fifty times slower than outside. */
const VALGRIND_CALLS = '6000';
/** Innermost frames that are the allocator's own. */
const ALLOCATORS = /malloc|calloc|realloc|aligned_alloc|memalign|strdup|strndup|operator new/;

function run(command, args, environment = {}) {
  const options = {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
    timeout: LONGEST_RUN_MS,
  };
  const result = spawnSync(command, args, options);
  if (result.error) throw result.error;
  return result.status ?? 1;
}

function has(command) {
  return spawnSync(command, ['--version']).status === 0;
}

function compile(output, flags) {
  const include = path.join(root, 'node_modules/node-api-headers/include');
  const files = readdirSync(sources).filter((name) => name.endsWith('.c'));
  const paths = files.map((name) => path.join(sources, name));
  const common = [
    '-std=gnu11',
    '-g',
    '-Wall',
    '-Wextra',
    '-shared',
    '-fPIC',
    '-fvisibility=hidden',
    '-pthread',
  ];
  const status = run('gcc', [...common, ...flags, `-I${include}`, '-o', output, ...paths]);
  if (status !== 0) throw new Error('the addon does not compile');
}

/** A copy of the loader beside the instrumented addon, and a configuration in which tests import that copy. */
function prepare() {
  rmSync(work, { recursive: true, force: true });
  for (const folder of ['build', 'src', 'logs']) mkdirSync(path.join(work, folder), { recursive: true });
  for (const name of readdirSync(sources).filter((file) => file.endsWith('.ts'))) {
    copyFileSync(path.join(sources, name), path.join(work, 'src', name));
  }
  const config = {
    root,
    resolve: { conditions: ['ocrsync-source'] },
    ssr: { resolve: { conditions: ['ocrsync-source'] } },
    test: { include: ['test/**/*.test.ts'], pool: 'forks', testTimeout: 120_000 },
  };
  const alias = `[{ find: /^@ocrsync\\/native\\/(.*)$/, replacement: ${JSON.stringify(`${work}/src/$1.ts`)} }]`;
  const text = `const config = ${JSON.stringify(config)};\nconfig.resolve.alias = ${alias};\nexport default config;\n`;
  writeFileSync(path.join(work, 'vitest.config.mjs'), text);
}

/** Reports in the logs that begin with `prefix`, one text each, split at `separator`. */
function reports(prefix, separator) {
  const found = readdirSync(logs).filter((name) => name.startsWith(prefix));
  return found.flatMap((name) => readFileSync(path.join(logs, name), 'latin1').split(separator));
}

/** Whether the memory was allocated by the addon itself: its frame is the first one outside the allocators. */
function isOwnLeak(report) {
  const frames = report.split('\n').filter((line) => /^(?:==\d+==\s+(?:at|by) |\s*#\d+ )/.test(line));
  const first = frames.find((line) => !ALLOCATORS.test(line) && !line.includes('vg_replace'));
  return first !== undefined && isOwnFrame(first);
}

/** A frame in the addon: sanitizers name module or source file, valgrind the one of them that it knows. */
function isOwnFrame(line) {
  return line.includes('native.node') || cFiles.some((name) => line.includes(name));
}

const cFiles = readdirSync(sources).filter((name) => name.endsWith('.c'));

/** Runs this Node with the sanitizer's library in it; the exit code. */
function sanitized(args, options) {
  const library = spawnSync('gcc', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).stdout.trim();
  // A small quarantine: tests that watch the memory of the process would see it grow otherwise.
  const quarantine = 'quarantine_size_mb=1:thread_local_quarantine_size_kb=16';
  return run(process.execPath, args, {
    LD_PRELOAD: library,
    OCRSYNC_TEST_ADDON: addon,
    ASAN_OPTIONS: `log_path=${logs}/asan:${quarantine}:${options}`,
    UBSAN_OPTIONS: 'print_stacktrace=1',
  });
}

function underSanitizers() {
  compile(addon, [
    '-O1',
    '-fno-omit-frame-pointer',
    '-fsanitize=address,undefined',
    '-fno-sanitize-recover=all',
  ]);
  const config = path.join(work, 'vitest.config.mjs');
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', config, ...tests];
  const tested = sanitized(vitest, 'detect_leaks=0');
  // Leaks are looked for at the end of a process that nobody kills and that has all its rights.
  const driven = sanitized([DRIVE, addon, SEED, CALLS], 'detect_leaks=1:exitcode=0');
  const all = reports('asan', /\n(?=(?:Direct|Indirect) leak|={20,})/);
  const leaks = all.filter((text) => /^(?:Direct|Indirect) leak/.test(text) && isOwnLeak(text));
  const faults = all.filter((text) => text.includes('ERROR: AddressSanitizer'));
  const looked = all.some((text) => text.includes('LeakSanitizer'));
  if (!looked) faults.push('no report of leaks, not even of those of V8: nobody looked for them');
  return { status: tested || driven, findings: [...faults, ...leaks] };
}

function underValgrind() {
  const plain = path.join(work, 'build', 'plain.node');
  compile(plain, ['-O1']);
  const status = run('valgrind', [
    `--log-file=${logs}/valgrind`,
    '--leak-check=full',
    '--show-leak-kinds=definite',
    '--num-callers=30',
    '--error-limit=no',
    process.execPath,
    DRIVE,
    plain,
    SEED,
    VALGRIND_CALLS,
  ]);
  const all = reports('valgrind', /\n==\d+== \n/).map((text) => text.trim());
  const findings = all.filter((text) => {
    if (/ definitely lost in loss record /.test(text)) return isOwnLeak(text);
    return /^==\d+== (?:Invalid|Conditional|Use of|Syscall param|Source and destination|Argument|Mismatched)/m.test(
      text,
    )
      ? text.split('\n').some(isOwnFrame)
      : false;
  });
  return { status, findings };
}

function tell(title, { status, findings }) {
  for (const text of findings) process.stdout.write(`\n${text.trim()}\n`);
  const verdict =
    status === 0 && findings.length === 0 ? 'clean' : `exit ${status}, ${findings.length} findings`;
  process.stdout.write(`== ${title}: ${verdict}\n`);
  return status === 0 && findings.length === 0;
}

if (process.platform !== 'linux' || !has('gcc')) {
  process.stderr.write('sanitize: needs Linux and gcc\n');
  process.exit(1);
}
prepare();
let clean = tell('address and undefined-behaviour sanitizers', underSanitizers());
if (words.includes('--no-valgrind')) process.stdout.write('== valgrind: left out as asked\n');
else if (!has('valgrind')) process.stdout.write('== valgrind: not on this machine, left out\n');
else clean = tell('valgrind', underValgrind()) && clean;
process.exitCode = clean ? 0 : 1;
