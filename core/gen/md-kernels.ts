// Generator of the unrolled MD4 and MD5 compression functions: scalar ones, and kernels that run
// eight messages side by side in SIMD lanes. Pure: returns file texts, writes nothing (write.ts does).
// The algorithms are RFC 1320 and RFC 1321; nothing of rsync's protocol is known here.

/** Spelling of 32-bit operations, either on u32 or on four lanes of a v128. */
interface Operations {
  add(a: string, b: string): string;
  and(a: string, b: string): string;
  or(a: string, b: string): string;
  xor(a: string, b: string): string;
  /** a and not b. */
  andNot(a: string, b: string): string;
  sub(a: string, b: string): string;
  rotateLeft(a: string, bits: number): string;
  constant(value: number): string;
}

/** One algorithm of the MD4 family: steps, which message word a step takes, and the text of a step. */
interface Algorithm {
  name: string;
  steps: number;
  wordOf(step: number): number;
  statement(ops: Operations, step: number, registers: readonly string[], word: string): string;
}

const MD5_CONSTANTS = Array.from(
  { length: 64 },
  (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) >>> 0,
);
const MD4_ROUND_2 = 0x5a827999;
const MD4_ROUND_3 = 0x6ed9eba1;
/** Round 4 subtracts the complement of its mix, x + ~y = x - y - 1, which saves the "not". */
function md5Constant(step: number): number {
  return (MD5_CONSTANTS[step]! - (step < 48 ? 0 : 1)) >>> 0;
}

const TABLE = [...MD5_CONSTANTS.map((_, step) => md5Constant(step)), MD4_ROUND_2, MD4_ROUND_3];

const MD5_SHIFTS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
];
const MD4_SHIFTS = [
  [3, 7, 11, 19],
  [3, 5, 9, 13],
  [3, 9, 11, 15],
];
const MD4_ROUND_3_ORDER = [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15];

const hex = (value: number): string => '0x' + value.toString(16).padStart(8, '0');

const scalarOps: Operations = {
  add: (a, b) => `(${a} + ${b})`,
  and: (a, b) => `(${a} & ${b})`,
  or: (a, b) => `(${a} | ${b})`,
  xor: (a, b) => `(${a} ^ ${b})`,
  andNot: (a, b) => `(${a} & ~${b})`,
  sub: (a, b) => `(${a} - ${b})`,
  rotateLeft: (a, bits) => `rotl<u32>(${a}, ${bits})`,
  constant: (value) => `<u32>${hex(value)}`,
};

const laneOps: Operations = {
  add: (a, b) => `i32x4.add(${a}, ${b})`,
  and: (a, b) => `v128.and(${a}, ${b})`,
  or: (a, b) => `v128.or(${a}, ${b})`,
  xor: (a, b) => `v128.xor(${a}, ${b})`,
  andNot: (a, b) => `v128.andnot(${a}, ${b})`,
  sub: (a, b) => `i32x4.sub(${a}, ${b})`,
  rotateLeft: (a, bits) => `rotateLanes(${a}, ${bits})`,
  // From memory, not splat(constant): V8 would rebuild the vector at every use.
  constant: (value) => `v128.load(LANE_CONSTANTS, ${TABLE.indexOf(value) * 16})`,
};

/** x ? y : z, bit by bit. */
function choose(ops: Operations, x: string, y: string, z: string): string {
  return ops.xor(z, ops.and(x, ops.xor(y, z)));
}

const md5: Algorithm = {
  name: 'md5',
  steps: 64,
  wordOf: (step) => [step, 5 * step + 1, 3 * step + 5, 7 * step][step >> 4]! % 16,
  statement(ops, step, registers, word) {
    const [a, b, c, d] = registers as [string, string, string, string];
    const base = ops.add(ops.add(a, word), ops.constant(md5Constant(step)));
    // b is the newest register: whatever does not need it comes first. Disjoint bits are joined by addition.
    const sums = [
      () => ops.add(base, choose(ops, b, c, d)),
      () => ops.add(ops.add(base, ops.andNot(c, d)), ops.and(b, d)),
      () => ops.add(base, ops.xor(ops.xor(c, d), b)),
      () => ops.sub(base, ops.xor(c, ops.andNot(d, b))),
    ];
    const sum = sums[step >> 4]!();
    return `${a} = ${ops.add(ops.rotateLeft(sum, MD5_SHIFTS[step >> 4]![step & 3]!), b)};`;
  },
};

const md4: Algorithm = {
  name: 'md4',
  steps: 48,
  wordOf(step) {
    const inRound = step & 15;
    return [inRound, (inRound & 3) * 4 + (inRound >> 2), MD4_ROUND_3_ORDER[inRound]!][step >> 4]!;
  },
  statement(ops, step, registers, word) {
    const [a, b, c, d] = registers as [string, string, string, string];
    const base = ops.add(a, word);
    const second = ops.add(base, ops.constant(MD4_ROUND_2));
    const sums = [
      () => ops.add(base, choose(ops, b, c, d)),
      // The majority, as the sum of disjoint bits of which only one part waits for the newest register.
      () => ops.add(ops.add(second, ops.and(c, d)), ops.and(b, ops.xor(c, d))),
      () => ops.add(ops.add(base, ops.constant(MD4_ROUND_3)), ops.xor(ops.xor(c, d), b)),
    ];
    return `${a} = ${ops.rotateLeft(sums[step >> 4]!(), MD4_SHIFTS[step >> 4]![step & 3]!)};`;
  },
};

