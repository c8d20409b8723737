/** Deep comparison of plain data and tensors, to the bit; a difference is told by its path. */
import { describeValue } from '../errors.ts';
import { Tensor } from '../tensor/tensor.ts';

/**
 * @internal Where two values first differ, in words; undefined when they are the same. Numbers are compared with
 * `Object.is`, tensors by shape and bits, plain objects by their own keys: one that is undefined counts.
 */
export function differenceOf(actual: unknown, expected: unknown, path = ''): string | undefined {
  if (Object.is(actual, expected)) return undefined;
  if (actual instanceof Tensor && expected instanceof Tensor) {
    return (
      differenceOf(actual.shape, expected.shape, `${path}.shape`) ??
      differenceOf([...actual.data], [...expected.data], path)
    );
  }
  if (isRecord(actual) && isRecord(expected) && Array.isArray(actual) === Array.isArray(expected)) {
    for (const key of new Set([...Object.keys(actual), ...Object.keys(expected)])) {
      if (!(key in actual)) return `${path}.${key} is missing`;
      if (!(key in expected)) return `${path}.${key} is ${shown(actual[key])} and should not be there`;
      const difference = differenceOf(actual[key], expected[key], `${path}.${key}`);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  return `${path.slice(1) || 'it'} is ${shown(actual)}, not ${shown(expected)}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(value instanceof Tensor);
}

function shown(value: unknown): string {
  if (Object.is(value, -0)) return '-0';
  return typeof value === 'object' ? JSON.stringify(value).slice(0, 200) : describeValue(value);
}
