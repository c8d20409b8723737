/** Initializers that draw every element from one distribution: randomNormal, truncatedNormal, randomUniform. */
import { optionsOf } from '../errors.ts';
import { sizeOf } from '../tensor/shape.ts';
import { drawNormal, drawTruncatedNormal, drawUniform } from './draws.ts';
import { checkFinite, checkSeed, keyOf, ofDoubles, type Initializer, type SeedOption } from './initializer.ts';

export interface NormalOptions extends SeedOption {
  /** Default 0. */
  readonly mean?: number;
  /** Standard deviation, before truncation. Default 0.05. */
  readonly stddev?: number;
}

export interface UniformOptions extends SeedOption {
  /** Default -0.05. */
  readonly minval?: number;
  /** Default 0.05. */
  readonly maxval?: number;
}

/** Normal numbers. @example randomNormal({ stddev: 0.01, seed: 1 }) */
export function randomNormal(options: NormalOptions = {}): Initializer {
  return normalWith('RandomNormal', drawNormal, options);
}

/** Normal numbers; those further than two standard deviations from the mean are drawn again. @example truncatedNormal({ seed: 1 }) */
export function truncatedNormal(options: NormalOptions = {}): Initializer {
  return normalWith('TruncatedNormal', drawTruncatedNormal, options);
}

function normalWith(className: string, draw: typeof drawNormal, options: NormalOptions): Initializer {
  const { mean = 0, stddev = 0.05, seed } = optionsOf('truncatedNormal', options);
  checkFinite(className, 'mean', mean);
  checkFinite(className, 'stddev', stddev);
  checkSeed(className, seed);
  return {
    className,
    initialize: (shape, key) => ofDoubles(shape, draw(sizeOf(shape), keyOf(seed, key), mean, stddev)),
    getConfig: () => ({ mean, stddev, seed: seed ?? null }),
  };
}

/** Numbers between `minval` and `maxval`, all equally likely. @example randomUniform({ minval: 0, maxval: 1 }) */
export function randomUniform(options: UniformOptions = {}): Initializer {
  const { minval = -0.05, maxval = 0.05, seed } = optionsOf('randomUniform', options);
  checkFinite('RandomUniform', 'minval', minval);
  checkFinite('RandomUniform', 'maxval', maxval);
  checkSeed('RandomUniform', seed);
  return {
    className: 'RandomUniform',
    initialize: (shape, key) => ofDoubles(shape, drawUniform(sizeOf(shape), keyOf(seed, key), minval, maxval)),
    getConfig: () => ({ minval, maxval, seed: seed ?? null }),
  };
}
