/** Options that all optimizers share, and what they may be. */
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import { checkClipping, type ClippingOptions } from './clipping.ts';
import { checkInteger, checkNumber } from './checks.ts';
import type { LearningRateSchedule } from './schedules/index.ts';

/** A number, or a function of the step such as `schedules.cosineDecay(0.1, 1000)`. */
export type LearningRate = number | LearningRateSchedule;

/** Options that all optimizers share. */
export interface OptimizerOptions extends ClippingOptions {
  /** The size of a step. */
  readonly learningRate?: LearningRate | undefined;
  /** Default: the class in lower case. Begins the names of the optimizer's variables. */
  readonly name?: string | undefined;
  /** Decoupled weight decay: before each update `w -= learningRate weightDecay w`. Default none. */
  readonly weightDecay?: number | undefined;
  /** Whether moving averages of the weights are kept, which `fit` puts in the weights' place at its end. Default false. */
  readonly useEma?: boolean | undefined;
  /** How much of a moving average stays at each step, from 0 to 1. Default 0.99. */
  readonly emaMomentum?: number | undefined;
  /** Updates after which the averages overwrite the weights during training. Default never. */
  readonly emaOverwriteFrequency?: number | undefined;
  /**
   * The loss is multiplied by it before gradients are taken (`scaleLoss`), and the gradients are divided by it. Default
   * none.
   */
  readonly lossScaleFactor?: number | undefined;
  /** Steps, at least 2, whose mean gradient makes one update. Default: each step is one. */
  readonly gradientAccumulationSteps?: number | undefined;
}

/** @internal @throws ArgumentError for an option out of range */
export function checkOptions(where: string, options: OptimizerOptions): void {
  const { name } = optionsOf(where, options);
  if (name !== undefined && (typeof name !== 'string' || name === '')) {
    throw new ArgumentError(`${where}: name is ${describeValue(name)}. Give a text, or leave it out.`, {
      where,
      got: name,
    });
  }
  const { weightDecay, emaMomentum, emaOverwriteFrequency, lossScaleFactor, gradientAccumulationSteps } = options;
  checkClipping(where, options);
  if (weightDecay !== undefined)
    checkNumber(where, 'weightDecay', weightDecay, () => true, 'a finite number, or leave it out');
  if (emaMomentum !== undefined)
    checkNumber(where, 'emaMomentum', emaMomentum, () => emaMomentum >= 0 && emaMomentum <= 1, 'a number from 0 to 1');
  if (emaOverwriteFrequency !== undefined) checkInteger(where, 'emaOverwriteFrequency', emaOverwriteFrequency, 1);
  if (lossScaleFactor !== undefined)
    checkNumber(
      where,
      'lossScaleFactor',
      lossScaleFactor,
      () => lossScaleFactor > 0,
      'a positive number, or leave it out',
    );
  if (gradientAccumulationSteps !== undefined)
    checkInteger(where, 'gradientAccumulationSteps', gradientAccumulationSteps, 2);
}
