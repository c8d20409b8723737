/** Round numbers along an axis. */

export interface Axis {
  readonly from: number;
  readonly to: number;
  /** Where a value lies: 0 is `from`, 1 is `to`. */
  readonly place: (value: number) => number;
  /** Multiples of 1, 2 or 5 times a power of ten, `from` and `to` among them unless they are the largest numbers there are. */
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
}

const STEPS = [1, 2, 5, 10] as const;
/** No power of ten above this is a number. */
const LARGEST = 308;

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
    [min, max] = [inside(min - margin), inside(max + margin)];
  }
  // Halves, since the difference of the largest numbers is none.
  const { step, exponent } = roundStep(inside(((max / 2 - min / 2) / count) * 2));
  const [first, last] = [Math.floor(min / step), Math.ceil(max / step)];
  const [from, to] = [inside(first * step), inside(last * step)];
  const place = placeBetween(from, to);
  const largest = Math.max(Math.abs(from), Math.abs(to));
  const isPlain = largest >= 1e-3 && largest < 1e6;
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => {
    const value = inside((first + index) * step);
    return {
      value,
      label: isPlain ? value.toFixed(Math.max(0, -exponent)) : scientific(value, Math.min(exponent, LARGEST - 1)),
    };
  });
  return { from, to, place, ticks };
}

function placeBetween(from: number, to: number): (value: number) => number {
  const size = to - from;
  if (Number.isFinite(size)) return (value) => (value - from) / size;
  return (value) => (value / 2 - from / 2) / (to / 2 - from / 2);
}

/** The nearest number that is finite. */
function inside(value: number): number {
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));
}

// The smallest round step that is not below the wanted one, if there is one, and the power of ten of its last digit.
function roundStep(wanted: number): { readonly step: number; readonly exponent: number } {
  const { digits, exponent } = parts(wanted);
  const factor = STEPS.find((one) => one >= digits) ?? 10;
  if (exponent >= LARGEST && factor > 1) return { step: Number(`1e${LARGEST}`), exponent: LARGEST };
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