/** The registers in the order of a step: a b c d, then d a b c, and so on round. */
function turned(registers: readonly string[], step: number): string[] {
  const count = registers.length;
  return registers.map((_, i) => registers[(i + count - (step % count)) % count]!);
}

function lines(indent: string, texts: string[]): string {
  return texts.map((text) => indent + text + '\n').join('');
}

function scalarKernel(algorithm: Algorithm): string {
  const registers = ['a', 'b', 'c', 'd'];
  const steps = Array.from({ length: algorithm.steps }, (_, step) =>
    algorithm.statement(scalarOps, step, turned(registers, step), `w${algorithm.wordOf(step)}`),
  );
  return (
    `/** Mixes \`chunks\` times 64 bytes at \`p\` into the four words at \`state\`. */\n` +
    `export function ${algorithm.name}Compress(state: usize, p: usize, chunks: u32): void {\n` +
    lines(
      '  ',
      registers.map((r, i) => `let ${r} = load<u32>(state, ${i * 4});`),
    ) +
    `  while (chunks) {\n` +
    lines(
      '    ',
      registers.map((r) => `const ${r}0 = ${r};`),
    ) +
    lines(
      '    ',
      Array.from({ length: 16 }, (_, i) => `const w${i} = load<u32>(p, ${i * 4});`),
    ) +
    lines('    ', steps) +
    lines(
      '    ',
      registers.map((r) => `${r} += ${r}0;`),
    ) +
    `    p += 64;\n    chunks--;\n  }\n` +
    lines(
      '  ',
      registers.map((r, i) => `store<u32>(state, ${r}, ${i * 4});`),
    ) +
    `}\n`
  );
}

/**
 * Kernel of eight lanes in two groups of four, interleaved to hide the latency of one dependency chain. (Three groups
 * spill registers.)
 */
function laneKernel(algorithm: Algorithm): string {
  const groups = [0, 1];
  const registers = (group: number): string[] => ['a', 'b', 'c', 'd'].map((name) => name + group);
  const each = (text: (register: string, at: number) => string): string[] =>
    groups.flatMap((group) => registers(group).map((r, i) => text(r, group * 64 + i * 16)));
  const steps = Array.from({ length: algorithm.steps }, (_, step) =>
    groups.map((group) => {
      const word = `v128.load(words, ${group * 256 + algorithm.wordOf(step) * 16})`;
      return algorithm.statement(laneOps, step, turned(registers(group), step), word);
    }),
  ).flat();
  return (
    `/** Eight messages at once: state 2 x (a b c d) vectors, pointers 8 x u32, words 512 bytes of scratch. */\n` +
    `export function ${algorithm.name}Lanes8(state: usize, pointers: usize, chunks: u32, words: usize): void {\n` +
    lines(
      '  ',
      each((r, at) => `let ${r} = v128.load(state, ${at});`),
    ) +
    `  for (let chunk: u32 = 0; chunk < chunks; chunk++) {\n` +
    `    transposeWords(pointers, chunk << 6, words);\n` +
    lines(
      '    ',
      each((r) => `const s${r} = ${r};`),
    ) +
    lines('    ', steps) +
    lines(
      '    ',
      each((r) => `${r} = i32x4.add(${r}, s${r});`),
    ) +
    `  }\n` +
    lines(
      '  ',
      each((r, at) => `v128.store(state, ${r}, ${at});`),
    ) +
    `}\n`
  );
}

function laneConstants(): string {
  const rows = TABLE.map((value) => '  ' + Array(4).fill(hex(value)).join(', ') + ',\n');
  return `const LANE_CONSTANTS: usize = memory.data<u32>([\n${rows.join('')}], 16);\n`;
}

const HEADER = `// GENERATED by core/gen/md-kernels.ts (npx node core/gen/write.ts); do not edit.\n`;
const ROTATE =
  `// @ts-ignore: decorator\n@inline\nfunction rotateLanes(x: v128, bits: i32): v128 {\n` +
  `  return v128.or(i32x4.shl(x, bits), i32x4.shr_u(x, 32 - bits));\n}\n`;

/** The generated files: name below core/assembly/checksum → text. */
export function mdKernelFiles(): Record<string, string> {
  const scalar = [scalarKernel(md4), scalarKernel(md5)];
  const lanes = [laneKernel(md4), laneKernel(md5)];
  return {
    'md-scalar.generated.ts':
      HEADER + `// Compression functions of MD4 and MD5, one message at a time.\n\n` + scalar.join('\n'),
    'md-lanes.generated.ts':
      HEADER +
      `// Compression functions of MD4 and MD5 over several equally long messages side by side.\n\n` +
      [`import { transposeWords } from './transpose';\n`, laneConstants(), ROTATE, ...lanes].join('\n'),
  };
}
