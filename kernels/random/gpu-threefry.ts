/**
 * Threefry-2x32 as source for GPU.js, the same bits as threefry.ts. 32-bit integers are not safe there: each word is two
 * halves of 16 bits in float variables, `aHigh` and `aLow`. Every sum and product stays below 2^24, so that nothing is
 * rounded; `^` of two halves is right in every mode.
 */
import { divide } from '../gpu-source.ts';

const HALF = 65536;
const PARITY_HIGH = 0x1bd1;
const PARITY_LOW = 0x1bda;

/** Bits that each round rotates by. */
const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/** The halves of a key's words, high before low, for the numbers `n0` to `n3`. */
export function keyNumbers(key: readonly [number, number]): readonly number[] {
  return key.flatMap((word) => [(word >>> 16) & 0xffff, word & 0xffff]);
}

/**
 * Lines that declare `first` and `second`, the upper 24 bits of the words of block number `block`, from the counter in
 * `a0` and the key in `n0` to `n3`; cpu.ts says how these make a block.
 */
export function blockLines(block: string): string {
  const lines = [
    'const counterLow = a0[0];',
    'const counterHigh = a0[1];',
    divide('highUpper', 'highLower', 'counterHigh', 256),
    divide('stepHigh', 'stepLow', 'counterLow', HALF),
    'stepHigh = stepHigh + highLower * 256;',
    divide('blockHigh', 'blockLow', block, HALF),
    'const key0High = n0;',
    'const key0Low = n1 ^ highUpper;',
    'const key1High = n2;',
    'const key1Low = n3;',
    `const key2High = (key0High ^ key1High) ^ ${PARITY_HIGH};`,
    `const key2Low = (key0Low ^ key1Low) ^ ${PARITY_LOW};`,
    'let aHigh = blockHigh; let aLow = blockLow; let bHigh = stepHigh; let bLow = stepLow;',
    'let high = 0; let low = 0; let upperTop = 0; let lowerTop = 0;',
    add('a', 'key0High', 'key0Low'),
    add('b', 'key1High', 'key1Low'),
  ];
  for (let round = 0; round < 20; round++) {
    lines.push(add('a', 'bHigh', 'bLow'), rotate(ROTATIONS[round % 8]!));
    lines.push('bHigh = high ^ aHigh; bLow = low ^ aLow;');
    if (round % 4 !== 3) continue;
    const turn = (round + 1) / 4;
    const [next, after] = [turn % 3, (turn + 1) % 3];
    lines.push(add('a', `key${next}High`, `key${next}Low`), add('b', `key${after}High`, `(key${after}Low + ${turn})`));
  }
  lines.push(
    `const first = aHigh * 256 + Math.floor(aLow * ${1 / 256});`,
    `const second = bHigh * 256 + Math.floor(bLow * ${1 / 256});`,
  );
  return lines.join('\n');
}

/** Adds to a word, modulo 2^32. Multiplied by powers of two, never divided: a card may round quotients. */
function add(word: string, high: string, low: string): string {
  const [wordHigh, wordLow] = [`${word}High`, `${word}Low`];
  return `${wordLow} = ${wordLow} + ${low};
high = Math.floor(${wordLow} * ${1 / HALF});
${wordLow} = ${wordLow} - high * ${HALF};
${wordHigh} = ${wordHigh} + ${high} + high;
${wordHigh} = ${wordHigh} - Math.floor(${wordHigh} * ${1 / HALF}) * ${HALF};`;
}

/** Sets `high` and `low` to those of b, rotated to the left. */
function rotate(bits: number): string {
  const [upper, lower] = bits < 16 ? ['bHigh', 'bLow'] : ['bLow', 'bHigh'];
  const left = bits % 16;
  if (left === 0) return `high = ${upper}; low = ${lower};`;
  const kept = 1 << (16 - left);
  return `upperTop = Math.floor(${upper} * ${1 / kept});
lowerTop = Math.floor(${lower} * ${1 / kept});
high = (${upper} - upperTop * ${kept}) * ${1 << left} + lowerTop;
low = (${lower} - lowerTop * ${kept}) * ${1 << left} + upperTop;`;
}
