// `ocrsync doctor`: what is in force on this machine, found out by trying. Exit code 0 whatever it finds.
import { spawnSync } from 'node:child_process';
import { release } from 'node:os';
import { type Capabilities, capabilities } from '@ocrsync/node/api/capabilities';
import {
  confinedSelfTest,
  type SelfTestResult,
  withSelfTestDirectory,
} from '@ocrsync/node/api/confinement-self-test';
import { SELF_TEST } from './doctor-words.ts';

const SELF_TEST_MS = 20_000;
const USAGE = 'Usage: ocrsync doctor [--json]\n';
const LABEL_COLUMN = 22;

/** Returns what to print (UTF-8 text). */
export async function doctor(words: readonly string[]): Promise<string> {
  if (words[1] === SELF_TEST) return JSON.stringify(await confinedSelfTest(words[2] ?? '.'));
  if (words.includes('--help')) return USAGE;
  const facts = capabilities();
  const confinement = testConfinement(facts);
  if (words.includes('--json')) {
    return `${JSON.stringify({ ...facts, kernel: release(), confinement }, null, 2)}\n`;
  }
  return doctorText(facts, confinement);
}

/** In a process of its own, because nothing brings given-up rights back. */
function testConfinement(facts: Capabilities): SelfTestResult {
  if (!facts.landlock.available) return { verdict: 'absent', answer: facts.landlock.answer };
  const program = process.argv[1];
  if (program === undefined) return { verdict: 'broken', answer: 'the own program is not known' };
  return withSelfTestDirectory((directory) => {
    const words = [...process.execArgv, program, 'doctor', SELF_TEST, directory];
    const { stdout, stderr, error } = spawnSync(process.execPath, words, {
      encoding: 'utf8',
      timeout: SELF_TEST_MS,
    });
    try {
      return JSON.parse(stdout) as SelfTestResult;
    } catch {
      const reason = error?.message ?? stderr.trim();
      return { verdict: 'broken', answer: `the self test did not run: ${reason}` };
    }
  });
}

const DOORS: Readonly<Record<Capabilities['door'], string>> = {
  openat2: 'the kernel keeps names beneath the root (openat2)',
  walk: 'names are walked over held directories',
  procfs: 'names are walked over held directories (/proc/self/fd)',
  lexical: 'names are looked at, symlinked directories are not noticed',
};

function doctorText(facts: Capabilities, confinement: SelfTestResult): string {
  const { nativeHelper, ioUring, landlock, seccomp } = facts;
  const yesNo = (value: boolean): string => (value ? 'yes' : 'no');
  const rows: readonly (readonly [string, string])[] = [
    ['native helper', nativeHelper.path ?? `not loaded: ${nativeHelper.reason}`],
    ['names of a peer', DOORS[facts.door]],
    ['times', facts.exactTimes ? 'exact to the nanosecond' : 'up to 240 ns off'],
    ['devices and FIFOs', yesNo(facts.deviceNodes)],
    ['extended attributes', yesNo(facts.extendedAttributes)],
    ['io_uring', ioUring.answer],
    ['Landlock', landlock.answer],
    ['seccomp', seccomp.answer],
    [
      'user',
      `${facts.uid ?? 'unknown'}${facts.superUser ? ' (may change owners)' : ''}; groups: ${facts.groups}`,
    ],
    ['confinement', `${confinement.verdict}: ${confinement.answer}`],
  ];
  const head = `ocrsync ${facts.version}, Node ${facts.node}, ${facts.platform} ${release()} ${facts.architecture}`;
  return `${[head, ...rows.map(([label, text]) => `  ${label.padEnd(LABEL_COLUMN)}${text}`)].join('\n')}\n`;
}
