// Generator of the MD4 and MD5 compression functions: unrolled scalar ones, and kernels that run eight messages side by
// side in SIMD lanes. The lane kernels are loops of four steps: unrolled they would be longer than the processor's
// cache of decoded instructions, and slower by a third (measured on Zen 5). Pure: returns file texts, writes nothing (write.ts does).
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
}

/** One algorithm of the MD4 family: rounds of 16 steps, which message word a step takes, and the text of a step. */
interface Algorithm {
  name: string;
  rounds: number;
  wordOf(step: number): number;
  /** Constant that a step adds; a round without one has none. */
  constantOf(step: number): number | undefined;
  /** For each round, byte offset from the words of its first four steps to those of turn `i`, modulo 256. */
  turnOffsets: readonly string[];
  statement(
    ops: Operations,
    step: number,
    registers: readonly string[],
    word: string,
    constant: string,
  ): string;
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
};

const laneOps: Operations = {
  add: (a, b) => `i32x4.add(${a}, ${b})`,
  and: (a, b) => `v128.and(${a}, ${b})`,
  or: (a, b) => `v128.or(${a}, ${b})`,
  xor: (a, b) => `v128.xor(${a}, ${b})`,
  andNot: (a, b) => `v128.andnot(${a}, ${b})`,
  sub: (a, b) => `i32x4.sub(${a}, ${b})`,
  rotateLeft: (a, bits) => `rotateLanes(${a}, ${bits})`,
};

/** x ? y : z, bit by bit. */
function choose(ops: Operations, x: string, y: string, z: string): string {
  return ops.xor(z, ops.and(x, ops.xor(y, z)));
}

