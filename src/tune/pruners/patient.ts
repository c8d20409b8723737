/** Holds another pruner back while a trial still gets better (Optuna's PatientPruner). */
import { ArgumentError, describeValue, optionsOf } from '../../errors.ts';
import type { Pruner, PruningContext } from '../pruner.ts';
import { checkCount, checkNumber } from './checks.ts';
import { bestOf } from './reports.ts';

/** Options of `pruners.patient`. */
export interface PatientOptions {
  /** Reports in a row without a better one before the trial may be pruned. */
  readonly patience: number;
  /** How much worse the best of those must be than the best before. Default: 0. */
  readonly minDelta?: number;
}

/**
 * @param pruner what decides then; undefined: the trial is pruned
 * @throws ArgumentError for options out of range
 * @example createStudy({ pruner: pruners.patient(pruners.median(), { patience: 3 }) })
 */
export function patient(pruner: Pruner | undefined, options: PatientOptions): Pruner {
  const { patience, minDelta = 0 } = optionsOf('pruners.patient', options);
  if (pruner !== undefined && typeof (pruner as { shouldPrune?: unknown } | null)?.shouldPrune !== 'function') {
    throw new ArgumentError(`pruners.patient: the pruner is ${describeValue(pruner)}. Give a pruner, or undefined.`, {
      where: 'pruners.patient',
      got: pruner,
    });
  }
  checkCount('pruners.patient', 'patience', patience, 0);
  checkNumber('pruners.patient', 'minDelta', minDelta, 0, Infinity);

  function shouldPrune(context: PruningContext): boolean {
    const { direction } = context;
    const steps = [...context.trial.intermediateValues].sort(([a], [b]) => a - b).map(([, value]) => value);
    if (steps.length <= patience + 1) return false;
    const before = bestOf(direction, steps.slice(0, -patience - 1));
    const after = bestOf(direction, steps.slice(-patience - 1));
    const isWorse = direction === 'minimize' ? before + minDelta < after : before - minDelta > after;
    return isWorse && (pruner?.shouldPrune(context) ?? true);
  }
  return { name: 'patient', shouldPrune };
}
