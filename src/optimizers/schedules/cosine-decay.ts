/** A learning rate that falls along half a cosine wave, after a straight rise if wanted (Loshchilov and Hutter 2017). */
import { add, cos, div, less, minimum, mul, sub, where, type TensorLike } from '../../ops/index.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { checkNumber } from '../checks.ts';
import { checkFinite, checkSteps, LearningRateSchedule, type ScheduleOptions } from './schedule.ts';

export interface CosineDecayOptions extends ScheduleOptions {
  /** The end of the decay, as a fraction of the rate that it starts from. Default 0. */
  readonly alpha?: number | undefined;
  /** The rate that the warm-up rises to and the decay starts from. Default none: there is no warm-up. */
  readonly warmupTarget?: number | undefined;
  /** Steps of the warm-up, before those of the decay. Default 0. */
  readonly warmupSteps?: number | undefined;
}

/** See `cosineDecay`. */
export class CosineDecay extends LearningRateSchedule {
  readonly className = 'CosineDecay';
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly alpha: number;
  readonly warmupTarget: number | undefined;
  readonly warmupSteps: number;
  readonly name: string;

  constructor(options: CosineDecayOptions & { readonly initialLearningRate: number; readonly decaySteps: number }) {
    super();
    const { initialLearningRate, decaySteps, alpha = 0, warmupTarget, warmupSteps = 0, name = 'CosineDecay' } = options;
    checkFinite('cosineDecay', { initialLearningRate, alpha, warmupTarget: warmupTarget ?? 0 });
    checkSteps('cosineDecay', 'decaySteps', decaySteps);
    checkNumber('cosineDecay', 'warmupSteps', warmupSteps, () => warmupSteps >= 0, 'a number of steps of at least 0');
    this.initialLearningRate = initialLearningRate;
    this.decaySteps = decaySteps;
    this.alpha = alpha;
    this.warmupTarget = warmupTarget;
    this.warmupSteps = warmupSteps;
    this.name = name;
  }

  override at(step: TensorLike): Tensor {
    const { initialLearningRate, decaySteps, warmupTarget, warmupSteps } = this;
    if (warmupTarget === undefined) return this.#decayed(minimum(step, decaySteps), initialLearningRate);
    const reached = minimum(step, decaySteps + warmupSteps);
    const decayed = this.#decayed(sub(reached, warmupSteps), warmupTarget);
    if (warmupSteps === 0) return decayed;
    const rise = mul(sub(warmupTarget, initialLearningRate), div(reached, warmupSteps));
    return where(less(reached, warmupSteps), add(rise, initialLearningRate), decayed);
  }

  override getConfig(): Record<string, unknown> {
    const { initialLearningRate, decaySteps, alpha, name, warmupTarget, warmupSteps } = this;
    return {
      initial_learning_rate: initialLearningRate,
      decay_steps: decaySteps,
      alpha,
      name,
      warmup_target: warmupTarget ?? null,
      warmup_steps: warmupSteps,
    };
  }

  #decayed(step: Tensor, from: number): Tensor {
    const wave = mul(0.5, add(1, cos(mul(Math.PI, div(step, this.decaySteps)))));
    return mul(from, add(mul(1 - this.alpha, wave), this.alpha));
  }
}

/**
 * Cosine decay: `initialLearningRate ((1 - alpha)(1 + cos(π step / decaySteps)) / 2 + alpha)`, constant from step
 * `decaySteps` on. With `warmupTarget` the rate first rises to it in a straight line during `warmupSteps`, and decays
 * from there in the `decaySteps` after them.
 * @param initialLearningRate the rate of step 0
 * @param options alpha 0, warmupTarget none, warmupSteps 0
 * @throws ArgumentError for a number that is not finite, `decaySteps` not above 0 or `warmupSteps` below 0
 * @example optimizers.adamw({ learningRate: schedules.cosineDecay(0, 1000, { warmupTarget: 1e-3, warmupSteps: 100 }) })
 */
export function cosineDecay(
  initialLearningRate: number,
  decaySteps: number,
  options: CosineDecayOptions = {},
): CosineDecay {
  return new CosineDecay({ ...options, initialLearningRate, decaySteps });
}
