/**
 * Steps that only add up gradients, and every n-th that updates with their mean. A program cannot branch, so each step
 * computes the update and then keeps either the new values or the old ones, as Keras does on JAX.
 */
import { add, div, where } from '../ops/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { isMultiple } from './weight-averages.ts';

export interface AccumulatedStep {
  readonly gradients: readonly Tensor[];
  /** The sums so far, one per gradient. */
  readonly sums: readonly Variable[];
  /** The number of steps so far, a scalar. */
  readonly counter: Tensor;
  /** Steps per update. */
  readonly steps: number;
  /** All that an update may assign. */
  readonly assigned: readonly Variable[];
  /** Updates with the mean gradients. */
  readonly update: (means: readonly Tensor[]) => void;
}

/** @internal Runs `update`, whose assignments hold in every `steps`-th call only. */
export function accumulatedUpdate({ gradients, sums, counter, steps, assigned, update }: AccumulatedStep): void {
  const due = isMultiple(add(counter, 1), steps);
  const before = assigned.map((one) => one.value);
  const totals = gradients.map((gradient, i) => add(gradient, sums[i] as Variable));
  update(totals.map((total) => div(total, steps)));
  assigned.forEach((one, i) => {
    const old = before[i] as Tensor;
    const { value } = one;
    if (value !== old) one.assign(where(due, value, old));
  });
  sums.forEach((sum, i) => sum.assign(where(due, 0, totals[i] as Tensor)));
}
