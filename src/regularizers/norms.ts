/** Penalties on the size of weights: sums of absolute values and of squares. Source: Keras `regularizers`. */
import { ArgumentError } from '../errors.ts';
import { abs, add, mul, square, sum } from '../ops/index.ts';
import { full, type Tensor } from '../tensor/tensor.ts';
import type { Regularizer } from './regularizer.ts';

/** Options of `l1`. */
export interface L1Options {
  /** The factor. Default 0.01. */
  readonly l1?: number;
}

/** Options of `l2`. */
export interface L2Options {
  /** The factor. Default 0.01. */
  readonly l2?: number;
}

/** Options of `l1l2`. */
export interface L1L2Options {
  /** The factor of the absolute values. Default 0. */
  readonly l1?: number;
  /** The factor of the squares. Default 0. */
  readonly l2?: number;
}

/**
 * The penalty `l1 sum(|w|)`, which pushes weights to exactly 0.
 * @param options the factor, as a number or as `l1`. Default 0.01
 * @throws ArgumentError for a factor that is negative or not finite
 * @example layers.dense(8, { kernelRegularizer: regularizers.l1(1e-4) })
 */
export function l1(options: number | L1Options = {}): Regularizer {
  const factor = checkFactor('l1', 'l1', typeof options === 'number' ? options : (optionsOf('l1', options).l1 ?? 0.01));
  return { className: 'L1', apply: (x) => absolutes(x, factor), getConfig: () => ({ l1: factor }) };
}

/**
 * The penalty `l2 sum(w²)`, which keeps weights small.
 * @param options the factor, as a number or as `l2`. Default 0.01
 * @throws ArgumentError for a factor that is negative or not finite
 * @example layers.dense(8, { kernelRegularizer: regularizers.l2(1e-4) })
 */
export function l2(options: number | L2Options = {}): Regularizer {
  const factor = checkFactor('l2', 'l2', typeof options === 'number' ? options : (optionsOf('l2', options).l2 ?? 0.01));
  return { className: 'L2', apply: (x) => squares(x, factor), getConfig: () => ({ l2: factor }) };
}

/**
 * Both penalties: `l1 sum(|w|) + l2 sum(w²)`. The string `'l1_l2'` means 0.01 for both.
 * @param options l1 0, l2 0
 * @throws ArgumentError for a factor that is negative or not finite
 * @example layers.dense(8, { kernelRegularizer: regularizers.l1l2({ l1: 1e-5, l2: 1e-4 }) })
 */
export function l1l2(options: L1L2Options = {}): Regularizer {
  const given = optionsOf('l1l2', options);
  const first = checkFactor('l1l2', 'l1', given.l1 ?? 0);
  const second = checkFactor('l1l2', 'l2', given.l2 ?? 0);
  return {
    className: 'L1L2',
    apply(x) {
      if (first === 0 && second === 0) return full([], 0);
      if (second === 0) return absolutes(x, first);
      return first === 0 ? squares(x, second) : add(absolutes(x, first), squares(x, second));
    },
    getConfig: () => ({ l1: first, l2: second }),
  };
}

function absolutes(x: Tensor, factor: number): Tensor {
  return mul(sum(abs(x)), factor);
}

function squares(x: Tensor, factor: number): Tensor {
  return mul(sum(square(x)), factor);
}

/** @internal @throws ArgumentError unless the options are an object */
export function optionsOf<Options extends object>(where: string, options: Options): Options {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return options;
  throw new ArgumentError(`${where}: the options are ${String(options)}. Give an object, or leave them out.`, {
    where,
    got: options,
  });
}

/** @internal @throws ArgumentError unless the factor is a finite number of at least 0 */
export function checkFactor(where: string, name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw new ArgumentError(`${where}: ${name} is ${String(value)}. Give a finite number of at least 0, such as 1e-4.`, {
    where,
    got: value,
  });
}
