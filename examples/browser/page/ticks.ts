/** The values that an axis names. */

const STEPS = [1, 2, 5] as const;
/** Of a step: what division leaves of a whole number. */
const TOLERANCE = 1e-9;

/**
 * Multiples of 1, 2 or 5 times a power of ten, the first at or below `low`, the last at or above `high`.
 * @param count about how many
 */
export function linearTicks(low: number, high: number, count: number): readonly number[] {
  const step = roundStep((high - low) / count);
  const first = Math.floor(low / step + TOLERANCE);
  const last = Math.ceil(high / step - TOLERANCE);
  return Array.from({ length: last - first + 1 }, (_, index) => clean((first + index) * step));
}

/** 1, 2 or 5 times powers of ten, the first at or below `low`, the last at or above `high`, which is greater; both positive. */
export function logTicks(low: number, high: number): readonly number[] {
  const ticks: number[] = [];
  for (let exponent = Math.floor(Math.log10(low)); 10 ** exponent < high; exponent++) {
    for (const factor of STEPS) ticks.push(clean(factor * 10 ** exponent));
  }
  ticks.push(clean(10 ** Math.ceil(Math.log10(high))));
  const first = ticks.findLastIndex((tick) => tick <= low);
  const last = ticks.findIndex((tick) => tick >= high);
  return ticks.slice(Math.max(0, first), last + 1);
}

function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return (STEPS.find((factor) => factor * power >= least * (1 - TOLERANCE)) ?? 10) * power;
}

/** Without the last bits that products of powers of ten leave. */
function clean(value: number): number {
  return Number(value.toPrecision(12));
}
