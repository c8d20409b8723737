/**
 * The least value of a convex function of weights that are not negative and sum to 1: Newton's method, whose steps
 * minimize the quadratic model on the same set by exchanges between two weights. In double precision, without chance.
 */

/** A convex function of weights. */
export interface Objective {
  /** How many weights there are. */
  readonly size: number;
  value(weights: ArrayLike<number>): number;
  derivatives(weights: ArrayLike<number>): Derivatives;
}

export interface Derivatives {
  readonly gradient: Float64Array;
  /** `[size, size]`, row-major. */
  readonly hessian: Float64Array;
}

const NEWTON_STEPS = 100;
const EXCHANGES = 20_000;
/** What a step must gain of what the slope promises (Armijo). */
const SUFFICIENT = 1e-4;
const HALVINGS = 40;
/** Relative to the value, beyond which double precision knows nothing. */
const NEGLIGIBLE = 1e-15;

/**
 * Weights of the least value; never worse than any of those to start from.
 * @param starts points of the simplex, at least one
 */
export function minimizeOnSimplex(objective: Objective, starts: readonly Float64Array[]): Float64Array {
  let best = starts[0] as Float64Array;
  let value = Infinity;
  for (const start of starts) {
    const found = objective.value(start);
    if (found < value) [best, value] = [start, found];
  }
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const { gradient, hessian } = objective.derivatives(best);
    const target = quadraticMinimum(gradient, hessian, best);
    const slope = gradient.reduce((sum, one, i) => sum + one * (target[i]! - best[i]!), 0);
    if (!(slope < -NEGLIGIBLE * Math.abs(value))) break;
    const next = lineSearch(objective, best, target, value, slope);
    if (next === undefined) break;
    [best, value] = [next.weights, next.value];
  }
  return best;
}

function lineSearch(
  objective: Objective,
  from: Float64Array,
  to: Float64Array,
  value: number,
  slope: number,
): { readonly weights: Float64Array; readonly value: number } | undefined {
  let length = 1;
  for (let halving = 0; halving < HALVINGS; halving++, length /= 2) {
    const weights = length === 1 ? to : from.map((one, i) => one + length * (to[i]! - one));
    const found = objective.value(weights);
    if (found <= value + SUFFICIENT * length * slope) return { weights, value: found };
  }
  return undefined;
}

/** argmin of g (v - w) + (v - w) H (v - w) / 2: the weight that rises takes from the one that falls, until none gains. */
function quadraticMinimum(gradient: Float64Array, hessian: Float64Array, weights: Float64Array): Float64Array {
  const size = weights.length;
  const result = weights.slice();
  const slopes = gradient.slice();
  let scale = 0;
  for (let i = 0; i < size; i++) scale = Math.max(scale, Math.abs(gradient[i]!));
  for (let exchange = 0; exchange < EXCHANGES; exchange++) {
    let up = 0;
    let down = -1;
    for (let i = 0; i < size; i++) {
      if (slopes[i]! < slopes[up]!) up = i;
      if (result[i]! > 0 && (down < 0 || slopes[i]! > slopes[down]!)) down = i;
    }
    const gain = slopes[down]! - slopes[up]!;
    if (!(gain > NEGLIGIBLE * scale)) break;
    const curvature = hessian[up * size + up]! + hessian[down * size + down]! - 2 * hessian[up * size + down]!;
    const wanted = gain / curvature;
    const moved = curvature > 0 && wanted < result[down]! ? wanted : result[down]!;
    result[down] = moved === result[down] ? 0 : result[down]! - moved;
    result[up] = result[up]! + moved;
    for (let i = 0; i < size; i++)
      slopes[i] = slopes[i]! + moved * (hessian[i * size + up]! - hessian[i * size + down]!);
  }
  // Thousands of exchanges that circle around a flat minimum round the sum away from 1.
  const total = result.reduce((sum, one) => sum + one, 0);
  return result.map((one) => one / total);
}

/**
 * Greedy selection with replacement: in each round the member whose vote helps the most gets one more; the best of all
 * rounds counts. Source: Caruana, Niculescu-Mizil, Crew, Ksikes 2004.
 * @param rounds at least 1
 */
export function selectGreedily(objective: Objective, rounds: number): Float64Array {
  const { size } = objective;
  const counts = new Float64Array(size);
  let best = counts;
  let least = Infinity;
  for (let round = 1; round <= rounds; round++) {
    let chosen = 0;
    let lowest = Infinity;
    for (let i = 0; i < size; i++) {
      const value = objective.value(counts.map((count, at) => (at === i ? count + 1 : count) / round));
      if (value < lowest) [chosen, lowest] = [i, value];
    }
    counts[chosen] = counts[chosen]! + 1;
    if (lowest < least) [best, least] = [counts.map((count) => count / round), lowest];
  }
  return best;
}
