/** Calls of ops that take indices: every axis, indices of every shape, the same index more than once. */
import type fc from 'fast-check';
import type { GatherCallOptions, ScatterAddOptions } from '../../ops/indexing.ts';
import type { Shape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { fastCheck } from '../fast-check.ts';
import { axisDraw, fromFront, toAxis, type AxisDraw } from './axes.ts';
import { filled, type CallDraw } from './filled.ts';
import { between, shapesOrEmpty, written } from './sizes.ts';
import { scaledDouble } from './tensors.ts';

/** `indices` are whole numbers within the axis; no gradient reaches them. */
export interface GatherCall {
  readonly x: Tensor;
  readonly indices: Tensor;
  readonly options: GatherCallOptions;
}

/** `indices` are whole numbers below `options.size`; no gradient reaches them. */
export interface ScatterAddCall {
  readonly indices: Tensor;
  readonly updates: Tensor;
  readonly options: ScatterAddOptions;
}

export interface OneHotCall {
  readonly indices: Tensor;
  readonly depth: number;
}

interface Table {
  readonly shape: Shape;
  readonly indexShape: Shape;
  readonly axis: AxisDraw;
  readonly spelled: boolean;
}

const tables = (): fc.Arbitrary<Table> =>
  fastCheck().record({
    shape: shapesOrEmpty(1, 3),
    indexShape: shapesOrEmpty(0, 2, 3),
    axis: axisDraw(),
    spelled: fastCheck().boolean(),
  });

const axisOf = ({ shape, axis }: Table): number => toAxis(axis, shape.length);
const sizeAlong = (table: Table): number => table.shape.at(axisOf(table)) ?? 0;

// A table without rows takes no index.
const indexShapeOf = (table: Table): Shape =>
  sizeAlong(table) > 0 ? table.indexShape : [0, ...table.indexShape.slice(1)];

const LARGEST_DRAWN_INDEX = 59;

/** Any sizes up to 6 divide 60: taken modulo one of them, all indices are equally frequent. */
const index = (): fc.Arbitrary<number> => between(0, LARGEST_DRAWN_INDEX);

const below = (values: readonly number[], size: number): readonly number[] => values.map((value) => value % size);

/** x of rank 1 to 3 with sizes 0 to 4, indices of rank 0 to 2 (at least 1 where the axis is empty), every axis from the front or the end. */
export function gather({ values = scaledDouble() }: CallDraw = {}): fc.Arbitrary<GatherCall> {
  return filled(tables(), {
    x: { values, shape: ({ shape }) => shape },
    indices: { values: index(), shape: indexShapeOf, finish: (some, table) => below(some, sizeAlong(table)) },
  }).map(({ drawn, tensors }) => ({
    ...tensors,
    options: written<GatherCallOptions>({ axis: axisOf(drawn) }, { axis: 0 }, drawn.spelled),
  }));
}

/** Results of rank 1 to 3 with sizes 0 to 4, indices of rank 0 to 2 (at least 1 where the axis is empty), every axis from the front or the end. */
export function scatterAdd({ values = scaledDouble() }: CallDraw = {}): fc.Arbitrary<ScatterAddCall> {
  return filled(tables(), {
    indices: { values: index(), shape: indexShapeOf, finish: (some, table) => below(some, sizeAlong(table)) },
    updates: {
      values,
      shape: (table) => table.shape.toSpliced(fromFront(axisOf(table), table.shape.length), 1, ...indexShapeOf(table)),
    },
  }).map(({ drawn, tensors }) => ({
    ...tensors,
    options: written<ScatterAddOptions>({ size: sizeAlong(drawn), axis: axisOf(drawn) }, { axis: 0 }, drawn.spelled),
  }));
}

/** Indices of rank 0 to 3 with sizes 0 to 4, depth 1 to 5. `values` has no part in it. */
export function oneHot(_draw: CallDraw = {}): fc.Arbitrary<OneHotCall> {
  return filled(fastCheck().record({ shape: shapesOrEmpty(0, 3), depth: between(1, 5) }), {
    indices: { values: index(), shape: ({ shape }) => shape, finish: (some, { depth }) => below(some, depth) },
  }).map(({ drawn: { depth }, tensors }) => ({ ...tensors, depth }));
}
