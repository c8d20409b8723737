/** Round numbers along an axis. */

export interface Axis {
  readonly from: number;
  readonly to: number;
  /** Multiples of 1, 2 or 5 times a power of ten, `from` and `to` among them. */
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
}

const STEPS = [1, 2, 5, 10] as const;

/**
 * An axis that holds all values, with about so many ticks.
 * @param values finite; none gives 0 to 1
 * @param count at least 1
 */
export function axisFor(values: readonly number[], count: number): Axis {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  if (min > max) [min, max] = [0, 1];
  // A flat line stands in the middle.
  if (min === max) {
    const margin = min === 0 ? 1 : Math.abs(min) / 2;
    [min, max] = [min - margin, max + margin];
  }
  const { step, exponent } = roundStep((max - min) / count);
  const [first, last] = [Math.floor(min / step), Math.ceil(max / step)];
  const [from, to] = [first * step, last * step];
  const largest = Math.max(Math.abs(from), Math.abs(to));
  const isPlain = largest >= 1e-3 && largest < 1e6;
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => {
    const value = (first + index) * step;
    return { value, label: isPlain ? value.toFixed(Math.max(0, -exponent)) : scientific(value, exponent) };
  });
  return { from, to, ticks };
}

// The smallest round step that is not below the wanted one, and the power of ten of its last digit.
function roundStep(wanted: number): { readonly step: number; readonly exponent: number } {
  const { digits, exponent } = parts(wanted);
  const factor = STEPS.find((one) => one >= digits) ?? 10;
  return { step: Number(`${factor}e${exponent}`), exponent: factor === 10 ? exponent + 1 : exponent };
}

// As many digits as tell multiples of the step apart, without zeros at the end.
function scientific(value: number, stepExponent: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, parts(value).exponent - stepExponent);
  return value.toExponential(digits).replace(/\.?0*e\+?/, 'e');
}

/** `1200` is 1.2 and 3. */
function parts(value: number): { readonly digits: number; readonly exponent: number } {
  const [digits = '1', exponent = '0'] = value.toExponential().split('e');
  return { digits: Number(digits), exponent: Number(exponent) };
}
