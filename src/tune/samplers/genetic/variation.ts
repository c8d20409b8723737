/** How children come from parents, parameter by parameter. */
import { pow } from '../../../../kernels/math.ts';
import { countValues, fromUnit, toUnit, type Distribution } from '../../distribution.ts';
import type { Random } from '../../random.ts';

/** How close children stay to what they come from: the exponents of the two distributions below. */
export interface VariationOptions {
  readonly crossoverIndex: number;
  readonly mutationIndex: number;
}

/**
 * A value between or beyond those of two parents, near the first or the second: simulated binary crossover (K. Deb and R.
 * B. Agrawal, Simulated binary crossover for continuous search space, 1995); of two choices either.
 * @returns the number in storage
 */
export function cross(
  distribution: Distribution,
  [first, second]: readonly [number, number],
  random: Random,
  { crossoverIndex }: VariationOptions,
): number {
  const [near, far] = random.uniform() < 0.5 ? [first, second] : [second, first];
  if (distribution.kind === 'categorical' || near === far) return near;
  const share = random.uniform();
  const exponent = 1 / (crossoverIndex + 1);
  const spread = share <= 0.5 ? pow(2 * share, exponent) : pow(1 / (2 * (1 - share)), exponent);
  const [a, b] = [toUnit(distribution, near), toUnit(distribution, far)];
  return fromUnit(distribution, clip(0.5 * ((1 + spread) * a + (1 - spread) * b)));
}

/**
 * A value near another one: polynomial mutation (K. Deb and M. Goyal, A combined genetic adaptive search, 1996); the next
 * one where steps are too wide for that. Of choices any other.
 * @returns the number in storage, never the one that was there
 */
export function mutate(
  distribution: Distribution,
  internal: number,
  random: Random,
  { mutationIndex }: VariationOptions,
): number {
  const count = countValues(distribution);
  if (count === 1) return internal;
  if (distribution.kind === 'categorical') {
    const other = random.integer(count - 1);
    return other < internal ? other : other + 1;
  }
  const share = random.uniform();
  const exponent = 1 / (mutationIndex + 1);
  const move = share < 0.5 ? pow(2 * share, exponent) - 1 : 1 - pow(2 * (1 - share), exponent);
  const mutated = fromUnit(distribution, clip(toUnit(distribution, internal) + move));
  if (mutated !== internal || distribution.step === null) return mutated;
  const { low, high, step } = distribution;
  const isUp = internal <= low || (move > 0 && internal < high);
  return isUp ? Math.min(high, internal + step) : Math.max(low, internal - step);
}

function clip(place: number): number {
  return Math.min(1, Math.max(0, place));
}
