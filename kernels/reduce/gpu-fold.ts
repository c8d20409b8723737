/**
 * Folds over some axes as passes for a graphics card. A thread folds at most 256 elements, in order; of more it folds
 * pieces, and a further stage what comes of them. One pass where they are few, else one for each stage.
 */
import type { GpuOperand, GpuPass } from '../contract.ts';
import { maximumOf, minimumOf, sourcesOf, type GpuFunction } from '../gpu-math.ts';
import { unravel } from '../gpu-source.ts';

/** Elements that one thread folds: sums of more lose digits, and leave threads without work. */
const MOST_FOLDED = 256;

export interface GpuFold {
  readonly uses: readonly GpuFunction[];
  /** The value of no elements. */
  readonly start: number;
  step(total: string, value: string): string;
  /** Numbers that what is stored for a total may name: `n1`, `n2`, ... Default none. */
  readonly numbers?: readonly number[];
}

export const gpuSum: GpuFold = { uses: [], start: 0, step: (total, value) => `${total} + ${value}` };

export const gpuProd: GpuFold = { uses: [], start: 1, step: (total, value) => `${total} * ${value}` };

export const gpuMax: GpuFold = {
  uses: [maximumOf],
  start: -Infinity,
  step: (total, value) => `${maximumOf.name}(${total}, ${value})`,
};

export const gpuMin: GpuFold = {
  uses: [minimumOf],
  start: Infinity,
  step: (total, value) => `${minimumOf.name}(${total}, ${value})`,
};

/** What is folded. */
export interface FoldSource {
  readonly operands: readonly GpuOperand[];
  readonly uses?: readonly GpuFunction[];
  /** Lines before the fold; `k0`, `k1`, ... are the positions along the axes that stay. */
  readonly before?: readonly string[];
  /** The element at the flat position `at`, and lines that it needs. */
  readonly lines?: readonly string[];
  readonly value: string;
}

export interface FoldAxis {
  readonly size: number;
  readonly reduced: boolean;
}

type Finish = (total: string) => string;

const asIs: Finish = (total) => total;

/** The elements of an array as they are. */
export function valuesOf(operand: GpuOperand): FoldSource {
  return { operands: [operand], value: 'a0[at]' };
}

/**
 * Appends the passes of a fold over the reduced axes of a contiguous array.
 * @param finish the expression that is stored for a total. Default the total
 * @returns the number of the pass that computes the result
 */
export function foldPasses(
  passes: GpuPass[],
  fold: GpuFold,
  axes: readonly FoldAxis[],
  source: FoldSource,
  finish: Finish = asIs,
): number {
  const count = sizeOf(axes.filter(({ reduced }) => reduced));
  if (count === 0) {
    const size = sizeOf(axes.filter(({ reduced }) => !reduced));
    return passes.push({ source: `return ${finish('n0')};`, operands: [], numbers: numbersOf(fold, finish), size }) - 1;
  }
  if (count <= MOST_FOLDED) return passes.push(foldPass(fold, stridesOf(axes), source, finish)) - 1;
  const last = axes.findLastIndex(({ reduced }) => reduced);
  const length = (axes[last] as FoldAxis).size;
  const piece = pieceOf(length);
  const stage = splitAxis(stridesOf(axes), last, piece);
  const isWhole = `k${last} * ${piece} + r0 < ${length}`;
  const pass = passes.push(foldPass(fold, stage, source, asIs, length % piece === 0 ? undefined : isWhole)) - 1;
  const pieces = Math.ceil(length / piece);
  const rest = pieces > 1 ? axes.with(last, { size: pieces, reduced: true }) : axes.toSpliced(last, 1);
  return foldPasses(passes, fold, rest, valuesOf({ pass }), finish);
}

function numbersOf({ start, numbers = [] }: GpuFold, finish: Finish): readonly number[] {
  return finish === asIs ? [start] : [start, ...numbers];
}

interface Strided extends FoldAxis {
  readonly stride: number;
}

function sizeOf(axes: readonly FoldAxis[]): number {
  return axes.reduce((elements, { size }) => elements * size, 1);
}

function stridesOf(axes: readonly FoldAxis[]): Strided[] {
  return axes.map((axis, index) => ({ ...axis, stride: sizeOf(axes.slice(index + 1)) }));
}

/** Elements of a piece, so that all stages that a length needs have about as many. */
function pieceOf(length: number): number {
  const stages = stagesOf(length, MOST_FOLDED);
  let piece = 1;
  while (piece < length && stagesOf(length, piece) > stages) piece++;
  return piece;
}

/** Stages that fold so many elements at a time. */
function stagesOf(length: number, piece: number): number {
  if (piece < 2) return Infinity;
  let stages = 1;
  for (let reach = piece; reach < length; reach *= piece) stages++;
  return stages;
}

/** All axes kept but for the last half of one, which is split into pieces and the elements of a piece. */
function splitAxis(axes: readonly Strided[], split: number, piece: number): Strided[] {
  return axes.flatMap(({ size, stride }, index) =>
    index === split
      ? [
          { size: Math.ceil(size / piece), stride: stride * piece, reduced: false },
          { size: piece, stride, reduced: true },
        ]
      : [{ size, stride, reduced: false }],
  );
}

/** @param condition whether an element is there at all. Default it is */
function foldPass(
  fold: GpuFold,
  axes: readonly Strided[],
  { operands, uses = [], before = [], lines = [], value }: FoldSource,
  finish: Finish,
  condition?: string,
): GpuPass {
  const kept = axes.filter(({ reduced }) => !reduced);
  const loops = axes.filter(({ reduced }) => reduced);
  const terms = [
    ...kept.map(({ stride }, index) => `k${index} * ${stride}`),
    ...loops.map(({ stride }, index) => `r${index} * ${stride}`),
  ];
  let body = [`const at = ${terms.join(' + ')};`, ...lines, `total = ${fold.step('total', value)};`];
  if (condition !== undefined) body = [`if (${condition}) {`, ...body, '}'];
  for (const [index, { size }] of [...loops.entries()].reverse()) {
    body = [`for (let r${index} = 0; r${index} < ${size}; r${index}++) {`, ...body, '}'];
  }
  return {
    source: [
      unravel(
        'k',
        'this.thread.x',
        kept.map(({ size }) => size),
      ),
      ...before,
      'let total = n0;',
      ...body,
      `return ${finish('total')};`,
    ].join('\n'),
    functions: sourcesOf([...fold.uses, ...uses]),
    operands,
    numbers: numbersOf(fold, finish),
    size: sizeOf(kept),
  };
}
