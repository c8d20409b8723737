/** FTRL: follow the regularized leader, which keeps many weights at exactly 0 (McMahan and others 2013). */
import { add, clip, div, mul, pow, square, sub } from '../ops/index.ts';
import type { Variable } from '../tensor/variable.ts';
import { checkNumber } from './checks.ts';
import { Optimizer, type UpdateStep } from './optimizer.ts';
import type { LearningRate, OptimizerOptions } from './options.ts';

export interface FtrlOptions extends OptimizerOptions {
  /** Default 0.001. */
  readonly learningRate?: LearningRate | undefined;
  /** How the rate falls with the sum of squares: at most 0, which keeps it. Default -0.5. */
  readonly learningRatePower?: number | undefined;
  /** What the sums of squares start from. Default 0.1. */
  readonly initialAccumulatorValue?: number | undefined;
  /** Weight of `|w|`. Default 0. */
  readonly l1RegularizationStrength?: number | undefined;
  /** Weight of `w²`. Default 0. */
  readonly l2RegularizationStrength?: number | undefined;
  /** Weight of `w²` as a penalty of the loss, where the other one stabilizes. Default 0. */
  readonly l2ShrinkageRegularizationStrength?: number | undefined;
  /** Beta of the paper: slows the first steps. Default 0. */
  readonly beta?: number | undefined;
}

/** See `ftrl`. */
export class Ftrl extends Optimizer {
  readonly learningRatePower: number;
  readonly initialAccumulatorValue: number;
  readonly l1RegularizationStrength: number;
  readonly l2RegularizationStrength: number;
  readonly l2ShrinkageRegularizationStrength: number;
  readonly beta: number;
  #accumulators: readonly Variable[] = [];
  #linears: readonly Variable[] = [];

  constructor(options: FtrlOptions = {}) {
    super('Ftrl', 0.001, options);
    const {
      learningRatePower = -0.5,
      initialAccumulatorValue = 0.1,
      l1RegularizationStrength = 0,
      l2RegularizationStrength = 0,
      l2ShrinkageRegularizationStrength = 0,
      beta = 0,
    } = options;
    checkNumber(
      this.name,
      'learningRatePower',
      learningRatePower,
      () => learningRatePower <= 0,
      'a number of at most 0',
    );
    for (const [name, value] of Object.entries({
      initialAccumulatorValue,
      l1RegularizationStrength,
      l2RegularizationStrength,
      l2ShrinkageRegularizationStrength,
      beta,
    })) {
      checkNumber(this.name, name, value, () => value >= 0, 'a number of at least 0');
    }
    this.learningRatePower = learningRatePower;
    this.initialAccumulatorValue = initialAccumulatorValue;
    this.l1RegularizationStrength = l1RegularizationStrength;
    this.l2RegularizationStrength = l2RegularizationStrength;
    this.l2ShrinkageRegularizationStrength = l2ShrinkageRegularizationStrength;
    this.beta = beta;
  }

  protected override buildSlots(variables: readonly Variable[]): void {
    const initial = [this.initialAccumulatorValue, 0];
    [this.#accumulators, this.#linears] = this.addSlots(variables, ['accumulator', 'linear'], initial);
  }

  protected override update({ variable, gradient, rate, index }: UpdateStep): void {
    const accumulator = this.#accumulators[index] as Variable;
    const linear = this.#linears[index] as Variable;
    const { l1RegularizationStrength: l1, l2RegularizationStrength: l2, l2ShrinkageRegularizationStrength } = this;
    const power = -this.learningRatePower;
    const shrunk = add(gradient, mul(2 * l2ShrinkageRegularizationStrength, variable));
    const squares = add(accumulator, square(gradient));
    const scale = pow(squares, power);
    const sigma = div(sub(scale, pow(accumulator, power)), rate);
    linear.assign(add(linear, sub(shrunk, mul(sigma, variable))));
    const stabilizer = add(l2, div(this.beta, mul(2, rate)));
    const quadratic = add(div(scale, rate), mul(2, stabilizer));
    variable.assign(div(sub(clip(linear, -l1, l1), linear), quadratic));
    accumulator.assign(squares);
  }

  override getConfig(): Record<string, unknown> {
    return {
      ...super.getConfig(),
      learning_rate_power: this.learningRatePower,
      initial_accumulator_value: this.initialAccumulatorValue,
      l1_regularization_strength: this.l1RegularizationStrength,
      l2_regularization_strength: this.l2RegularizationStrength,
      l2_shrinkage_regularization_strength: this.l2ShrinkageRegularizationStrength,
      beta: this.beta,
    };
  }
}

/**
 * FTRL-proximal, with `p = -learningRatePower`: `s' = s + g²`,
 * `z' = z + g + 2 l2Shrinkage w - (s'^p - s^p) w / learningRate`,
 * `w' = (clip(z', -l1, l1) - z') / (s'^p / learningRate + 2 l2 + beta / learningRate)`.
 * @param options learningRate 0.001, learningRatePower -0.5, initialAccumulatorValue 0.1, l1RegularizationStrength 0,
 *   l2RegularizationStrength 0, l2ShrinkageRegularizationStrength 0, beta 0, and those of every optimizer
 * @throws ArgumentError for an option out of range
 * @example optimizers.ftrl({ learningRate: 0.05, l1RegularizationStrength: 0.01 })
 */
export function ftrl(options: FtrlOptions = {}): Ftrl {
  return new Ftrl(options);
}
