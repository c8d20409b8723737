/** Cosine decay that starts anew, each time for longer and from lower (SGDR, Loshchilov and Hutter 2017). */
import { add, cos, div, floor, log, mul, pow, sub, type TensorLike } from '../../ops/index.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { checkNumber } from '../checks.ts';
import { checkFinite, checkSteps, LearningRateSchedule, type ScheduleOptions } from './schedule.ts';

export interface CosineDecayRestartsOptions extends ScheduleOptions {
  /** Each period is this many times as long as the one before; at least 1. Default 2. */
  readonly tMul?: number | undefined;
  /** Each period starts from this many times the rate of the one before. Default 1. */
  readonly mMul?: number | undefined;
  /** The end of each decay, as a fraction of `initialLearningRate`. Default 0. */
  readonly alpha?: number | undefined;
}

/** See `cosineDecayRestarts`. */
export class CosineDecayRestarts extends LearningRateSchedule {
  readonly className = 'CosineDecayRestarts';
  readonly initialLearningRate: number;
  readonly firstDecaySteps: number;
  readonly tMul: number;
  readonly mMul: number;
  readonly alpha: number;
  readonly name: string;

  constructor(
    options: CosineDecayRestartsOptions & { readonly initialLearningRate: number; readonly firstDecaySteps: number },
  ) {
    super();
    const { initialLearningRate, firstDecaySteps, tMul = 2, mMul = 1, alpha = 0, name = 'SGDRDecay' } = options;
    checkFinite('cosineDecayRestarts', { initialLearningRate, mMul, alpha });
    checkSteps('cosineDecayRestarts', 'firstDecaySteps', firstDecaySteps);
    checkNumber('cosineDecayRestarts', 'tMul', tMul, () => tMul >= 1, 'a number of at least 1');
    this.initialLearningRate = initialLearningRate;
    this.firstDecaySteps = firstDecaySteps;
    this.tMul = tMul;
    this.mMul = mMul;
    this.alpha = alpha;
    this.name = name;
  }

  override at(step: TensorLike): Tensor {
    const { initialLearningRate, mMul, alpha } = this;
    const { restarts, done } = this.#position(div(step, this.firstDecaySteps));
    const wave = mul(mul(0.5, pow(mMul, restarts)), add(1, cos(mul(Math.PI, done))));
    return mul(initialLearningRate, add(mul(sub(1, alpha), wave), alpha));
  }

  override getConfig(): Record<string, unknown> {
    const { initialLearningRate, firstDecaySteps, tMul, mMul, alpha, name } = this;
    return {
      initial_learning_rate: initialLearningRate,
      first_decay_steps: firstDecaySteps,
      t_mul: tMul,
      m_mul: mMul,
      alpha,
      name,
    };
  }

  /** How often the decay has started anew, and which part of its period has passed; the time is in first periods. */
  #position(time: Tensor): { readonly restarts: Tensor; readonly done: Tensor } {
    const { tMul } = this;
    if (tMul === 1) {
      const restarts = floor(time);
      return { restarts, done: sub(time, restarts) };
    }
    // The k-th restart is at 1 + tMul + ... + tMul^(k - 1) = (1 - tMul^k) / (1 - tMul).
    const restarts = floor(div(log(sub(1, mul(time, sub(1, tMul)))), log(tMul)));
    const period = pow(tMul, restarts);
    const start = div(sub(1, period), sub(1, tMul));
    return { restarts, done: div(sub(time, start), period) };
  }
}

/**
 * Cosine decay with restarts: `initialLearningRate ((1 - alpha) mMul^k (1 + cos(π t)) / 2 + alpha)` in the k-th period,
 * where t is the part of it that has passed. The first period has `firstDecaySteps` steps.
 * @param initialLearningRate the rate of step 0
 * @param options tMul 2, mMul 1, alpha 0
 * @throws ArgumentError for a number that is not finite, `firstDecaySteps` not above 0 or `tMul` below 1
 * @example optimizers.sgd({ learningRate: schedules.cosineDecayRestarts(0.1, 1000, { mMul: 0.5 }) })
 */
export function cosineDecayRestarts(
  initialLearningRate: number,
  firstDecaySteps: number,
  options: CosineDecayRestartsOptions = {},
): CosineDecayRestarts {
  return new CosineDecayRestarts({ ...options, initialLearningRate, firstDecaySteps });
}
