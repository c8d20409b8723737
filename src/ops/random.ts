/** Random numbers, drawn by ops: a function of seed, op and run, the same on every device. */
import {
  dropoutMaskKernel,
  randomNormalKernel,
  randomUniformKernel,
  type DropoutMaskOptions,
  type NormalOptions,
  type UniformOptions,
} from '../../kernels/random/index.ts';
import { ArgumentError, describeValue, optionsOf, ShapeError } from '../errors.ts';
import { checkShape, formatShape, type Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { mul } from './arithmetic.ts';
import { asTensor, defineOp, type Op, type TensorLike } from './define-op.ts';
import { nextStream, type RandomStream } from './random-state.ts';

type Counter = [counter: Tensor | Variable];

interface Shaped {
  readonly shape: Shape;
}

/** The rule of all three ops: a counter of two numbers in, the wanted shape out. */
function drawnShape(where: string, counter: Shape, shape: Shape): Shape {
  if (counter.length !== 1 || counter[0] !== 2) {
    throw new ShapeError(
      `${where}: the counter has the shape ${formatShape(counter)}; it is two numbers, [low, high].`,
      {
        where,
        got: counter,
        expected: [2],
      },
    );
  }
  if (shape.some((length) => !Number.isInteger(length) || length < 0)) {
    throw new ShapeError(`${where}: ${formatShape(shape)} is not a shape. Sizes are integers of at least 0.`, {
      where,
      got: shape,
    });
  }
  return shape;
}

/** Options of `randomUniform`. */
export interface RandomUniformOptions {
  /** Default 0. */
  readonly minimum?: number;
  /** Default 1. */
  readonly maximum?: number;
  /** With a seed, every call gives the same numbers; without, each draws new ones (see `seed`). */
  readonly seed?: number;
}

const uniform = /* @__PURE__ */ defineOp<Counter, UniformOptions & Shaped>({
  name: 'randomUniform',
  kernel: randomUniformKernel,
  shape: ([counter], { shape }) => drawnShape('randomUniform', counter, shape),
  gradient: 'none',
});

/**
 * Numbers drawn uniformly from `[minimum, maximum)`; rounding to float32 may reach the maximum.
 * @throws ArgumentError when the minimum is above the maximum, or for a seed that is no integer
 * @example randomUniform([2, 3], { minimum: -1, seed: 7 }).shape // [2, 3]
 */
export function randomUniform(shape: Shape, options: RandomUniformOptions = {}): Tensor {
  return randomUniformWith(shape, {
    ...options,
    ...nextStream('randomUniform', optionsOf('randomUniform', options).seed),
  });
}

/** @internal `randomUniform` with a random stream of the caller's. */
export function randomUniformWith(
  shape: Shape,
  { key, counter, minimum = 0, maximum = 1 }: RandomStream & Pick<RandomUniformOptions, 'minimum' | 'maximum'>,
): Tensor {
  if (!(minimum <= maximum)) {
    throw new ArgumentError(`randomUniform: the minimum ${minimum} is above the maximum ${maximum}. Swap them.`, {
      where: 'randomUniform',
      got: [minimum, maximum],
    });
  }
  return uniform(counter, { shape, key, minimum, maximum });
}

/** Options of `randomNormal`. */
export interface RandomNormalOptions {
  /** Default 0. */
  readonly mean?: number;
  /** Standard deviation. Default 1. */
  readonly stddev?: number;
  /** With a seed, every call gives the same numbers; without, each draws new ones (see `seed`). */
  readonly seed?: number;
}

const normal = /* @__PURE__ */ defineOp<Counter, NormalOptions & Shaped>({
  name: 'randomNormal',
  kernel: randomNormalKernel,
  shape: ([counter], { shape }) => drawnShape('randomNormal', counter, shape),
  gradient: 'none',
});

/**
 * Numbers drawn from a normal distribution; none lies further than 5.77 standard deviations from the mean.
 * @throws ArgumentError for a negative standard deviation, or a seed that is no integer
 * @example randomNormal([2, 3], { stddev: 0.05, seed: 7 }).shape // [2, 3]
 */
export function randomNormal(shape: Shape, options: RandomNormalOptions = {}): Tensor {
  return randomNormalWith(shape, {
    ...options,
    ...nextStream('randomNormal', optionsOf('randomNormal', options).seed),
  });
}

/** @internal `randomNormal` with a random stream of the caller's. */
export function randomNormalWith(
  shape: Shape,
  { key, counter, mean = 0, stddev = 1 }: RandomStream & Pick<RandomNormalOptions, 'mean' | 'stddev'>,
): Tensor {
  if (!(typeof stddev === 'number' && stddev >= 0)) {
    throw new ArgumentError(
      `randomNormal: the standard deviation ${describeValue(stddev)} is not a number of at least 0.`,
      {
        where: 'randomNormal',
        got: stddev,
      },
    );
  }
  return normal(counter, { shape, key, mean, stddev });
}

/** Options of `dropout`. */
export interface DropoutOptions {
  /** With a seed, every call drops the same elements; without, each drops others (see `seed`). */
  readonly seed?: number;
  /** The shape of the mask, which broadcasts with x: a size of 1 drops that axis as a whole. Default: x's. */
  readonly noiseShape?: Shape;
}

/** @internal 0 with probability `rate`, else 1 / (1 - rate). */
export const dropoutMask: Op<Counter, DropoutMaskOptions & Shaped> = /* @__PURE__ */ defineOp<
  Counter,
  DropoutMaskOptions & Shaped
>({
  name: 'dropoutMask',
  kernel: dropoutMaskKernel,
  shape: ([counter], { shape }) => drawnShape('dropoutMask', counter, shape),
  gradient: 'none',
});

const dropped = /* @__PURE__ */ defineOp<[x: TensorLike], DropoutOptions & { readonly rate: number }>({
  name: 'dropout',
  shape: ([x], { rate, noiseShape = x }) => {
    checkRate(rate);
    checkNoiseShape(x, noiseShape);
    return x;
  },
  forward: ([x], options) => {
    if (options.rate === 0) return x;
    const { noiseShape } = options;
    return dropoutWith(x, options.rate, { ...(noiseShape && { noiseShape }), ...nextStream('dropout', options.seed) });
  },
});

/**
 * Sets each element to 0 with probability `rate` and divides the others by `1 - rate`, which keeps the expected value.
 * @param rate at least 0 and below 1; 0 gives x itself
 * @throws ArgumentError for another rate, or a seed that is no integer; ShapeError for a noise shape that does not broadcast to x's
 * @see https://www.jmlr.org/papers/v15/srivastava14a.html
 * @example dropout(tensor([1, 2, 3]), 0) // [1, 2, 3]
 */
export function dropout(x: TensorLike, rate: number, options: DropoutOptions = {}): Tensor {
  return dropped(x, { ...optionsOf('dropout', options), rate });
}

/** @internal `dropout` with a random stream of the caller's. */
export function dropoutWith(
  x: TensorLike,
  rate: number,
  { key, counter, noiseShape }: RandomStream & Pick<DropoutOptions, 'noiseShape'>,
): Tensor {
  checkRate(rate);
  const value = asTensor(x, 'dropout');
  if (rate === 0) return value;
  const shape = noiseShape ?? value.shape;
  checkNoiseShape(value.shape, shape);
  return mul(value, dropoutMask(counter, { shape, key, rate }));
}

function checkRate(rate: number): void {
  if (typeof rate === 'number' && rate >= 0 && rate < 1) return;
  throw new ArgumentError(
    `dropout: the rate ${describeValue(rate)} is not a fraction to drop. Use a number of at least 0 and below 1.`,
    {
      where: 'dropout',
      got: rate,
    },
  );
}

function checkNoiseShape(x: Shape, noiseShape: Shape): void {
  checkShape('dropout: noiseShape', noiseShape);
  const offset = x.length - noiseShape.length;
  if (offset >= 0 && noiseShape.every((length, axis) => length === 1 || length === x[offset + axis])) return;
  throw new ShapeError(
    `dropout: the noise shape ${formatShape(noiseShape)} does not stretch to x's shape ${formatShape(x)}. Aligned at the last axis, each size must be 1 or equal.`,
    { where: 'dropout', got: noiseShape, expected: x },
  );
}
