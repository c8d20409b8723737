/** Moving averages of the weights (Polyak averaging): updated after each step, and put in the weights' place when due. */
import { add, div, equal, floor, greater, mul, sub, where } from '../ops/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';

interface WeightAveragesOptions {
  readonly momentum: number;
  /** Updates between two overwritings of the weights; undefined for none. */
  readonly overwriteFrequency: number | undefined;
}

/**
 * One step of the averages: `a' = momentum a + (1 - momentum) w`, and `a' = w` until the first update is counted.
 * @internal
 * @param averages weights and their averages
 * @param iterations the number of updates before this one, a scalar
 */
export function updateAverages(
  averages: ReadonlyMap<Variable, Variable>,
  iterations: Tensor,
  { momentum, overwriteFrequency }: WeightAveragesOptions,
): void {
  const kept = mul(greater(iterations, 0), momentum);
  for (const [weight, average] of averages) {
    average.assign(add(mul(kept, average), mul(sub(1, kept), weight)));
  }
  if (overwriteFrequency === undefined) return;
  const due = isMultiple(add(iterations, 1), overwriteFrequency);
  for (const [weight, average] of averages) weight.assign(where(due, average, weight));
}

/** 1 where a whole number below 2^24 is a multiple of another, else 0. @internal */
export function isMultiple(count: Tensor, of: number): Tensor {
  return equal(mul(floor(div(count, of)), of), count);
}
