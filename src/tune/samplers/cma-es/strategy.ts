/** The constants of a covariance matrix adaptation: N. Hansen, The CMA evolution strategy: a tutorial, 2016, table 1. */
import { log } from '../../../../kernels/math.ts';

/** Weights and learning rates for so many axes and points. */
export interface Strategy {
  /** One for each point, best first: positive ones add up to 1, negative ones push away. */
  readonly weights: Float64Array;
  /** How many points equal weights would have. */
  readonly effective: number;
  readonly meanPathRate: number;
  readonly sizePathRate: number;
  readonly sizeDamping: number;
  readonly rankOneRate: number;
  readonly rankManyRate: number;
  /** The expected length of a standard normal vector. */
  readonly expectedLength: number;
}

/** @param points at least 2 */
export function strategyFor(axes: number, points: number): Strategy {
  const raw = Float64Array.from({ length: points }, (_, i) => log((points + 1) / 2) - log(i + 1));
  const effective = effectiveCount(raw.filter((weight) => weight > 0));
  const sizePathRate = (effective + 2) / (axes + effective + 5);
  const rankOneRate = 2 / ((axes + 1.3) ** 2 + effective);
  const rankManyRate = Math.min(1 - rankOneRate, (2 * (effective - 2 + 1 / effective)) / ((axes + 2) ** 2 + effective));
  return {
    weights: scaleWeights(raw, { axes, rankOneRate, rankManyRate }),
    effective,
    meanPathRate: (4 + effective / axes) / (axes + 4 + (2 * effective) / axes),
    sizePathRate,
    sizeDamping: 1 + 2 * Math.max(0, Math.sqrt((effective - 1) / (axes + 1)) - 1) + sizePathRate,
    rankOneRate,
    rankManyRate,
    expectedLength: Math.sqrt(axes) * (1 - 1 / (4 * axes) + 1 / (21 * axes * axes)),
  };
}

function effectiveCount(weights: Float64Array): number {
  let sum = 0;
  let squares = 0;
  for (const weight of weights) {
    sum += weight;
    squares += weight * weight;
  }
  return squares > 0 ? (sum * sum) / squares : 0;
}

interface Rates {
  readonly axes: number;
  readonly rankOneRate: number;
  readonly rankManyRate: number;
}

/** Negative weights are bounded such that the covariance stays positive definite. */
function scaleWeights(raw: Float64Array, { axes, rankOneRate, rankManyRate }: Rates): Float64Array {
  let positive = 0;
  let negative = 0;
  for (const weight of raw) {
    if (weight > 0) positive += weight;
    else negative -= weight;
  }
  const away = effectiveCount(raw.filter((weight) => weight < 0));
  const towards = effectiveCount(raw.filter((weight) => weight > 0));
  const bound =
    rankManyRate > 0
      ? Math.min(
          1 + rankOneRate / rankManyRate,
          1 + (2 * away) / (towards + 2),
          (1 - rankOneRate - rankManyRate) / (axes * rankManyRate),
        )
      : 0;
  return raw.map((weight) => (weight > 0 ? weight / positive : negative > 0 ? (weight * bound) / negative : 0));
}
