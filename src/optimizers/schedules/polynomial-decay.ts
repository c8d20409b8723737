/** A learning rate that falls to its end along a power of the remaining time. */
import { add, div, equal, floor, minimum, mul, neg, pow, sub, where, type TensorLike } from '../../ops/index.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { checkFinite, checkSteps, LearningRateSchedule, type ScheduleOptions } from './schedule.ts';

export interface PolynomialDecayOptions extends ScheduleOptions {
  /** Default 1e-4. */
  readonly endLearningRate?: number | undefined;
  /** Default 1: a straight line. */
  readonly power?: number | undefined;
  /** Whether the decay starts anew, with a longer period, when it has reached its end. Default false. */
  readonly cycle?: boolean | undefined;
}

/** See `polynomialDecay`. */
export class PolynomialDecay extends LearningRateSchedule {
  readonly className = 'PolynomialDecay';
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly endLearningRate: number;
  readonly power: number;
  readonly cycle: boolean;
  readonly name: string;

  constructor(options: PolynomialDecayOptions & { readonly initialLearningRate: number; readonly decaySteps: number }) {
    super();
    const { initialLearningRate, decaySteps, endLearningRate = 1e-4, power = 1, cycle = false } = options;
    checkFinite('polynomialDecay', { initialLearningRate, endLearningRate, power });
    checkSteps('polynomialDecay', 'decaySteps', decaySteps);
    this.initialLearningRate = initialLearningRate;
    this.decaySteps = decaySteps;
    this.endLearningRate = endLearningRate;
    this.power = power;
    this.cycle = cycle;
    this.name = options.name ?? 'PolynomialDecay';
  }

  override at(step: TensorLike): Tensor {
    const { initialLearningRate, decaySteps, endLearningRate, power } = this;
    const done = this.cycle
      ? div(step, mul(decaySteps, this.#periods(step)))
      : div(minimum(step, decaySteps), decaySteps);
    return add(mul(sub(initialLearningRate, endLearningRate), pow(sub(1, done), power)), endLearningRate);
  }

  override getConfig(): Record<string, unknown> {
    const { initialLearningRate, decaySteps, endLearningRate, power, cycle, name } = this;
    return {
      initial_learning_rate: initialLearningRate,
      decay_steps: decaySteps,
      end_learning_rate: endLearningRate,
      power,
      cycle,
      name,
    };
  }

  // step / decaySteps rounded up, and 1 for step 0
  #periods(step: TensorLike): Tensor {
    return where(equal(step, 0), 1, neg(floor(neg(div(step, this.decaySteps)))));
  }
}

/**
 * Polynomial decay: `(initialLearningRate - endLearningRate)(1 - step / decaySteps)^power + endLearningRate`, and
 * `endLearningRate` from step `decaySteps` on; with `cycle`, `decaySteps` is multiplied by the least whole number that
 * keeps the step within it.
 * @param initialLearningRate the rate of step 0
 * @param options endLearningRate 1e-4, power 1, cycle false
 * @throws ArgumentError for a number that is not finite, or `decaySteps` not above 0
 * @example optimizers.sgd({ learningRate: schedules.polynomialDecay(0.1, 10000, { endLearningRate: 0.01, power: 0.5 }) })
 */
export function polynomialDecay(
  initialLearningRate: number,
  decaySteps: number,
  options: PolynomialDecayOptions = {},
): PolynomialDecay {
  return new PolynomialDecay({ ...options, initialLearningRate, decaySteps });
}
