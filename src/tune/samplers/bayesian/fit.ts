/** Fits the hyper-parameters of a Gaussian process. */
import { exp } from '../../../../kernels/math.ts';
import { minimize, type Minimum } from '../../lbfgs.ts';
import { thinOut, type Observations } from './observations.ts';
import { MIN_NOISE, PosteriorDensity } from './posterior-density.ts';
import { warpsOf } from './warp.ts';

export interface Hyperparameters {
  /** `[size]`: one over the squared length scale of each dimension. */
  readonly weights: Float64Array;
  /** Variance of the function. */
  readonly scale: number;
  /** Variance of the observations around it. */
  readonly noise: number;
}

export interface Fit {
  readonly observations: Observations;
  readonly hyper: Hyperparameters;
}

/**
 * `fit`, which gives its last answer again when it is asked the same: the parameters of a branch come one by one, and trials
 * that are asked for before any is told have the same history.
 */
export function rememberingFit(): typeof fit {
  let last: { readonly points: Float64Array; readonly scores: Float64Array; readonly numeric: number; readonly answer: Fit } | undefined; // prettier-ignore
  return (points, scores, numeric) => {
    const isSame = last?.numeric === numeric && isEqual(last.points, points) && isEqual(last.scores, scores);
    if (!last || !isSame) last = { points, scores, numeric, answer: fit(points, scores, numeric) };
    return last.answer;
  };
}

function isEqual(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((one, i) => Object.is(one, b[i]));
}

/** So many observations choose the scale of the values; fits to more begin where theirs ended. */
const SAMPLE = 64;
/** Steps of the fits to the sample, and of those that begin where the one before ended. */
const MAX_STEPS = { first: 100, later: 12 };
/** A difference of the log density that changes no choice, where steps are dear. */
const LEAST_WIN = 0.001;

/**
 * The most probable hyper-parameters (maximum a posteriori), on the scale of the values that makes them most probable. Long
 * histories are fitted in stages: a sample from length scales of 1, half of the observations from there, then all, so that
 * the dear steps are few and nothing has to be remembered between trials.
 * @param points `[count, size]` @param scores `[count]`, finite, the higher the better
 */
export function fit(points: Float64Array, scores: Float64Array, numeric: number): Fit {
  const count = scores.length;
  const size = points.length / count;
  let chosen: { readonly observations: Observations; readonly found: Minimum } | undefined;
  let least = Infinity;
  for (const { targets, logSlopes } of warpsOf(scores)) {
    const observations = { points, targets, count, size, numeric };
    const stride = Math.ceil(count / SAMPLE);
    const found = descend(thinOut(observations, stride), undefined);
    let value = found.value;
    for (let i = count - 1; i >= 0; i -= stride) value -= logSlopes[i]!;
    if (value < least) [chosen, least] = [{ observations, found }, value];
  }
  const { observations, found } = chosen as { readonly observations: Observations; readonly found: Minimum };
  let hyper = found.point;
  for (const stride of [2, 1]) {
    if (count > SAMPLE * stride) hyper = descend(thinOut(observations, stride), hyper).point;
  }
  return {
    observations,
    hyper: {
      weights: hyper.slice(0, size).map((value) => exp(value)),
      scale: exp(hyper[size]!),
      noise: MIN_NOISE + exp(hyper[size + 1]!),
    },
  };
}

/** @param from where an earlier fit ended */
function descend(observations: Observations, from: Float64Array | undefined): Minimum {
  const density = new PosteriorDensity(observations);
  return minimize(
    (at, gradient) => density.evaluate(at, gradient),
    from ?? new Float64Array(observations.size + 2),
    from
      ? { maxIterations: MAX_STEPS.later, tolerance: 1e-2, leastWin: LEAST_WIN }
      : { maxIterations: MAX_STEPS.first, tolerance: 1e-2 },
  );
}
