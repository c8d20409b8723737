/** The objectives of trials as one number each, the higher the better. */
import { log } from '../../../../kernels/math.ts';
import type { Random } from '../../random.ts';
import type { Direction } from '../../records.ts';
import type { Outcome } from './outcomes.ts';
import { standardize } from './warp.ts';

/** What the worse objectives count beside the worst one (Knowles, 2006). */
const AUGMENTATION = 0.05;

/**
 * Infinities count as the nearest finite value; the scale is no matter. Several objectives become one with random weights
 * (ParEGO): the weighted distance from the best values, of the objective that is worst off, so that each trial looks for
 * its own part of the Pareto front.
 * @param random for the weights
 */
export function scoresOf(outcomes: readonly Outcome[], directions: readonly Direction[], random: Random): Float64Array {
  const objectives = directions.map((direction, index) => {
    const sign = direction === 'maximize' ? 1 : -1;
    return standardize(bounded(Float64Array.from(outcomes, ({ values }) => sign * (values[index] as number)))).targets;
  });
  return objectives.length === 1 ? (objectives[0] as Float64Array) : scalarize(objectives, random);
}

function scalarize(objectives: readonly Float64Array[], random: Random): Float64Array {
  // Even over all weights that sum to 1.
  const weights = objectives.map(() => -log(1 - random.uniform()));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const count = (objectives[0] as Float64Array).length;
  const worst = new Float64Array(count);
  const total = new Float64Array(count);
  for (const [index, values] of objectives.entries()) {
    const best = values.reduce((most, value) => Math.max(most, value), -Infinity);
    const least = values.reduce((some, value) => Math.min(some, value), Infinity);
    const weight = (weights[index] as number) / sum / (best - least || 1);
    for (let i = 0; i < count; i++) {
      const distance = weight * (best - values[i]!);
      worst[i] = Math.max(worst[i]!, distance);
      total[i]! += distance;
    }
  }
  return worst.map((distance, i) => -distance - AUGMENTATION * total[i]!);
}

/** Infinities as the largest and smallest finite values; all on a scale whose squares are finite. */
function bounded(values: Float64Array): Float64Array {
  const finite = values.filter((value) => Number.isFinite(value));
  if (finite.length === 0) return values.map(() => 0);
  const most = finite.reduce((some, value) => Math.max(some, value), -Infinity);
  const least = finite.reduce((some, value) => Math.min(some, value), Infinity);
  const size = Math.max(Math.abs(most), Math.abs(least)) || 1;
  return values.map((value) => Math.min(most, Math.max(least, value)) / size);
}
