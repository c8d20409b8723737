/** Calls of the random ops, always with a seed: the same call gives the same numbers. */
import type fc from 'fast-check';
import type { DropoutOptions, RandomNormalOptions, RandomUniformOptions } from '../../ops/random.ts';
import type { Shape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { fastCheck } from '../fast-check.ts';
import { filled, type CallDraw } from './filled.ts';
import { between, given, listOf, perhaps, shapesOrEmpty } from './sizes.ts';
import { positiveDouble, scaledDouble } from './tensors.ts';

/** A call of `dropout`. */
export interface DropoutCall {
  readonly x: Tensor;
  readonly rate: number;
  readonly options: DropoutOptions & { readonly seed: number };
}

/** A call of `randomUniform`. */
export interface RandomUniformCall {
  readonly shape: Shape;
  readonly options: RandomUniformOptions & { readonly seed: number };
}

/** A call of `randomNormal`. */
export interface RandomNormalCall {
  readonly shape: Shape;
  readonly options: RandomNormalOptions & { readonly seed: number };
}

/**
 * Calls of `dropout`: ranks 0 to 4, sizes 0 to 4; values are multiples of 1/64 in [-2, 2]; rates 0, 1/2, 1/4 and 0.9;
 * any integer seed; `noiseShape` left out or any shape that stretches to x's.
 */
export function dropout({ values = scaledDouble() }: CallDraw = {}): fc.Arbitrary<DropoutCall> {
  const source = fastCheck().record({
    shape: shapesOrEmpty(0, 4),
    rate: fastCheck().constantFrom(0, 0.5, 0.25, 0.9),
    seed: fastCheck().integer(),
    noise: perhaps(fastCheck().record({ ones: listOf(4, fastCheck().boolean()), drop: between(0, 4) })),
  });
  return filled(source, { x: { values, shape: ({ shape }) => shape } }).map(
    ({ drawn: { shape, rate, seed, noise }, tensors: { x } }) => {
      const noiseShape = noise && shape.map((size, axis) => (noise.ones[axis] ? 1 : size)).slice(noise.drop);
      return { x, rate, options: { seed, ...given({ noiseShape }) } };
    },
  );
}

/** Calls of `randomUniform`: ranks 0 to 4, sizes 0 to 4; bounds left out or in [-2, 4], at times equal; any integer seed. */
export function randomUniform(): fc.Arbitrary<RandomUniformCall> {
  return fastCheck()
    .record({
      shape: shapesOrEmpty(0, 4),
      minimum: perhaps(positiveDouble(-2, 1)),
      width: perhaps(positiveDouble(0, 3)),
      seed: fastCheck().integer(),
    })
    .map(({ shape, minimum, width, seed }) => {
      const maximum = width === undefined ? undefined : (minimum ?? 0) + width;
      return { shape, options: { ...given({ minimum, maximum }), seed } };
    });
}

/** Calls of `randomNormal`: ranks 0 to 4, sizes 0 to 4; `mean` left out or in [-2, 2], `stddev` left out or in [0, 2]; any integer seed. */
export function randomNormal(): fc.Arbitrary<RandomNormalCall> {
  return fastCheck()
    .record({
      shape: shapesOrEmpty(0, 4),
      mean: perhaps(scaledDouble()),
      stddev: perhaps(positiveDouble(0)),
      seed: fastCheck().integer(),
    })
    .map(({ shape, mean, stddev, seed }) => ({ shape, options: { ...given({ mean, stddev }), seed } }));
}
