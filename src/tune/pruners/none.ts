/** Lets every trial run to its end (Optuna's NopPruner). */
import type { Pruner } from '../pruner.ts';

/**
 * Ends no trial.
 * @example tuneModel(build, data, { trials: 20, pruner: pruners.none() })
 */
export function none(): Pruner {
  return { name: 'none', shouldPrune: () => false };
}
