/** Calls of the reductions and of softmax: every axis from either side, several axes, none, and empty axes where they are allowed. */
import type fc from 'fast-check';
import type { ReductionOptions } from '../../ops/broadcasting.ts';
import type { ArgmaxOptions } from '../../ops/reductions.ts';
import type { SoftmaxOptions } from '../../ops/softmax.ts';
import { normalizeAxes } from '../../tensor/broadcast.ts';
import type { Shape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { fastCheck } from '../fast-check.ts';
import {
  axisChoices,
  chosenAxis,
  fill,
  fillDistinct,
  given,
  maybe,
  oneAxis,
  shapesWithEmpty,
  type Fill,
  type ValueDraw,
} from './drawing.ts';
import { scaledDouble, smallInteger } from './tensors.ts';

/** A call of a reduction. */
export interface ReductionCall {
  readonly x: Tensor;
  readonly options: ReductionOptions;
}

/** A call of `argmax`. */
export interface ArgmaxCall {
  readonly x: Tensor;
  readonly options: ArgmaxOptions;
}

/** A call of `softmax` or `logSoftmax`. */
export interface SoftmaxCall {
  readonly x: Tensor;
  readonly options: SoftmaxOptions;
}

/** Calls of `sum`: ranks 0 to 4, sizes 0 to 3; values are multiples of 1/64 in [-2, 2]; `axis` left out, one or a list, `keepDims` left out, false or true. */
export function sum({ values = scaledDouble() }: ValueDraw = {}): fc.Arbitrary<ReductionCall> {
  return reduction(fill(values), 'with nothing');
}

/** Calls of `mean`: as of `sum`; over no elements it is NaN. */
export function mean({ values = scaledDouble() }: ValueDraw = {}): fc.Arbitrary<ReductionCall> {
  return reduction(fill(values), 'with nothing');
}

/** Calls of `variance`: as of `sum`; over no elements it is NaN. */
export function variance({ values = scaledDouble() }: ValueDraw = {}): fc.Arbitrary<ReductionCall> {
  return reduction(fill(values), 'with nothing');
}

/** Calls of `prod`: as of `sum`; about one value in six is 0, where the gradient is not `y / x`. */
export function prod({ values }: ValueDraw = {}): fc.Arbitrary<ReductionCall> {
  const own = fastCheck()
    .record({ value: scaledDouble(), zero: fastCheck().integer({ min: 0, max: 5 }) })
    .map(({ value, zero }) => (zero === 5 ? 0 : value));
  return reduction(fill(values ?? own), 'with nothing');
}

/** Calls of `max`: as of `sum`, but there is something to choose from; values are all different, 1/16 apart. */
export function max({ values }: ValueDraw = {}): fc.Arbitrary<ReductionCall> {
  return reduction(values ? fill(values) : fillDistinct(), 'with something');
}

/** Calls of `min`: as of `max`. */
export function min({ values }: ValueDraw = {}): fc.Arbitrary<ReductionCall> {
  return reduction(values ? fill(values) : fillDistinct(), 'with something');
}

/** Calls of `argmax`: ranks 0 to 4, something to choose from; integers in [-4, 4] with ties; `axis` left out or one, `keepDims` left out, false or true. */
export function argmax({ values = smallInteger() }: ValueDraw = {}): fc.Arbitrary<ArgmaxCall> {
  return fastCheck()
    .record({
      shape: shapesWithEmpty({ maxSize: 3 }),
      choice: axisChoices(['default', 'one', 'one', 'one']),
      keepDims: maybe(fastCheck().boolean()),
      x: fill(values),
    })
    .map(({ shape, choice, keepDims, x }) => {
      const axis = chosenAxis(shape.length, choice) as number | undefined;
      return { x: x(withSomething(shape, axis)), options: given({ axis, keepDims }) };
    });
}

/** Calls of `softmax`: ranks 1 to 4, sizes 0 to 3; values are multiples of 1/64 in [-2, 2]; `axis` left out or one. */
export function softmax({ values = scaledDouble() }: ValueDraw = {}): fc.Arbitrary<SoftmaxCall> {
  return fastCheck()
    .record({
      shape: shapesWithEmpty({ minRank: 1, maxSize: 3 }),
      choice: axisChoices(['default', 'one', 'one', 'one']),
      x: fill(values),
    })
    .map(({ shape, choice, x }) => {
      const axis = choice.kind === 'one' ? oneAxis(shape.length, choice) : undefined;
      return { x: x(shape), options: given({ axis }) };
    });
}

/** Calls of `logSoftmax`: as of `softmax`. */
export function logSoftmax(draw: ValueDraw = {}): fc.Arbitrary<SoftmaxCall> {
  return softmax(draw);
}

function reduction(values: fc.Arbitrary<Fill>, over: 'with nothing' | 'with something'): fc.Arbitrary<ReductionCall> {
  return fastCheck()
    .record({
      shape: shapesWithEmpty({ maxSize: 3 }),
      choice: axisChoices(),
      keepDims: maybe(fastCheck().boolean()),
      x: values,
    })
    .map(({ shape, choice, keepDims, x }) => {
      const axis = chosenAxis(shape.length, choice);
      const sizes = over === 'with nothing' ? shape : withSomething(shape, axis);
      return { x: x(sizes), options: given({ axis, keepDims }) };
    });
}

/** The shape without empty axes among those that are reduced. */
function withSomething(shape: Shape, axis: ReductionOptions['axis']): Shape {
  const reduced = normalizeAxes('arbitraries', axis, shape.length);
  return shape.map((size, position) => (reduced.includes(position) ? Math.max(size, 1) : size));
}
