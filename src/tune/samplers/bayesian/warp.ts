/**
 * Objectives seldom look normal: many have a long tail of bad values, beside which the good ones are all the same. A warp
 * is another scale for the same values, on which a Gaussian process may fit them better.
 */
import { log, log1p } from '../../../../kernels/math.ts';

export interface Warp {
  /** `[count]`, with mean 0 and variance 1, in the order of the values. */
  readonly targets: Float64Array;
  /** `[count]`: the logarithm of how much the scale is stretched at each value, so that densities can be compared. */
  readonly logSlopes: Float64Array;
}

/** How large a part of the history lies where the scale is nearly linear. */
const PARTS = [0.5, 0.1];

/**
 * The values as they are, and on scales that are linear near the best of them and logarithmic far below:
 * `-log(1 + (best - y) / c)` for some quantiles c of the distances from the best.
 * @param values `[count]`, finite, the higher the better
 */
export function warpsOf(values: Float64Array): readonly Warp[] {
  const warps = [normalize(values, new Float64Array(values.length))];
  const best = values.reduce((most, value) => Math.max(most, value), -Infinity);
  const distances = values.map((value) => best - value);
  const sorted = distances.toSorted();
  for (const part of PARTS) {
    const unit = sorted[Math.floor(part * (values.length - 1))] as number;
    // Many equal best values leave no scale.
    if (!(unit > 0)) continue;
    warps.push(
      normalize(
        distances.map((distance) => -log1p(distance / unit)),
        distances.map((distance) => -log(unit + distance)),
      ),
    );
  }
  return warps;
}

function normalize(values: Float64Array, logSlopes: Float64Array): Warp {
  const { targets, spread } = standardize(values);
  return { targets, logSlopes: logSlopes.map((value) => value - log(spread)) };
}

/** Mean 0 and variance 1, unless all are equal. @param values finite @returns also what they were divided by */
export function standardize(values: Float64Array): { readonly targets: Float64Array; readonly spread: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const spread = Math.max(Math.sqrt(variance), 1e-12);
  return { targets: values.map((value) => (value - mean) / spread), spread };
}