const md5: Algorithm = {
  name: 'md5',
  rounds: 4,
  constantOf: md5Constant,
  turnOffsets: ['i << 6', 'i << 6', 'i * 192', 'i * 192'],
  wordOf: (step) => [step, 5 * step + 1, 3 * step + 5, 7 * step][step >> 4]! % 16,
  statement(ops, step, registers, word, constant) {
    const [a, b, c, d] = registers as [string, string, string, string];
    const base = ops.add(ops.add(a, word), constant);
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
  rounds: 3,
  constantOf: (step) => [undefined, MD4_ROUND_2, MD4_ROUND_3][step >> 4],
  turnOffsets: ['i << 6', 'i << 4', '((i & 1) << 5) | ((i & 2) << 3)'],
  wordOf(step) {
    const inRound = step & 15;
    return [inRound, (inRound & 3) * 4 + (inRound >> 2), MD4_ROUND_3_ORDER[inRound]!][step >> 4]!;
  },
  statement(ops, step, registers, word, constant) {
    const [a, b, c, d] = registers as [string, string, string, string];
    const base = ops.add(a, word);
    const keyed = ops.add(base, constant);
    const sums = [
      () => ops.add(base, choose(ops, b, c, d)),
      // The majority, as the sum of disjoint bits of which only one part waits for the newest register.
      () => ops.add(ops.add(keyed, ops.and(c, d)), ops.and(b, ops.xor(c, d))),
      () => ops.add(keyed, ops.xor(ops.xor(c, d), b)),
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
  const steps = Array.from({ length: algorithm.rounds * 16 }, (_, step) => {
    const constant = `<u32>${hex(algorithm.constantOf(step) ?? 0)}`;
    return algorithm.statement(
      scalarOps,
      step,
      turned(registers, step),
      `w${algorithm.wordOf(step)}`,
      constant,
    );
  });
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

/** Where a lane kernel reads the constants of a round, and by how much that moves each turn. */
function constantsOf(algorithm: Algorithm, round: number): { start: number; perTurn: number } {
  if (algorithm === md5) return { start: round * 256, perTurn: 64 };
  return { start: Math.max(0, round - 1) * 16, perTurn: 0 };
}

/** One round of a lane kernel: four turns of four steps, after which the registers are back in their places. */
function laneRound(algorithm: Algorithm, round: number, registers: readonly string[][]): string[] {
  const { start, perTurn } = constantsOf(algorithm, round);
  const table = `${algorithm.name.toUpperCase()}_CONSTANTS`;
  const body = [0, 1, 2, 3].flatMap((inTurn) => {
    const step = round * 16 + inTurn;
    const constant = perTurn > 0 ? `v128.load(keys, ${inTurn * 16})` : `v128.load(${table}, ${start})`;
    const statements = registers.map((group, index) =>
      algorithm.statement(
        laneOps,
        step,
        turned(group, step),
        `v128.load(word${inTurn}, ${index * 256})`,
        constant,
      ),
    );
    return [`const word${inTurn} = words + ((turn + ${algorithm.wordOf(step) * 16}) & 255);`, ...statements];
  });
  const keys = perTurn > 0 ? [`const keys = ${table} + ${start} + i * ${perTurn};`] : [];
  return [
    `for (let i: usize = 0; i < 4; i++) {`,
    ...[`const turn = ${algorithm.turnOffsets[round]!};`, ...keys, ...body].map((text) => '  ' + text),
    `}`,
  ];
}

/** Kernel of eight lanes in two groups of four, interleaved to hide the latency of one dependency chain. */
function laneKernel(algorithm: Algorithm): string {
  const registers = [0, 1].map((group) => ['a', 'b', 'c', 'd'].map((name) => name + group));
  const each = (text: (register: string, at: number) => string): string[] =>
    registers.flatMap((group, index) => group.map((r, i) => text(r, index * 64 + i * 16)));
  const loads = each((r, at) => `let ${r} = v128.load(state, ${at});`);
  const saves = each((r) => `const s${r} = ${r};`);
  const rounds = Array.from({ length: algorithm.rounds }, (_, round) =>
    laneRound(algorithm, round, registers),
  );
  const sums = each((r) => `${r} = i32x4.add(${r}, s${r});`);
  const stores = each((r, at) => `v128.store(state, ${r}, ${at});`);
  return (
    `/** Eight messages at once: state 2 x (a b c d) vectors, pointers 8 x u32, words 512 bytes of scratch. */\n` +
    `export function ${algorithm.name}Lanes8(state: usize, pointers: usize, chunks: u32, words: usize): void {\n` +
    lines('  ', loads) +
    `  for (let chunk: u32 = 0; chunk < chunks; chunk++) {\n` +
    `    transposeWords(pointers, chunk << 6, words);\n` +
    lines('    ', [...saves, ...rounds.flat(), ...sums]) +
    `  }\n` +
    lines('  ', stores) +
    `}\n`
  );
}

/** A table of constants, each four times: V8 rebuilds a splatted constant at every use. */
function laneConstants(name: string, values: readonly number[]): string {
  const rows = values.map((value) => '  ' + Array(4).fill(hex(value)).join(', ') + ',\n');
  return `const ${name}: usize = memory.data<u32>([\n${rows.join('')}], 16);\n`;
}

const HEADER = `// GENERATED by core/gen/md-kernels.ts (npx node core/gen/write.ts); do not edit.\n`;
const ROTATE =
  `// @ts-ignore: decorator\n@inline\nfunction rotateLanes(x: v128, bits: i32): v128 {\n` +
  `  return v128.or(i32x4.shl(x, bits), i32x4.shr_u(x, 32 - bits));\n}\n`;

/** The generated files: name below core/assembly/checksum → text. */
export function mdKernelFiles(): Record<string, string> {
  const scalar = [scalarKernel(md4), scalarKernel(md5)];
  const lanes = [
    `import { transposeWords } from './transpose';\n`,
    laneConstants('MD4_CONSTANTS', [MD4_ROUND_2, MD4_ROUND_3]),
    laneConstants(
      'MD5_CONSTANTS',
      MD5_CONSTANTS.map((_, step) => md5Constant(step)),
    ),
    ROTATE,
    laneKernel(md4),
    laneKernel(md5),
  ];
  return {
    'md-scalar.generated.ts':
      HEADER + `// Compression functions of MD4 and MD5, one message at a time.\n\n` + scalar.join('\n'),
    'md-lanes.generated.ts':
      HEADER +
      `// Compression functions of MD4 and MD5 over several equally long messages side by side.\n\n` +
      lanes.join('\n'),
  };
}
