/** Distributions: every value has its share of the unit interval, and its place is in the middle of it. */
import fc from 'fast-check';
import t from 'tap';
import {
  categoricalDistribution,
  contains,
  countValues,
  floatDistribution,
  fromUnit,
  intDistribution,
  sameDistribution,
  toInternal,
  toUnit,
  type Distribution,
} from '../../../src/tune/distribution.ts';

const stepped: fc.Arbitrary<Distribution> = fc.oneof(
  fc.record({ low: fc.integer({ min: -50, max: 50 }), count: fc.integer({ min: 1, max: 40 }), step: fc.integer({ min: 1, max: 7 }) })
    .map(({ low, count, step }) => intDistribution('n', low, low + (count - 1) * step, { step })),
  fc.record({ low: fc.integer({ min: -50, max: 50 }), count: fc.integer({ min: 1, max: 40 }), step: fc.integer({ min: 1, max: 7 }) })
    .map(({ low, count, step }) => floatDistribution('x', low / 8, (low + (count - 1) * step) / 8, { step: step / 8 })),
  fc.integer({ min: 1, max: 9 }).map((count) => categoricalDistribution('c', Array.from({ length: count }, (_, i) => `c${i}`))),
); // prettier-ignore

/** How often each value comes of so many places, evenly spread. */
function frequencies(distribution: Distribution, places: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < places; i++) {
    const value = fromUnit(distribution, (i + 0.5) / places);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

t.test('steps and choices have equal shares', (t) => {
  fc.assert(
    fc.property(stepped, (distribution) => {
      const count = countValues(distribution);
      const found = frequencies(distribution, 10 * count);
      return (
        found.size === count && [...found].every(([value, times]) => times === 10 && contains(distribution, value))
      );
    }),
  );
  t.end();
});

t.test(
  'whole numbers on a logarithmic scale have the shares of half a step to each side, the first and last too',
  (t) => {
    const distribution = intDistribution('n', 1, 8, { log: true });
    const found = frequencies(distribution, 100_000);
    for (let value = 1; value <= 8; value++) {
      const share = Math.log((value + 0.5) / (value - 0.5)) / Math.log(8.5 / 0.5);
      // The places are 1e-5 apart, and each share has two ends.
      t.ok(Math.abs((found.get(value) ?? 0) / 100_000 - share) <= 2e-5, `${value}: ${found.get(value)}, ${share}`);
    }
    t.end();
  },
);

t.test('a logarithmic range is even in the logarithm, from end to end', (t) => {
  const distribution = floatDistribution('x', 1e-4, 1, { log: true });
  for (const [unit, value] of [
    [0, 1e-4],
    [0.25, 1e-3],
    [0.5, 1e-2],
    [0.75, 1e-1],
  ] as const) {
    t.ok(Math.abs(fromUnit(distribution, unit) / value - 1) < 1e-14, `${unit}: ${fromUnit(distribution, unit)}`);
  }
  t.ok(fromUnit(distribution, 1 - 2 ** -53) <= 1);
  t.end();
});

t.test('the place of a value leads back to it', (t) => {
  const smooth: fc.Arbitrary<Distribution> = fc
    .record({ low: fc.double({ min: 0.001, max: 10, noNaN: true }), width: fc.double({ min: 0.001, max: 1000, noNaN: true }), log: fc.boolean() })
    .map(({ low, width, log }) => floatDistribution('x', low, low + width, { log })); // prettier-ignore
  const logInts: fc.Arbitrary<Distribution> = fc
    .record({ low: fc.integer({ min: 1, max: 20 }), width: fc.integer({ min: 0, max: 200 }) })
    .map(({ low, width }) => intDistribution('n', low, low + width, { log: true }));
  const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.oneof(stepped, logInts), unit, (distribution, at) => {
      const value = fromUnit(distribution, at);
      return contains(distribution, value) && fromUnit(distribution, toUnit(distribution, value)) === value;
    }),
  );
  fc.assert(
    fc.property(smooth, unit, (distribution, at) => {
      const value = fromUnit(distribution, at);
      const { low, high } = distribution as { readonly low: number; readonly high: number };
      // The range may be small beside the numbers in it: the place is as exact as they are.
      const exact = 4 * 2 ** -52 * (1 + (8 * high) / (high - low));
      return contains(distribution, value) && Math.abs(toUnit(distribution, value) - at) <= exact;
    }),
  );
  t.end();
});

