/** Constraints on the sign and the norms of weights. Source: Keras `constraints`. */
import { ArgumentError } from '../errors.ts';
import { add, clip, div, maximum, mul, sqrt, square, sum } from '../ops/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Constraint } from './constraint.ts';

/** Keeps a division by a norm of 0 finite. */
const EPSILON = 1e-7;

/** The axis or axes along which norms are taken: 0 for dense kernels, `[0, 1, 2]` for 2D filters. */
export type NormAxis = number | readonly number[];

/** Options of `maxNorm`. */
export interface MaxNormOptions {
  /** Default 2. */
  readonly maxValue?: number;
  /** Default 0. */
  readonly axis?: NormAxis;
}

/** Options of `unitNorm`. */
export interface UnitNormOptions {
  /** Default 0. */
  readonly axis?: NormAxis;
}

/** Options of `minMaxNorm`. */
export interface MinMaxNormOptions {
  /** Default 0. */
  readonly minValue?: number;
  /** Default 1. */
  readonly maxValue?: number;
  /** How much of the way to the bound one update goes, up to 1. Default 1. */
  readonly rate?: number;
  /** Default 0. */
  readonly axis?: NormAxis;
}

/** Weights are at least 0: `max(w, 0)`. @example layers.dense(8, { kernelConstraint: constraints.nonNeg() }) */
export function nonNeg(): Constraint {
  return { className: 'NonNeg', apply: (weight) => maximum(weight, 0), getConfig: () => ({}) };
}

/**
 * Norms are at most `maxValue`: `w clip(norm, 0, maxValue) / (norm + 1e-7)`.
 * @param options the bound, as a number or as `maxValue`, default 2; axis 0
 * @throws ArgumentError for a bound that is negative or not finite, or an axis that is no integer
 * @example layers.dense(8, { kernelConstraint: constraints.maxNorm({ maxValue: 3 }) })
 */
export function maxNorm(options: number | MaxNormOptions = {}): Constraint {
  const given = typeof options === 'number' ? { maxValue: options } : optionsOf<MaxNormOptions>('maxNorm', options);
  const maxValue = checkBound('maxNorm', 'maxValue', given.maxValue ?? 2);
  const axis = checkAxis('maxNorm', given.axis ?? 0);
  return {
    className: 'MaxNorm',
    apply(weight) {
      const norm = normOf(weight, axis);
      return mul(weight, div(clip(norm, 0, maxValue), add(norm, EPSILON)));
    },
    getConfig: () => ({ max_value: maxValue, axis }),
  };
}

/**
 * Norms are 1: `w / (norm + 1e-7)`.
 * @param options axis 0
 * @throws ArgumentError for an axis that is no integer
 * @example layers.dense(8, { kernelConstraint: 'unit_norm' })
 */
export function unitNorm(options: UnitNormOptions = {}): Constraint {
  const axis = checkAxis('unitNorm', optionsOf('unitNorm', options).axis ?? 0);
  return {
    className: 'UnitNorm',
    apply: (weight) => div(weight, add(normOf(weight, axis), EPSILON)),
    getConfig: () => ({ axis }),
  };
}

/**
 * Norms are pulled between two bounds: `w (rate clip(norm, minValue, maxValue) + (1 - rate) norm) / (norm + 1e-7)`.
 * @param options minValue 0, maxValue 1, rate 1, axis 0
 * @throws ArgumentError for bounds that are negative, not finite or in the wrong order, a rate outside 0 to 1, or an axis that is no integer
 * @example layers.dense(8, { kernelConstraint: constraints.minMaxNorm({ minValue: 0.5 }) })
 */
export function minMaxNorm(options: MinMaxNormOptions = {}): Constraint {
  const where = 'minMaxNorm';
  const given = optionsOf(where, options);
  const minValue = checkBound(where, 'minValue', given.minValue ?? 0);
  const maxValue = checkBound(where, 'maxValue', given.maxValue ?? 1);
  const rate = checkBound(where, 'rate', given.rate ?? 1);
  const axis = checkAxis(where, given.axis ?? 0);
  if (minValue > maxValue || rate > 1) {
    throw new ArgumentError(
      `${where}: minValue ${minValue}, maxValue ${maxValue}, rate ${rate}. minValue must not be above maxValue, nor the rate above 1.`,
      { where, got: { minValue, maxValue, rate } },
    );
  }
  return {
    className: 'MinMaxNorm',
    apply(weight) {
      const norm = normOf(weight, axis);
      const wanted = add(mul(clip(norm, minValue, maxValue), rate), mul(norm, 1 - rate));
      return mul(weight, div(wanted, add(norm, EPSILON)));
    },
    getConfig: () => ({ min_value: minValue, max_value: maxValue, rate, axis }),
  };
}

function normOf(weight: Tensor, axis: NormAxis): Tensor {
  return sqrt(sum(square(weight), { axis, keepDims: true }));
}

function optionsOf<Options extends object>(where: string, options: Options): Options {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return options;
  throw new ArgumentError(`${where}: the options are ${String(options)}. Give an object, or leave them out.`, {
    where,
    got: options,
  });
}

function checkBound(where: string, name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw new ArgumentError(`${where}: ${name} is ${String(value)}. Give a finite number of at least 0.`, {
    where,
    got: value,
  });
}

function checkAxis(where: string, axis: NormAxis): NormAxis {
  const axes = typeof axis === 'number' ? [axis] : axis;
  if (Array.isArray(axes) && axes.length > 0 && axes.every((one) => Number.isInteger(one))) return axis;
  throw new ArgumentError(`${where}: axis is ${String(axis)}. Give an integer or a list of integers.`, {
    where,
    got: axis,
  });
}
