/** Which trials are better. */
import type { Direction } from './records.ts';
import type { TrialRecord } from './trial-record.ts';

/** Whether the first value is strictly better. */
export function isBetter(direction: Direction, value: number, other: number): boolean {
  return direction === 'minimize' ? value < other : value > other;
}

/** Whether these values are nowhere worse and somewhere better. */
export function dominates(
  directions: readonly Direction[],
  values: readonly number[],
  others: readonly number[],
): boolean {
  let somewhere = false;
  for (const [i, direction] of directions.entries()) {
    const [value, other] = [values[i] as number, others[i] as number];
    if (isBetter(direction, other, value)) return false;
    somewhere ||= isBetter(direction, value, other);
  }
  return somewhere;
}

/** The complete trials that no other one dominates, in their order. */
export function paretoFront(trials: readonly TrialRecord[], directions: readonly Direction[]): readonly TrialRecord[] {
  return trials.filter(
    ({ values }) =>
      values !== undefined &&
      !trials.some((other) => other.values !== undefined && dominates(directions, other.values, values)),
  );
}