t.test('the place of a step or choice is the middle of its share', (t) => {
  fc.assert(
    fc.property(stepped, (distribution) => {
      const count = countValues(distribution);
      return Array.from({ length: count }, (_, i) => i).every((i) => {
        const middle = (i + 0.5) / count;
        // The quotient of a difference, rounded three times.
        return Math.abs(toUnit(distribution, fromUnit(distribution, middle)) - middle) <= 3 * Number.EPSILON;
      });
    }),
  );
  t.end();
});

t.test('two distributions are the same when all that they say is', (t) => {
  const ranges = [
    floatDistribution('x', 1, 9),
    floatDistribution('x', 1, 8),
    floatDistribution('x', 2, 9),
    floatDistribution('x', 1, 9, { log: true }),
    floatDistribution('x', 1, 9, { step: 1 }),
    floatDistribution('x', 1, 9, { step: 2 }),
    intDistribution('x', 1, 9),
    intDistribution('x', 1, 9, { step: 2 }),
    categoricalDistribution('x', [1, 9]),
    categoricalDistribution('x', [9, 1]),
    categoricalDistribution('x', [1, 9, 2]),
  ];
  for (const [i, one] of ranges.entries())
    for (const [j, other] of ranges.entries()) t.equal(sameDistribution(one, { ...other }), i === j, `${i}, ${j}`);
  t.end();
});

t.test('the upper bound is a value: 0.3 is three steps of 0.1, and what is no whole step is rounded down', (t) => {
  t.equal(countValues(floatDistribution('x', 0, 0.3, { step: 0.1 })), 4);
  t.match(floatDistribution('x', 0, 1, { step: 0.3 }), { high: 0.9 });
  t.match(intDistribution('n', 1, 10, { step: 4 }), { high: 9 });
  t.equal(toInternal(categoricalDistribution('c', ['a', null]), null), 1);
  t.equal(toInternal(intDistribution('n', 1, 9, { step: 4 }), 6), undefined);
  t.end();
});

t.test(
  'bounds further apart than any number, steps that cannot be counted and options that are none are refused',
  (t) => {
    const refused: readonly (readonly [() => unknown, RegExp])[] = [
      [() => floatDistribution('x', -1.7e308, 1.7e308), /'x': from low -1.7e\+308 to high 1.7e\+308 is further than/],
      [() => floatDistribution('x', 0, 1e300, { step: 1e-10 }), /more steps of 1e-10 than can be counted/],
      [() => floatDistribution('x', 1, 2, { log: 'yes' as never }), /'x': log is 'yes'\. Give true or false/],
      [() => intDistribution('n', 1, 2, { log: 1 as never }), /'n': log is 1/],
      [() => intDistribution('n', 1, 2, { log: null as never }), /'n': log is null/],
      [() => floatDistribution('x', 1, 2, { step: null as never }), /the step is null/],
      [() => floatDistribution('x', 1, 2, 'log' as never), /the options are 'log'/],
      [() => floatDistribution('x', 1, 2, null as never), /the options are null/],
    ];
    for (const [make, message] of refused) t.throws(make, { name: 'ArgumentError', message });
    for (const widest of [
      floatDistribution('x', -8.9e307, 8.9e307),
      floatDistribution('x', 5e-324, Number.MAX_VALUE, { log: true }),
      floatDistribution('x', 0, 1e300, { step: 1 }),
      intDistribution('n', 1, Number.MAX_SAFE_INTEGER, { log: true }),
      intDistribution('n', -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    ]) {
      for (const unit of [0, 0.3, 1 - 2 ** -53]) {
        const value = fromUnit(widest, unit);
        t.ok(contains(widest, value), `${value}`);
        t.ok(toUnit(widest, value) >= 0 && toUnit(widest, value) <= 1);
      }
    }
    t.end();
  },
);
