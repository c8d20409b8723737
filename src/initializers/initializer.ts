/** What an initializer is: the first values of a weight, as a function of its shape, its settings and a key. */
import { hashKey } from '../../kernels/random/key.ts';
import { ArgumentError, describeValue } from '../errors.ts';
import type { Shape } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';

/** Two 32-bit words that choose the random numbers. */
export type RandomKey = readonly [number, number];

export interface Initializer {
  /** Keras's class name: `'GlorotUniform'`. */
  readonly className: string;
  /** The values for a weight of this shape. The same key gives the same values; a `seed` option stands before the key. */
  initialize(shape: Shape, key: RandomKey): Tensor;
  /** The settings as Keras writes them, in snake_case. */
  getConfig(): Readonly<Record<string, unknown>>;
}

/** The option that all random initializers share. */
export interface SeedOption {
  /** With a seed every call gives the same numbers, whatever the key. */
  readonly seed?: number;
}

/** @internal The key that a seed stands for, or the given one. */
export function keyOf(seed: number | undefined, key: RandomKey): RandomKey {
  return seed === undefined ? key : hashKey(seed, 'initializer', 0);
}

/** @internal @throws ArgumentError unless the seed is a whole number that a double holds exactly, or left out */
export function checkSeed(where: string, seed: number | undefined): void {
  if (seed !== undefined && !Number.isSafeInteger(seed)) {
    throw new ArgumentError(
      `${where}: the seed ${describeValue(seed)} is not a whole number below 2^53. Leave it out for the model's own seed.`,
      {
        where,
        got: seed,
      },
    );
  }
}

/** @internal @throws ArgumentError unless the option is a finite number */
export function checkFinite(where: string, name: string, value: number): void {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new ArgumentError(`${where}: ${name} is ${String(value)}. Give a finite number.`, { where, got: value });
  }
}

/** @internal A tensor of values that were computed in double precision. */
export function ofDoubles(shape: Shape, values: Float64Array): Tensor {
  return new Tensor(shape, Float32Array.from(values), { wide: values });
}
