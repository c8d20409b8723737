/** Calls of the reductions and of softmax: every axis from either side, several axes, none, and empty axes where they are allowed. */
import type fc from 'fast-check';
import type { ReductionOptions } from '../../ops/broadcasting.ts';
import type { ArgmaxOptions } from '../../ops/reductions.ts';
import type { SoftmaxOptions } from '../../ops/softmax.ts';
import { normalizeAxes } from '../../tensor/broadcast.ts';
import type { Shape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { fastCheck } from '../fast-check.ts';
import { axisChoices, chosenAxis } from './axes.ts';
import { distinct, filled, type CallDraw } from './filled.ts';
import { given, perhaps, shapesOrEmpty } from './sizes.ts';
import { scaledDouble, scaledOrZero, smallInteger } from './tensors.ts';

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

const ONE_AXIS = ['default', 'one', 'one', 'one'] as const;

/** Calls of `sum`: ranks 0 to 4, sizes 0 to 3; values are multiples of 1/64 in [-2, 2]; `axis` left out, one or a list, `keepDims` left out, false or true. */
export function sum({ values = scaledDouble() }: CallDraw = {}): fc.Arbitrary<ReductionCall> {
  return reduction(values, 'with nothing');
}

/** Calls of `mean`: as of `sum`; over no elements it is NaN. */
export function mean({ values = scaledDouble() }: CallDraw = {}): fc.Arbitrary<ReductionCall> {
  return reduction(values, 'with nothing');
}

/** Calls of `variance`: as of `sum`; over no elements it is NaN. */
export function variance({ values = scaledDouble() }: CallDraw = {}): fc.Arbitrary<ReductionCall> {
  return reduction(values, 'with nothing');
}

/** Calls of `prod`: as of `sum`; about one value in six is 0, where the gradient is not `y / x`. */
export function prod({ values = scaledOrZero() }: CallDraw = {}): fc.Arbitrary<ReductionCall> {
  return reduction(values, 'with nothing');
}

/** Calls of `max`: as of `sum`, but there is something to choose from; values are all different, 1/16 apart. */
export function max({ values }: CallDraw = {}): fc.Arbitrary<ReductionCall> {
  return reduction(values ?? scaledDouble(), 'with something', values ? undefined : (some) => distinct(some));
}

/** Calls of `min`: as of `max`. */
export function min({ values }: CallDraw = {}): fc.Arbitrary<ReductionCall> {
  return reduction(values ?? scaledDouble(), 'with something', values ? undefined : (some) => distinct(some));
}

/** Calls of `argmax`: ranks 0 to 4, something to choose from; integers in [-4, 4] with ties; `axis` left out or one, `keepDims` left out, false or true. */
export function argmax({ values = smallInteger() }: CallDraw = {}): fc.Arbitrary<ArgmaxCall> {
  const source = fastCheck()
    .record({
      sizes: shapesOrEmpty(0, 4, 3),
      choice: axisChoices(ONE_AXIS),
      keepDims: perhaps(fastCheck().boolean()),
    })
    .map(({ sizes, choice, keepDims }) => {
      const axis = chosenAxis(sizes.length, choice) as number | undefined;
      return { shape: withSomething(sizes, axis), options: given({ axis, keepDims }) };
    });
  return callsOf(source, values);
}

/** Calls of `softmax`: ranks 1 to 4, sizes 0 to 3; values are multiples of 1/64 in [-2, 2]; `axis` left out or one. */
export function softmax({ values = scaledDouble() }: CallDraw = {}): fc.Arbitrary<SoftmaxCall> {
  const source = fastCheck()
    .record({ shape: shapesOrEmpty(1, 4, 3), choice: axisChoices(ONE_AXIS) })
    .map(({ shape, choice }) => {
      const axis = chosenAxis(shape.length, choice) as number | undefined;
      return { shape, options: given({ axis }) };
    });
  return callsOf(source, values);
}

/** Calls of `logSoftmax`: as of `softmax`. */
export function logSoftmax(draw: CallDraw = {}): fc.Arbitrary<SoftmaxCall> {
  return softmax(draw);
}

type Finish = (values: readonly number[]) => readonly number[];

function reduction(
  values: fc.Arbitrary<number>,
  over: 'with nothing' | 'with something',
  finish?: Finish,
): fc.Arbitrary<ReductionCall> {
  const source = fastCheck()
    .record({ sizes: shapesOrEmpty(0, 4, 3), choice: axisChoices(), keepDims: perhaps(fastCheck().boolean()) })
    .map(({ sizes, choice, keepDims }) => {
      const axis = chosenAxis(sizes.length, choice);
      const shape = over === 'with nothing' ? sizes : withSomething(sizes, axis);
      return { shape, options: given({ axis, keepDims }) };
    });
  return callsOf(source, values, finish);
}

/** One tensor of the drawn shape with the drawn options. */
function callsOf<Options>(
  source: fc.Arbitrary<{ readonly shape: Shape; readonly options: Options }>,
  values: fc.Arbitrary<number>,
  finish: Finish = (some) => some,
): fc.Arbitrary<{ readonly x: Tensor; readonly options: Options }> {
  return filled(source, { x: { values, shape: ({ shape }) => shape, finish } }).map(
    ({ drawn: { options }, tensors: { x } }) => ({ x, options }),
  );
}

/** The shape without empty axes among those that are reduced. */
function withSomething(shape: Shape, axis: ReductionOptions['axis']): Shape {
  const reduced = normalizeAxes('arbitraries', axis, shape.length);
  return shape.map((size, position) => (reduced.includes(position) ? Math.max(size, 1) : size));
}
