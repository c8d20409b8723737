/** What usually causes a wrong gradient, told from the pattern of its values beside the right ones. */
import { stridesOf, type Shape } from '../tensor/shape.ts';

/** Far above the error of central differences, far below any bug. */
const CLOSE = 1e-6;

/** A gradient that a known mistake would give, and what that mistake is. */
export interface Suspect {
  readonly gradient: Float64Array;
  readonly cause: string;
}

/** What is known of a wrong gradient: the values of the rule, those of central differences, and what mistakes would give. */
export interface WrongGradient {
  readonly shape: Shape;
  readonly analytic: Float64Array;
  readonly numeric: Float64Array;
  readonly suspects: Iterable<Suspect>;
  /** Sizes that a mean would divide by. */
  readonly sizes: readonly number[];
}

/** @internal The likely cause, as sentences. */
export function likelyCause(wrong: WrongGradient): string {
  return (
    zeros(wrong) ?? constantFactor(wrong) ?? suspected(wrong) ?? rearranged(wrong) ?? spread(wrong) ?? somewhere(wrong)
  );
}

/** @internal The cause where only derivatives along some directions are known. */
export function likelyCauseAlong(wrong: Pick<WrongGradient, 'analytic' | 'numeric' | 'sizes'>): string {
  return zeros(wrong) ?? constantFactor(wrong) ?? UNKNOWN;
}

const UNKNOWN = 'Look for a wrong term, a transposed operand or a missing sum over broadcast axes.';

type Values = Pick<WrongGradient, 'analytic' | 'numeric' | 'sizes'>;

function isClose(a: Float64Array, b: Float64Array): boolean {
  const largest = [...a, ...b].reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  return a.every((value, i) => Math.abs(value - (b[i] ?? NaN)) <= CLOSE * largest);
}

function zeros({ analytic }: Values): string | undefined {
  if (analytic.some((value) => value !== 0)) return undefined;
  return 'The rule gives this input no gradient: it returns undefined or zeros, or returns its gradients in another order.';
}

function constantFactor({ analytic, numeric, sizes }: Values): string | undefined {
  const along = analytic.reduce((sum, value, i) => sum + value * (numeric[i] ?? 0), 0);
  const factor = along / numeric.reduce((sum, value) => sum + value * value, 0);
  if (
    !Number.isFinite(factor) ||
    !isClose(
      analytic,
      numeric.map((value) => value * factor),
    )
  )
    return undefined;
  const is = (value: number): boolean => Math.abs(factor - value) <= CLOSE * Math.abs(value);
  if (is(-1)) return 'Every value has the wrong sign.';
  if (is(2)) return 'Every value is twice the right one: a term is counted twice, or a factor of two is too many.';
  if (is(0.5)) return 'Every value is half the right one: a factor of two is missing, or one of two equal terms.';
  const size = sizes.find((one) => one > 1 && (is(one) || is(1 / one)));
  if (size !== undefined) {
    return is(size)
      ? `Every value is ${size} times the right one, as if a mean over ${size} elements were a sum.`
      : `Every value is 1/${size} of the right one, as if a sum over ${size} elements were a mean.`;
  }
  // A single value is always some multiple of the right one.
  if (analytic.length < 2) return undefined;
  return `Every value is ${Number(factor.toPrecision(6))} times the right one: a factor is wrong or missing.`;
}

function suspected({ analytic, suspects }: WrongGradient): string | undefined {
  for (const { gradient, cause } of suspects) if (isClose(analytic, gradient)) return cause;
  return undefined;
}

