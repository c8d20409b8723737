/** A learning rate that shrinks by the same factor in equal times. */
import { div, floor, mul, pow, type TensorLike } from '../../ops/index.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { checkFinite, checkSteps, LearningRateSchedule, type ScheduleOptions } from './schedule.ts';

export interface DecayRateOptions extends ScheduleOptions {
  /** Whether the rate changes only after every `decaySteps`. Default false. */
  readonly staircase?: boolean | undefined;
}

export interface ExponentialDecayOptions extends DecayRateOptions {
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly decayRate: number;
}

/** See `exponentialDecay`. */
export class ExponentialDecay extends LearningRateSchedule {
  readonly className = 'ExponentialDecay';
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly decayRate: number;
  readonly staircase: boolean;
  readonly name: string;

  constructor(options: ExponentialDecayOptions) {
    super();
    const { initialLearningRate, decaySteps, decayRate, staircase = false, name = 'ExponentialDecay' } = options;
    checkFinite('exponentialDecay', { initialLearningRate, decayRate });
    checkSteps('exponentialDecay', 'decaySteps', decaySteps);
    this.initialLearningRate = initialLearningRate;
    this.decaySteps = decaySteps;
    this.decayRate = decayRate;
    this.staircase = staircase;
    this.name = name;
  }

  override at(step: TensorLike): Tensor {
    const times = div(step, this.decaySteps);
    return mul(this.initialLearningRate, pow(this.decayRate, this.staircase ? floor(times) : times));
  }

  override getConfig(): Record<string, unknown> {
    const { initialLearningRate, decaySteps, decayRate, staircase, name } = this;
    return {
      initial_learning_rate: initialLearningRate,
      decay_steps: decaySteps,
      decay_rate: decayRate,
      staircase,
      name,
    };
  }
}

/**
 * Exponential decay: `initialLearningRate decayRate^(step / decaySteps)`.
 * @param initialLearningRate the rate of step 0
 * @param decaySteps steps in which the rate is multiplied by `decayRate` once
 * @param options staircase false: whether `step / decaySteps` is rounded down
 * @throws ArgumentError for a number that is not finite, or `decaySteps` not above 0
 * @example optimizers.sgd({ learningRate: schedules.exponentialDecay(0.1, 1000, 0.96, { staircase: true }) })
 */
export function exponentialDecay(
  initialLearningRate: number,
  decaySteps: number,
  decayRate: number,
  options: DecayRateOptions = {},
): ExponentialDecay {
  return new ExponentialDecay({ ...options, initialLearningRate, decaySteps, decayRate });
}
