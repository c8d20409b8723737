/** Distances in units of the last place, and numbers of every size to measure them at. */

/** Distance of two doubles in units of the last place of the second. */
export function ulps(actual: number, expected: number): number {
  if (Object.is(actual, expected) || (actual !== actual && expected !== expected)) return 0;
  if (!Number.isFinite(actual) || !Number.isFinite(expected)) return Infinity;
  const unit = 2 ** Math.max(Math.floor(Math.log2(Math.abs(expected))) - 52, -1074);
  return Math.abs(actual - expected) / unit;
}

/** Numbers of both signs, `count` for each binary exponent from `low` to `high`. */
export function numbers(low: number, high: number, count: number): number[] {
  const result: number[] = [];
  let state = 12345;
  for (let exponent = low; exponent <= high; exponent++) {
    for (let k = 0; k < count; k++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      result.push((1 + state / 2 ** 32) * 2 ** exponent * (k % 2 === 0 ? 1 : -1));
    }
  }
  return result;
}

/** Distance of a float32 from an exact value, in units of the last place that a float32 near the value has. */
export function float32Ulps(actual: number, exact: number): number {
  if (Object.is(actual, exact) || (actual !== actual && exact !== exact)) return 0;
  // Beyond the largest float32 the nearest one is infinite.
  if (!Number.isFinite(Math.fround(exact))) return actual === Math.fround(exact) ? 0 : Infinity;
  const unit = 2 ** Math.max(Math.floor(Math.log2(Math.abs(exact))) - 23, -149);
  return Math.abs(actual - exact) / unit;
}
