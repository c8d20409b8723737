/** The piece of the unit interval that a value of a stepped parameter stands for. */
import { log } from '../../../kernels/math.ts';
import { toUnit, type FloatDistribution, type IntDistribution } from '../distribution.ts';

/** A parameter that is a number. */
export type NumericDistribution = FloatDistribution | IntDistribution;

/** Whether the parameter has steps: its values have pieces of the unit interval, not points. */
export function isStepped({ step }: NumericDistribution): boolean {
  return step !== null;
}

/** Where the piece of a value begins and ends: what `fromUnit` takes to that value. */
export function shareOf(distribution: NumericDistribution, internal: number): readonly [from: number, to: number] {
  const { low, high, step, log: isLog } = distribution;
  if (isLog) {
    const start = log(low - 0.5);
    const extent = log(high + 0.5) - start;
    return [(log(internal - 0.5) - start) / extent, (log(internal + 0.5) - start) / extent];
  }
  const half = (step as number) / 2 / (high - low + (step as number));
  const middle = toUnit(distribution, internal);
  return [middle - half, middle + half];
}
