/** Axes: round numbers that hold the values, with labels that tell them apart. */
import fc from 'fast-check';
import t from 'tap';
import { axisFor } from '../../../src/svg/ticks.ts';

const labels = (values: readonly number[], count = 5): string[] =>
  axisFor(values, count).ticks.map(({ label }) => label);

t.test('steps are 1, 2 or 5 times a power of ten, from below the least to above the largest value', (t) => {
  t.strictSame(labels([0.03, 0.97]), ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']);
  t.strictSame(labels([1, 8]), ['0', '2', '4', '6', '8']);
  t.strictSame(labels([-3, 12]), ['-5', '0', '5', '10', '15']);
  t.strictSame(labels([0.0012, 0.004]), ['0.001', '0.002', '0.003', '0.004']);
  t.strictSame(labels([1.5e6, 3.5e6]), ['1.5e6', '2e6', '2.5e6', '3e6', '3.5e6']);
  t.strictSame(labels([0, 4e-6]), ['0', '1e-6', '2e-6', '3e-6', '4e-6']);
  t.end();
});

t.test('numbers that differ late have labels that do', (t) => {
  t.strictSame(labels([0.693146, 0.693149]), ['0.693146', '0.693147', '0.693148', '0.693149']);
  t.strictSame(labels([1e7, 1.00002e7]), ['1e7', '1.000005e7', '1.00001e7', '1.000015e7', '1.00002e7']);
  t.end();
});

t.test('a flat line stands in the middle, and no value gives 0 to 1', (t) => {
  const flat = axisFor([0.5, 0.5], 5);
  t.ok(Math.abs((flat.from + flat.to) / 2 - 0.5) < 1e-15);
  t.ok(axisFor([0], 5).from < 0);
  t.strictSame(labels([]), ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']);
  t.end();
});

t.test('the largest numbers have axes, too', (t) => {
  const largest = Number.MAX_VALUE;
  t.strictSame(labels([1.7e308]), ['8e307', '1e308', '1.2e308', '1.4e308', '1.6e308', '1.8e308']);
  t.strictSame(labels([-largest, largest]), ['-1.8e308', '-1e308', '0', '1e308', '1.8e308']);
  for (const values of [[largest], [-largest], [-largest, largest], [0, largest], [1.6e308, 1.7e308]]) {
    for (let count = 2; count <= 12; count++) {
      const { ticks, place } = axisFor(values, count);
      t.ok(ticks.length >= 2 && ticks.length <= 2.5 * count + 2, `${values.join(' to ')} in ${count}`);
      t.ok(values.map(place).every((at) => at >= 0 && at <= 1));
    }
  }
  t.end();
});

t.test('the axis holds every value, in few ticks with labels of their own', (t) => {
  const value = fc.float({ noNaN: true, noDefaultInfinity: true, min: Math.fround(-1e30), max: Math.fround(1e30) });
  let compared = 0;
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 10 }), fc.integer({ min: 2, max: 12 }), (values, count) => {
      const [min, max] = [Math.min(...values), Math.max(...values)];
      // Closer together than this, a double has no digits left for steps between them.
      fc.pre(min === max || max - min > 1e-10 * Math.max(Math.abs(min), Math.abs(max)));
      compared++;
      const { from, to, ticks } = axisFor(values, count);
      const slack = 1e-9 * (to - from);
      return (
        from <= min + slack &&
        to >= max - slack &&
        ticks.length >= 2 &&
        ticks.length <= 2.5 * count + 2 &&
        new Set(ticks.map(({ label }) => label)).size === ticks.length
      );
    }),
    { numRuns: 500 },
  );
  t.equal(compared, 500);
  t.end();
});