/** The right values in the wrong places. */
function rearranged({ shape, analytic, numeric }: WrongGradient): string | undefined {
  const rank = shape.length;
  for (let i = 0; i < rank; i++) {
    for (let j = i + 1; j < rank; j++) {
      const order = [...shape.keys()].with(i, j).with(j, i);
      if (isClose(analytic, permuted(numeric, shape, order))) {
        return `These are the right values with axes ${i} and ${j} exchanged: a transpose is missing or one too many.`;
      }
    }
  }
  for (let axis = 0; axis < rank; axis++) {
    const size = shape[axis] ?? 1;
    const moved = (index: (at: number) => number): Float64Array => alongAxis(numeric, shape, axis, index);
    if (
      size > 1 &&
      isClose(
        analytic,
        moved((at) => size - 1 - at),
      )
    ) {
      return `These are the right values in reverse along axis ${axis}: something is flipped, such as the taps of a filter.`;
    }
    for (const by of size > 1 ? [1, -1] : []) {
      if (
        isClose(
          analytic,
          moved((at) => (at + by + size) % size),
        ) ||
        isClose(
          analytic,
          moved((at) => at + by),
        )
      ) {
        return `These are the right values moved by one along axis ${axis}: an index is off by one, or the padding is on the wrong side.`;
      }
    }
  }
  return undefined;
}

/** The same value all along an axis. */
function spread({ shape, analytic, numeric }: WrongGradient): string | undefined {
  for (let axis = 0; axis < shape.length; axis++) {
    const size = shape[axis] ?? 1;
    if (size < 2) continue;
    const sums = new Float64Array(numeric.length);
    for (let by = 0; by < size; by++) {
      alongAxis(numeric, shape, axis, (at) => (at + by) % size).forEach(
        (value, i) => (sums[i] = (sums[i] ?? 0) + value),
      );
    }
    const verb = isClose(analytic, sums)
      ? 'sum'
      : isClose(
            analytic,
            sums.map((value) => value / size),
          )
        ? 'mean'
        : '';
    if (verb !== '')
      return `Each value is the ${verb} of the right ones along axis ${axis}: a reduction that does not belong there.`;
  }
  return undefined;
}

/** Where the wrong elements are. */
function somewhere({ shape, analytic, numeric }: WrongGradient): string {
  const largest = numeric.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const wrong = [...analytic.keys()].filter(
    (i) => !(Math.abs((analytic[i] ?? 0) - (numeric[i] ?? 0)) <= CLOSE * largest),
  );
  if (wrong.length === 0 || wrong.length === analytic.length) return UNKNOWN;
  const strides = stridesOf(shape);
  const count = `${wrong.length} of ${analytic.length} elements are wrong`;
  for (let axis = 0; axis < shape.length; axis++) {
    const size = shape[axis] ?? 1;
    const indices = new Set(wrong.map((i) => Math.floor(i / (strides[axis] ?? 1)) % size));
    const [index] = indices;
    if (size < 2 || indices.size > 1 || index === undefined) continue;
    const border = index === 0 || index === size - 1 ? ': look at the padding and at where loops begin and end' : '';
    return `${count}, all at index ${index} of axis ${axis} (size ${size})${border}.`;
  }
  return `${count}. ${UNKNOWN}`;
}

/** The values of the transpose of a row-major array, row-major again. */
function permuted(values: Float64Array, shape: Shape, order: readonly number[]): Float64Array {
  const strides = stridesOf(shape);
  const target = order.map((axis) => shape[axis] ?? 1);
  const targetStrides = stridesOf(target);
  return values.map((_, position) => {
    let source = 0;
    order.forEach((axis, k) => {
      source += (Math.floor(position / (targetStrides[k] ?? 1)) % (target[k] ?? 1)) * (strides[axis] ?? 1);
    });
    return values[source] ?? NaN;
  });
}

/** Reads each element from another index of one axis; 0 beyond its ends. */
function alongAxis(values: Float64Array, shape: Shape, axis: number, from: (at: number) => number): Float64Array {
  const stride = stridesOf(shape)[axis] ?? 1;
  const size = shape[axis] ?? 1;
  return values.map((_, position) => {
    const at = Math.floor(position / stride) % size;
    const source = from(at);
    return source < 0 || source >= size ? 0 : (values[position + (source - at) * stride] ?? NaN);
  });
}
