/** A learning rate that falls as one over the time. */
import { add, div, floor, mul, type TensorLike } from '../../ops/index.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { DecayRateOptions } from './exponential-decay.ts';
import { checkFinite, checkSteps, LearningRateSchedule } from './schedule.ts';

export interface InverseTimeDecayOptions extends DecayRateOptions {
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly decayRate: number;
}

/** See `inverseTimeDecay`. */
export class InverseTimeDecay extends LearningRateSchedule {
  readonly className = 'InverseTimeDecay';
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly decayRate: number;
  readonly staircase: boolean;
  readonly name: string;

  constructor(options: InverseTimeDecayOptions) {
    super();
    const { initialLearningRate, decaySteps, decayRate, staircase = false, name = 'InverseTimeDecay' } = options;
    checkFinite('inverseTimeDecay', { initialLearningRate, decayRate });
    checkSteps('inverseTimeDecay', 'decaySteps', decaySteps);
    this.initialLearningRate = initialLearningRate;
    this.decaySteps = decaySteps;
    this.decayRate = decayRate;
    this.staircase = staircase;
    this.name = name;
  }

  override at(step: TensorLike): Tensor {
    const times = div(step, this.decaySteps);
    return div(this.initialLearningRate, add(1, mul(this.decayRate, this.staircase ? floor(times) : times)));
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
 * Inverse time decay: `initialLearningRate / (1 + decayRate step / decaySteps)`.
 * @param initialLearningRate the rate of step 0
 * @param decaySteps steps in which the divisor grows by `decayRate`
 * @param options staircase false: whether `step / decaySteps` is rounded down
 * @throws ArgumentError for a number that is not finite, or `decaySteps` not above 0
 * @example optimizers.sgd({ learningRate: schedules.inverseTimeDecay(0.1, 100, 0.5) })
 */
export function inverseTimeDecay(
  initialLearningRate: number,
  decaySteps: number,
  decayRate: number,
  options: DecayRateOptions = {},
): InverseTimeDecay {
  return new InverseTimeDecay({ ...options, initialLearningRate, decaySteps, decayRate });
}
