/** Sums on a graphics card: by one thread, or by several that each sum a piece, with a second pass over the pieces. */
import type { GpuOperand, GpuPass } from './contract.ts';
import { divide } from './gpu-source.ts';

/** Terms that are added before they reach the sum: the rounding error of 256 terms is then a fifth of that in a row. */
const BLOCK = 64;

/** Terms in one expression: a product of 256 x 256 x 256 takes 3/4 of the time of one at a time (WebGPU, SwiftShader). */
const UNROLLED = 8;

/** Threads that keep a card busy; more results than these are never summed in pieces. */
const BUSY_THREADS = 2 ** 15;

/** Terms of a piece, and pieces of a sum: with fewer the second pass costs more than it saves. */
const SHORTEST_PIECE = 256;
const FEWEST_PIECES = 4;

/** Lines that declare `name`, the sum of `term(index)` over `count` indices from 0 on. */
export function sumLines(name: string, count: number, term: (index: string) => string): string {
  const blocks = count > BLOCK ? Math.floor(count / BLOCK) : 0;
  const blockLines = (): string => {
    const [block, part] = [`${name}Block`, `${name}Part`];
    return `for (let ${block} = 0; ${block} < ${blocks}; ${block}++) {
let ${part} = 0;
${unrolled(part, BLOCK / UNROLLED, `${block} * ${BLOCK} + `, term)}
${name} += ${part};
}`;
  };
  const summed = blocks * BLOCK;
  const rounds = Math.floor((count - summed) / UNROLLED);
  const rest = Array.from({ length: (count - summed) % UNROLLED }, (_, i) => summed + rounds * UNROLLED + i);
  return [
    `let ${name} = 0;`,
    ...(blocks > 0 ? [blockLines()] : []),
    ...(rounds > 0 ? [unrolled(name, rounds, summed > 0 ? `${summed} + ` : '', term)] : []),
    ...(rest.length > 0 ? [`${name} += ${rest.map((index) => term(String(index))).join(' + ')};`] : []),
  ].join('\n');
}

/** Adds `rounds` times 8 terms to `name`. */
function unrolled(name: string, rounds: number, start: string, term: (index: string) => string): string {
  const [round, at] = [`${name}Round`, `${name}At`];
  const terms = Array.from({ length: UNROLLED }, (_, i) => term(i === 0 ? at : `(${at} + ${i})`));
  return `for (let ${round} = 0; ${round} < ${rounds}; ${round}++) {
const ${at} = ${start}${round} * ${UNROLLED};
${name} += ${terms.join(' + ')};
}`;
}

/** One sum for each of `size` results. */
export interface GpuSum {
  readonly size: number;
  /** What each result sums. */
  readonly count: number;
  /** How many numbers one of these stands for. Default 1. */
  readonly weight?: number;
  readonly operands: readonly GpuOperand[];
  /** Lines that declare what the terms need to know of result number `result`. Default none. */
  readonly prepare?: string;
  /** Lines that declare `name`, the sum of `count` terms from number `first` on. */
  readonly add: (name: string, first: string, count: number) => string;
  /** What is stored in place of the sum. */
  readonly finish?: GpuFinish;
}

/** What result number `result` is, once its `sum` is known. */
interface GpuFinish {
  /** Read beside the sum. Default none. */
  readonly operands?: readonly GpuOperand[];
  readonly functions?: readonly string[];
  /** Lines that end in a return. @param operand gives the name of the first of `operands`, the second, ... */
  readonly source: (operand: (index: number) => string) => string;
}

/**
 * Appends the passes of a sum and gives the number of the last: one where the results keep a card busy or are short
 * sums, else two. Which of both, and how the terms are divided, depends on sizes only.
 */
export function appendSum(passes: GpuPass[], sum: GpuSum): number {
  const { size, count, operands, prepare = '', add, finish } = sum;
  const pieces = pieceCount(sum);
  if (pieces > 1) {
    const length = Math.floor(count / pieces);
    const rest = count - pieces * length;
    // The terms that equal pieces leave over go one to each of the first.
    const more =
      rest === 0 ? '' : `if (piece < ${rest}) {\n${add('more', `(${pieces * length} + piece)`, 1)}\nsum += more;\n}`;
    const source = `${divide('piece', 'result', 'this.thread.x', size)}
const first = piece * ${length};
${prepare}
${add('sum', 'first', length)}
${more}
return sum;`;
    passes.push({ source, operands, size: pieces * size });
  }
  const partial = passes.length - 1;
  const whole =
    pieces > 1
      ? { operands: [{ pass: partial }], lines: sumLines('sum', pieces, (index) => `a0[${index} * ${size} + result]`) }
      : { operands, lines: `${prepare}\n${add('sum', '0', count)}` };
  const end = finish?.source((index) => `a${whole.operands.length + index}`) ?? 'return sum;';
  passes.push({
    source: `const result = this.thread.x;\n${whole.lines}\n${end}`,
    functions: finish?.functions ?? [],
    operands: [...whole.operands, ...(finish?.operands ?? [])],
    size,
  });
  return passes.length - 1;
}

/** Where results are few, about as many pieces as each has terms: both passes then take equally long. */
function pieceCount({ size, count, weight = 1 }: GpuSum): number {
  const pieces = Math.min(
    Math.floor(count / Math.ceil(SHORTEST_PIECE / weight)),
    Math.ceil(BUSY_THREADS / Math.max(1, size)),
    Math.ceil(Math.sqrt(count * weight)),
  );
  return pieces < FEWEST_PIECES ? 1 : pieces;
}
