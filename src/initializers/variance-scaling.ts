/**
 * Initializers whose spread follows the number of inputs and outputs of a weight: the variance is scale / fan. Glorot and
 * Bengio (2010), He et al. (2015) and LeCun et al. (1998) are special cases.
 */
import { ArgumentError, optionsOf } from '../errors.ts';
import { checkShape, sizeOf, type Shape } from '../tensor/shape.ts';
import { drawNormal, drawTruncatedNormal, drawUniform } from './draws.ts';
import { checkSeed, keyOf, ofDoubles, type Initializer, type SeedOption } from './initializer.ts';

/** Standard deviation of a unit normal distribution that is cut off at two deviations. */
const TRUNCATED_STDDEV = 0.87962566103423978;

const MODES = ['fan_in', 'fan_out', 'fan_avg'] as const;
const DISTRIBUTIONS = ['truncated_normal', 'untruncated_normal', 'uniform'] as const;

export type FanMode = (typeof MODES)[number];
export type ScalingDistribution = (typeof DISTRIBUTIONS)[number];

export interface FanOptions extends SeedOption {
  /** With `outputAxes`: the axes whose product is fan_in, for weights that are laid out in another way than Keras's. */
  readonly inputAxes?: readonly number[];
  readonly outputAxes?: readonly number[];
}

export interface VarianceScalingOptions extends FanOptions {
  /** Default 1. */
  readonly scale?: number;
  /** What the variance is divided by. Default `'fan_in'`. */
  readonly mode?: FanMode;
  /** Default `'truncated_normal'`; `'normal'` means the same. */
  readonly distribution?: ScalingDistribution | 'normal';
}

/**
 * The numbers of inputs and outputs of one unit of a weight. A kernel `[..., in, out]` counts its receptive field; a
 * vector has its length for both.
 */
export function computeFans(
  shape: Shape,
  options: Pick<FanOptions, 'inputAxes' | 'outputAxes'> = {},
): [fanIn: number, fanOut: number] {
  const { inputAxes, outputAxes } = optionsOf('computeFans', options);
  checkShape('computeFans', shape);
  if (inputAxes && outputAxes) {
    const along = (axes: readonly number[]): number => sizeOf(axes.map((axis) => shape.at(axis) ?? 1));
    return [along(inputAxes), along(outputAxes)];
  }
  if (shape.length === 0) return [1, 1];
  if (shape.length === 1) return [shape[0] ?? 1, shape[0] ?? 1];
  const receptiveField = sizeOf(shape.slice(0, -2));
  return [(shape.at(-2) ?? 1) * receptiveField, (shape.at(-1) ?? 1) * receptiveField];
}

/**
 * Random numbers of variance `scale / fan`.
 * @throws ArgumentError for a scale that is not positive, an unknown mode or distribution
 * @example varianceScaling({ scale: 2, mode: 'fan_out', distribution: 'uniform' })
 */
export function varianceScaling(options: VarianceScalingOptions = {}): Initializer {
  const { scale = 1, mode = 'fan_in', inputAxes, outputAxes, seed } = optionsOf('varianceScaling', options);
  const distribution =
    options.distribution === 'normal' ? 'truncated_normal' : (options.distribution ?? 'truncated_normal');
  if (!(scale > 0)) {
    throw new ArgumentError(`varianceScaling: scale is ${scale}. Give a positive number.`, {
      where: 'varianceScaling',
      got: scale,
    });
  }
  checkOneOf('mode', mode, MODES);
  checkOneOf('distribution', distribution, DISTRIBUTIONS);
  return scaled('VarianceScaling', { ...options, scale, mode, distribution }, () => ({
    scale,
    mode,
    distribution,
    seed: seed ?? null,
    ...axesConfig({ inputAxes, outputAxes }),
  }));
}

/** Uniform within sqrt(6 / (fan_in + fan_out)). @example glorotUniform({ seed: 7 }) */
export function glorotUniform(options: FanOptions = {}): Initializer {
  return preset('GlorotUniform', options, { scale: 1, mode: 'fan_avg', distribution: 'uniform' });
}

/** Truncated normal of variance 2 / (fan_in + fan_out). @example glorotNormal({ seed: 7 }) */
export function glorotNormal(options: FanOptions = {}): Initializer {
  return preset('GlorotNormal', options, { scale: 1, mode: 'fan_avg', distribution: 'truncated_normal' });
}

/** Uniform within sqrt(6 / fan_in), for layers that end in relu. @example heUniform({ seed: 7 }) */
export function heUniform(options: FanOptions = {}): Initializer {
  return preset('HeUniform', options, { scale: 2, mode: 'fan_in', distribution: 'uniform' });
}

/** Truncated normal of variance 2 / fan_in, for layers that end in relu. @example heNormal({ seed: 7 }) */
export function heNormal(options: FanOptions = {}): Initializer {
  return preset('HeNormal', options, { scale: 2, mode: 'fan_in', distribution: 'truncated_normal' });
}

/** Uniform within sqrt(3 / fan_in). @example lecunUniform({ seed: 7 }) */
export function lecunUniform(options: FanOptions = {}): Initializer {
  return preset('LecunUniform', options, { scale: 1, mode: 'fan_in', distribution: 'uniform' });
}

/** Truncated normal of variance 1 / fan_in, for layers that end in selu. @example lecunNormal({ seed: 7 }) */
export function lecunNormal(options: FanOptions = {}): Initializer {
  return preset('LecunNormal', options, { scale: 1, mode: 'fan_in', distribution: 'truncated_normal' });
}

interface Scaling {
  readonly scale: number;
  readonly mode: FanMode;
  readonly distribution: ScalingDistribution;
}

function preset(className: string, options: FanOptions, scaling: Scaling): Initializer {
  return scaled(className, { ...options, ...scaling }, () => ({ seed: options.seed ?? null, ...axesConfig(options) }));
}

function scaled(className: string, options: FanOptions & Scaling, getConfig: Initializer['getConfig']): Initializer {
  const { seed, scale, mode, distribution } = optionsOf('lecunNormal', options);
  checkSeed(className, seed);
  return {
    className,
    initialize(shape, givenKey) {
      const [fanIn, fanOut] = computeFans(shape, options);
      const fan = mode === 'fan_in' ? fanIn : mode === 'fan_out' ? fanOut : (fanIn + fanOut) / 2;
      const variance = scale / Math.max(1, fan);
      const key = keyOf(seed, givenKey);
      const size = sizeOf(shape);
      switch (distribution) {
        case 'uniform': {
          const limit = Math.sqrt(3 * variance);
          return ofDoubles(shape, drawUniform(size, key, -limit, limit));
        }
        case 'untruncated_normal':
          return ofDoubles(shape, drawNormal(size, key, 0, Math.sqrt(variance)));
        case 'truncated_normal':
          return ofDoubles(shape, drawTruncatedNormal(size, key, 0, Math.sqrt(variance) / TRUNCATED_STDDEV));
      }
    },
    getConfig,
  };
}

// Written only when set: versions of Keras before 3.14 refuse the names.
function axesConfig({
  inputAxes,
  outputAxes,
}: {
  inputAxes?: readonly number[] | undefined;
  outputAxes?: readonly number[] | undefined;
}): Record<string, unknown> {
  return inputAxes || outputAxes ? { input_axes: inputAxes ?? null, output_axes: outputAxes ?? null } : {};
}

function checkOneOf(name: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  throw new ArgumentError(`varianceScaling: unknown ${name} '${value}'. Known: ${known.join(', ')}.`, {
    where: 'varianceScaling',
    got: value,
    expected: known,
  });
}
