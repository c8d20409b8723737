/**
 * The logarithm of the expected improvement over a threshold, `log E max(0, f - best)` for a normal f: where there is little
 * to hope for, the improvement underflows, and its logarithm still tells better from worse (Ament et al., 2023).
 */
import { erf, exp, log } from '../../../../kernels/math.ts';

const SQRT_HALF = 0.7071067811865476;
const LOG_SQRT_2PI = 0.9189385332046727;
const ONE_OVER_SQRT_2PI = 0.3989422804014327;
/** Below this the sum of two terms that cancel gives way to a continued fraction. */
const TAIL = -2.5;
/** Terms of the fraction: at 2.5, 60 leave an error of 1e-14 and 80 none. */
const TERMS = 80;

/** `log(density(z) + z distribution(z))` of the standard normal distribution: the improvement in units of its spread. */
export function logImprovement(z: number): number {
  if (z < TAIL) {
    const rest = fraction(-z);
    return -0.5 * z * z - LOG_SQRT_2PI + log(rest / (rest - z));
  }
  return log(density(z) + z * distribution(z));
}

/** The slope of `logImprovement`. */
export function logImprovementSlope(z: number): number {
  // distribution / density = 1 / (rest - z), and the improvement is rest times that.
  if (z < TAIL) return 1 / fraction(-z);
  return distribution(z) / (density(z) + z * distribution(z));
}

/** `1 / (t + 2 / (t + 3 / ...))`, Laplace's continued fraction without its head. */
function fraction(t: number): number {
  let rest = 0;
  for (let k = TERMS; k >= 1; k--) rest = k / (t + rest);
  return rest;
}

function density(z: number): number {
  return ONE_OVER_SQRT_2PI * exp(-0.5 * z * z);
}

function distribution(z: number): number {
  return 0.5 * (1 + erf(z * SQRT_HALF));
}
