/** Drawn shapes and tensors: what each kind promises, and that failures shrink to the smallest shape with its value. */
import fc from 'fast-check';
import { arbitraries } from 'gradtape/testing';
import { ArgumentError, type Tensor } from 'gradtape';
import t from 'tap';

const RUN = { numRuns: 500, seed: 42 } as const;
const SEEDS = [1, 2, 3, 4, 5];

const isMultiple = (value: number): boolean => Number.isInteger(value * 64) && Math.abs(value) <= 2;

/** What all values of a tensor of each kind are like. */
const promises: Readonly<Record<arbitraries.TensorKind, (values: readonly number[]) => boolean>> = {
  scaled: (values) => values.every(isMultiple),
  distinct: (values) => {
    const sorted = values.toSorted((a, b) => a - b);
    return sorted.every((value, index) => index === 0 || value - (sorted[index - 1] ?? NaN) === 1 / 16);
  },
  ties: (values) =>
    values.every((value) => [-1, 0, 1].includes(value)) && (values.length < 2 || new Set(values).size < values.length),
  zeros: (values) => values.every(isMultiple) && (values.length === 0 || values.includes(0)),
  integers: (values) => values.every((value) => Number.isInteger(value) && Math.abs(value) <= 4),
  positive: (values) => values.every((value) => isMultiple(value) && value >= 1 / 8),
};

for (const [kind, holds] of Object.entries(promises) as [arbitraries.TensorKind, (typeof promises)['scaled']][]) {
  t.test(`tensors: ${kind} keeps its promise, and is no narrower`, (t) => {
    const drawn = arbitraries.tensors({ kind, minSize: 0 });
    const values = fc.sample(drawn, RUN).map(({ data }) => [...data]);
    t.ok(values.every(holds));
    t.ok(
      values.some((some) => new Set(some).size > 1),
      'values differ',
    );
    t.ok(values.some((some) => some.length === 0) && values.some((some) => some.length > 64), 'sizes differ');
    t.end();
  });
}

t.test('tensors: of every rank that is asked for, or of one shape', (t) => {
  const ranks = fc.sample(arbitraries.tensors({ minRank: 1, maxRank: 3 }), RUN).map(({ rank }) => rank);
  t.strictSame(new Set(ranks), new Set([1, 2, 3]));
  const shapes = fc.sample(arbitraries.tensors({ shape: [2, 3], kind: 'ties' }), RUN).map(({ shape }) => shape);
  t.ok(shapes.every(([rows, columns]) => rows === 2 && columns === 3));
  t.end();
});

t.test('tensors: a kind that is none is refused', (t) => {
  const wrong = { kind: 'negative' } as unknown as arbitraries.TensorConstraints;
  t.throws(() => arbitraries.tensors(wrong), ArgumentError);
  t.throws(() => arbitraries.tensors(wrong), { message: /the kind is 'negative'. Use one of scaled, distinct/ });
  t.end();
});

/** The smallest counterexample. */
function smallest<Drawn>(arbitrary: fc.Arbitrary<Drawn>, holds: (drawn: Drawn) => boolean, seed: number): Drawn {
  const { counterexample } = fc.check(fc.property(arbitrary, holds), { numRuns: 1000, seed });
  if (!counterexample) throw new Error('nothing fails');
  return counterexample[0];
}

t.test('a value that matters stays while everything else shrinks', (t) => {
  const allBelowOne = (x: Tensor): boolean => x.data.every((value) => value < 1);
  for (const seed of SEEDS) {
    const x = smallest(arbitraries.tensors(), allBelowOne, seed);
    t.strictSame([x.shape, [...x.data]], [[], [1]]);
    const fixed = smallest(arbitraries.tensorOf([2, 2]), allBelowOne, seed);
    t.strictSame(
      [...fixed.data].sort((a, b) => a - b),
      [0, 0, 0, 1],
    );
    const [a, b] = smallest(
      arbitraries.tensorsOf(arbitraries.broadcastableShapes(2)),
      ([one, other]) => !one || !other || one.size === other.size || allBelowOne(other),
      seed,
    );
    t.ok(a && b && a.size + b.size === 3, `operands of ${a?.size} and ${b?.size} elements`);
    t.equal([...(a?.data ?? []), ...(b?.data ?? [])].filter((value) => value !== 0).length, 1);
  }
  t.end();
});

t.test('shapes shrink on every axis, as long as one of them can', (t) => {
  for (const seed of SEEDS) {
    // The height can become smaller only after the width has, which leaves the width room again.
    const isApart = ([height = 0, width = 0]: readonly number[]): boolean => ![0, 1].includes(height - width);
    const flat = arbitraries.shapes({ minRank: 2, maxRank: 2, maxSize: 50 });
    t.strictSame(smallest(flat, isApart, seed), [1, 1]);
  }
  t.end();
});

t.test('distinct values shrink to ascending ones', (t) => {
  for (const seed of SEEDS) {
    const x = smallest(
      arbitraries.distinctTensorOf([4], 0.5),
      ({ data: [first = 0, second = 0] }) => first < second,
      seed,
    );
    const isSwapped = (index: number): boolean => (x.data[index] ?? 0) > (x.data[index + 1] ?? 0);
    t.strictSame([0, 1, 2].filter(isSwapped), [0], `${x.data.join(', ')}`);
  }
  t.end();
});
