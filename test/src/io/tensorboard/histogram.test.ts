/** Buckets of histograms: TensorBoard's rule, and no value lost. */
import fc from 'fast-check';
import t from 'tap';
import { histogramRows } from '../../../../src/io/tensorboard/histogram.ts';

const rows = (values: ArrayLike<number>, buckets?: number): number[][] => {
  const flat = histogramRows(values, buckets);
  return Array.from({ length: flat.length / 3 }, (_, i) => [...flat.subarray(3 * i, 3 * i + 3)]);
};

t.test('edges of one width, the last one exactly the maximum, a value on an edge counted to its right', (t) => {
  t.strictSame(rows([0, 1, 2, 4], 4), [
    [0, 1, 1],
    [1, 2, 1],
    [2, 3, 1],
    [3, 4, 1],
  ]);
  t.strictSame(rows([-1, 0, 1], 2), [
    [-1, 0, 1],
    [0, 1, 2],
  ]);
  t.end();
});

t.test('no value: 30 rows of zeros', (t) => {
  t.strictSame(
    rows([]),
    Array.from({ length: 30 }, () => [0, 0, 0]),
  );
  t.strictSame(
    rows([NaN, Infinity]),
    Array.from({ length: 30 }, () => [0, 0, 0]),
  );
  t.end();
});

t.test('equal values: all edges the value, all counted in the last row', (t) => {
  const expected = Array.from({ length: 30 }, (_, i) => [0.5, 0.5, i === 29 ? 3 : 0]);
  t.strictSame(rows([0.5, 0.5, 0.5]), expected);
  t.end();
});

t.test('NaN and infinite values are left out', (t) => {
  t.strictSame(rows([NaN, 0, Infinity, 1, -Infinity], 2), rows([0, 1], 2));
  t.end();
});

t.test('every finite value is counted once, and edges rise from the minimum to the maximum', (t) => {
  let compared = 0;
  fc.assert(
    fc.property(fc.array(fc.float(), { maxLength: 50 }), (values) => {
      compared++;
      const finite = values.filter(Number.isFinite);
      const made = rows(values);
      const total = made.reduce((sum, [, , count]) => sum + (count ?? 0), 0);
      if (total !== finite.length) return false;
      if (finite.length === 0) return true;
      // -0 and 0 are one value.
      const [min, max] = [Math.min(...finite) + 0, Math.max(...finite) + 0];
      if ((made[0]?.[0] ?? NaN) + 0 !== min || (made[29]?.[1] ?? NaN) + 0 !== max) return false;
      return made.every(
        ([left, right], i) => (left ?? NaN) <= (right ?? NaN) && (i === 0 || made[i - 1]?.[1] === left),
      );
    }),
    { numRuns: 300 },
  );
  t.equal(compared, 300);
  t.end();
});
