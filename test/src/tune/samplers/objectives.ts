/** Functions to search, and a study that does. */
import { createStudy, type ObjectiveTrial, type Sampler } from '../../../../src/tune/index.ts';

/** Branin's function: three minima of 0.397887. */
export function branin(trial: ObjectiveTrial): number {
  const x = trial.suggestFloat('x', -5, 10);
  const y = trial.suggestFloat('y', 0, 15);
  const bend = y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6;
  return bend * bend + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
}

/** The sum of squares in five dimensions, its minimum 0 beside the middle. */
export function sphere(trial: ObjectiveTrial): number {
  let sum = 0;
  for (let i = 0; i < 5; i++) sum += (trial.suggestFloat(`x${i}`, -5, 5) - 0.5 * i) ** 2;
  return sum;
}

/** Two objectives that are at odds: ZDT1 of E. Zitzler and others, 2000, in ten dimensions. */
export function zdt1(trial: ObjectiveTrial): readonly [number, number] {
  const first = trial.suggestFloat('x0', 0, 1);
  let sum = 0;
  for (let i = 1; i < 10; i++) sum += trial.suggestFloat(`x${i}`, 0, 1);
  const g = 1 + sum;
  return [first, g * (1 - Math.sqrt(first / g))];
}

/** The area that these points beat, up to (11, 11). */
export function hypervolume(points: readonly (readonly number[])[]): number {
  const sorted = [...points].sort((a, b) => (a[0] as number) - (b[0] as number));
  let area = 0;
  let top = 11;
  for (const [x = 11, y = 11] of sorted) {
    if (y >= top) continue;
    area += (11 - x) * (top - y);
    top = y;
  }
  return area;
}

/** The best value of each seed from 0. */
export async function bestValues(
  make: (seed: number) => Sampler,
  objective: (trial: ObjectiveTrial) => number,
  { seeds, trials }: { readonly seeds: number; readonly trials: number },
): Promise<readonly number[]> {
  const values: number[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const study = await createStudy({ sampler: make(seed) });
    await study.optimize(objective, { trials });
    values.push(study.bestValue);
  }
  return values;
}

/** In how many places the first is smaller. */
export function countWins(values: readonly number[], others: readonly number[]): number {
  return values.filter((value, i) => value < (others[i] as number)).length;
}
