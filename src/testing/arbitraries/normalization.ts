/**
 * Calls of the normalisations. Where `epsilon` is small, a variance near 0 would make them too steep for central
 * differences: there x is spread, by adding 3 and subtracting 3 in turn along what the moments are taken over.
 */
import type fc from 'fast-check';
import type { BatchNormCallOptions } from '../../ops/batch-norm.ts';
import type { LayerNormOptions } from '../../ops/layer-norm.ts';
import { normalizeAxes } from '../../tensor/broadcast.ts';
import { stridesOf, type Shape } from '../../tensor/shape.ts';
import { tensor, type Tensor } from '../../tensor/tensor.ts';
import { fastCheck } from '../fast-check.ts';
import {
  axisChoices,
  chosenAxis,
  fill,
  given,
  maybe,
  shapesWithEmpty,
  sizeUpTo,
  type Fill,
  type ValueDraw,
} from './drawing.ts';
import { positiveDouble, scaledDouble } from './tensors.ts';

/** A call of `layerNorm`. */
export interface LayerNormCall {
  readonly x: Tensor;
  readonly gamma?: Tensor;
  readonly beta?: Tensor;
  readonly options: LayerNormOptions;
}

/** A call of `batchNormTraining`. */
export interface BatchNormTrainingCall {
  readonly x: Tensor;
  readonly gamma?: Tensor;
  readonly beta?: Tensor;
  readonly options: BatchNormCallOptions;
}

/** A call of `batchNormInference`. */
export interface BatchNormInferenceCall extends BatchNormTrainingCall {
  readonly movingMean: Tensor;
  readonly movingVariance: Tensor;
}

/** A call of `batchNorm`. */
export interface BatchNormCall extends BatchNormTrainingCall {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

const SPREAD = 3;

/**
 * Calls of `layerNorm`: ranks 1 to 4, sizes 0 to 4; values are multiples of 1/64 in [-2, 2]; gamma and beta each or not;
 * `axis` left out, one or a list; `epsilon` 1/2, 1/8 or left out, and then x is spread.
 */
export function layerNorm({ values = scaledDouble() }: ValueDraw = {}): fc.Arbitrary<LayerNormCall> {
  return fastCheck()
    .record({
      shape: shapesWithEmpty({ minRank: 1 }),
      choice: axisChoices(),
      epsilon: maybe(fastCheck().constantFrom(0.5, 0.125)),
      x: fill(values),
      gamma: maybe(fill(values)),
      beta: maybe(fill(values)),
    })
    .map(({ shape, choice, epsilon, x, gamma, beta }) => {
      const axis = chosenAxis(shape.length, choice);
      const axes = normalizeAxes('arbitraries', axis ?? -1, shape.length);
      const sizes = axes.map((one) => shape[one] ?? 1);
      return {
        x: epsilon === undefined ? spread(x(shape), axes) : x(shape),
        ...given({ gamma: gamma?.(sizes), beta: beta?.(sizes) }),
        options: given({ axis, epsilon }),
      };
    });
}

/**
 * Calls of `batchNormTraining`: x `[..., channels]` of rank 1 to 4, with any number of rows; values are multiples of
 * 1/64 in [-2, 2]; gamma and beta each or not; `epsilon` 1/2, 1/8 or left out, and then x is spread.
 */
export function batchNormTraining({ values = scaledDouble() }: ValueDraw = {}): fc.Arbitrary<BatchNormTrainingCall> {
  return channelCalls(values, [0.5, 0.125]).map(({ shape, x, epsilon, factors, options }) => ({
    x: epsilon === undefined ? spread(x(shape), [...shape.keys()].slice(0, -1)) : x(shape),
    ...factors,
    options,
  }));
}

/**
 * Calls of `batchNormInference`: x, gamma and beta as of `batchNormTraining`; the moving mean is drawn like them, the
 * moving variance from [1/8, 2]; `epsilon` left out, 1/2, 1/8 or 0.
 */
export function batchNormInference({ values = scaledDouble() }: ValueDraw = {}): fc.Arbitrary<BatchNormInferenceCall> {
  return givenMoments(values).map(({ mean, variance, ...call }) => ({
    ...call,
    movingMean: mean,
    movingVariance: variance,
  }));
}

/** Calls of `batchNorm`: the same as of `batchNormInference`, the moments named `mean` and `variance`. */
export function batchNorm({ values = scaledDouble() }: ValueDraw = {}): fc.Arbitrary<BatchNormCall> {
  return givenMoments(values);
}

interface ChannelCall {
  readonly shape: Shape;
  readonly x: Fill;
  readonly epsilon: number | undefined;
  readonly factors: { readonly gamma?: Tensor; readonly beta?: Tensor };
  readonly options: BatchNormCallOptions;
}

function channelCalls(values: fc.Arbitrary<number>, epsilons: readonly number[]): fc.Arbitrary<ChannelCall> {
  return fastCheck()
    .record({
      rows: shapesWithEmpty({ maxRank: 3 }),
      channels: sizeUpTo(3),
      epsilon: maybe(fastCheck().constantFrom(...epsilons)),
      x: fill(values),
      gamma: maybe(fill(values, 3)),
      beta: maybe(fill(values, 3)),
    })
    .map(({ rows, channels, epsilon, x, gamma, beta }) => ({
      shape: [...rows, channels],
      x,
      epsilon,
      factors: given({ gamma: gamma?.([channels]), beta: beta?.([channels]) }),
      options: given({ epsilon }),
    }));
}

function givenMoments(values: fc.Arbitrary<number>): fc.Arbitrary<BatchNormCall> {
  return fastCheck()
    .record({
      call: channelCalls(values, [0.5, 0.125, 0]),
      mean: fill(values, 3),
      variance: fill(positiveDouble(), 3),
    })
    .map(({ call: { shape, x, factors, options }, mean, variance }) => ({
      x: x(shape),
      mean: mean(shape.slice(-1)),
      variance: variance(shape.slice(-1)),
      ...factors,
      options,
    }));
}

/** Values of [-2, 2] get a variance of at least 8/9 along the axes, wherever there are two of them or more. */
function spread(x: Tensor, axes: readonly number[]): Tensor {
  const { shape } = x;
  const strides = stridesOf(shape);
  const placeOf = (position: number): number =>
    axes.reduce((place, axis) => {
      const size = shape[axis] ?? 1;
      return place * size + (Math.floor(position / (strides[axis] ?? 1)) % size);
    }, 0);
  const values = Float64Array.from(
    x.wide ?? x.data,
    (value, position) => value + (placeOf(position) % 2 === 0 ? SPREAD : -SPREAD),
  );
  return tensor(values, shape);
}
