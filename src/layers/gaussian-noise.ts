/** Noise on the values in training: added, or multiplied in place of dropout. */
import { ArgumentError, describeValue } from '../errors.ts';
import { add, mul } from '../ops/index.ts';
import { randomNormalWith } from '../ops/random.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { CallContext } from './call-scope.ts';
import type { SeededOptions } from './dropout.ts';
import { Layer, type Config, type InputShapes } from './layer.ts';
import { oneShape, rateOption, seedConfig, seedOption } from './options.ts';

abstract class Noise<Name extends string> extends Layer<Name> {
  readonly givenSeed: number | undefined;

  constructor(options: SeededOptions<Name>) {
    super(seedOption(options));
    this.givenSeed = options.seed;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    return oneShape(this.name, shapes);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), ...seedConfig(this.givenSeed) };
  }
}

export class GaussianNoise<Name extends string = string> extends Noise<Name> {
  static readonly kerasName: string = 'GaussianNoise';
  readonly stddev: number;

  constructor(options: SeededOptions<Name> & { readonly stddev: number }) {
    super(options);
    this.stddev = options.stddev;
    if (typeof this.stddev !== 'number' || !(this.stddev >= 0 && this.stddev <= 1)) {
      throw new ArgumentError(
        `layer '${this.name}': stddev is ${describeValue(this.stddev)}; it must be a number from 0 to 1. Scale the data to that range.`,
        { where: this.name, got: this.stddev },
      );
    }
  }

  override call(x: Tensor, context: CallContext): Tensor {
    if (!context.training || this.stddev === 0) return x;
    return add(x, randomNormalWith(x.shape, { ...context.random('noise', this.givenSeed), stddev: this.stddev }));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), stddev: this.stddev };
  }
}

export class GaussianDropout<Name extends string = string> extends Noise<Name> {
  static readonly kerasName: string = 'GaussianDropout';
  readonly rate: number;

  constructor(options: SeededOptions<Name> & { readonly rate: number }) {
    super(options);
    this.rate = rateOption(`layer '${this.name}'`, 'the rate', options.rate);
  }

  override call(x: Tensor, context: CallContext): Tensor {
    if (!context.training || this.rate === 0) return x;
    const stddev = Math.sqrt(this.rate / (1 - this.rate));
    return mul(x, randomNormalWith(x.shape, { ...context.random('noise', this.givenSeed), mean: 1, stddev }));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), rate: this.rate };
  }
}

/**
 * In training adds normal noise of mean 0: `y = x + stddev n`; the shape stays. Source: Keras `GaussianNoise`.
 * @param stddev from 0 to 1
 * @throws ArgumentError for another standard deviation
 * @example const y = layers.gaussianNoise(0.1)(x);
 */
export function gaussianNoise<const Name extends string = string>(
  stddev: number,
  options: SeededOptions<Name> = {},
): GaussianNoise<Name> {
  return new GaussianNoise<Name>({ ...options, stddev });
}

/**
 * In training multiplies by normal noise of mean 1 and deviation `sqrt(rate / (1 - rate))`, as much as dropout of that
 * rate has; the shape stays. Source: Srivastava et al. 2014; Keras `GaussianDropout`.
 * @param rate at least 0 and below 1
 * @throws ArgumentError for another rate
 * @example const y = layers.gaussianDropout(0.3)(x);
 */
export function gaussianDropout<const Name extends string = string>(
  rate: number,
  options: SeededOptions<Name> = {},
): GaussianDropout<Name> {
  return new GaussianDropout<Name>({ ...options, rate });
}
