/** Student's t distribution, for intervals of means of few values. */
import { cos, sin } from '../../kernels/math.ts';

/**
 * The t with P(-t < T < t) = coverage, by halving: with tan(angle) = t / sqrt(degrees) the probability is a sum of
 * powers of the angle's cosine (Abramowitz and Stegun, 26.7.3 and 26.7.4).
 * @param degrees of freedom, a positive integer
 */
export function twoSidedT(coverage: number, degrees: number): number {
  let low = 0;
  let high = Math.PI / 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (within(middle, degrees) < coverage) low = middle;
    else high = middle;
  }
  return (Math.sqrt(degrees) * sin(low)) / cos(low);
}

function within(angle: number, degrees: number): number {
  const [s, c] = [sin(angle), cos(angle)];
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? c : 1;
  let total = degrees === 1 ? 0 : term;
  for (let power = isOdd ? 3 : 2; power <= degrees - 2; power += 2) {
    term *= ((power - 1) / power) * c * c;
    total += term;
  }
  return isOdd ? (2 / Math.PI) * (angle + s * total) : s * total;
}
