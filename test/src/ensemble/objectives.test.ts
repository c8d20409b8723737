/** The functions that ensemble.fit minimizes, and the search on the simplex. */
import fc from 'fast-check';
import t from 'tap';
import {
  geometricClasses,
  geometricYes,
  mixtureOf,
  squaredError,
  sumOf,
  type Predicted,
} from '../../../src/ensemble/objectives.ts';
import { minimizeOnSimplex, selectGreedily, type Objective } from '../../../src/ensemble/simplex.ts';

const probability = fc.double({ min: 0.01, max: 0.99, noNaN: true });

/** Random predictions: rows of classes that sum to 1, or of probabilities each. */
const predicted = (kind: 'classes' | 'independent'): fc.Arbitrary<Predicted> =>
  fc
    .record({ size: fc.integer({ min: 2, max: 5 }), width: fc.integer({ min: 2, max: 4 }), rows: fc.integer({ min: 1, max: 12 }) })
    .chain(({ size, width, rows }) =>
      fc
        .record({
          members: fc.array(fc.array(probability, { minLength: rows * width, maxLength: rows * width }), { minLength: size, maxLength: size }),
          labels: fc.array(fc.integer({ min: 0, max: width - 1 }), { minLength: rows, maxLength: rows }),
          yesses: fc.array(fc.constantFrom(0, 1), { minLength: rows * width, maxLength: rows * width }),
          weights: fc.array(fc.constantFrom(0, 1, 2), { minLength: rows, maxLength: rows }),
        })
        .map(({ members, labels, yesses, weights }) => {
          const total = weights.reduce<number>((sum, one) => sum + one, 0);
          return {
            members: kind === 'classes' ? members.map((values) => normalized(values, width)) : members,
            width,
            targets: kind === 'classes' ? labels.flatMap((label) => Array.from({ length: width }, (_, c) => (c === label ? 1 : 0))) : yesses,
            rowWeights: Float64Array.from(weights, (one) => (total === 0 ? 1 / rows : one / total)),
          };
        }),
    ); // prettier-ignore

function normalized(values: readonly number[], width: number): number[] {
  return values.map((value, at) => {
    const from = at - (at % width);
    return value / values.slice(from, from + width).reduce((sum, one) => sum + one);
  });
}

const objectives: readonly (readonly [string, fc.Arbitrary<Objective>])[] = [
  ['the squared error', predicted('independent').map(squaredError)],
  ['the log loss of mixed classes', predicted('classes').map((one) => mixtureOf(one, false))],
  ['the log loss of mixed probabilities', predicted('independent').map((one) => mixtureOf(one, true))],
  ['the log loss of the geometric mean of classes', predicted('classes').map(geometricClasses)],
  ['the log loss of the geometric mean of probabilities', predicted('independent').map(geometricYes)],
  ['a sum', predicted('independent').map((one) => sumOf([squaredError(one), geometricYes(one)]))],
];

/** What the ensemble of these weights says for an element, and the loss of that, as they are defined. */
const definitions: readonly (readonly [string, 'classes' | 'independent', (given: Predicted) => Objective, (given: Predicted, mix: Mix) => number])[] = [
  ['the squared error', 'independent', squaredError, (given, { mean }) => sumRows(given, (at) => (mean(at) - given.targets[at]!) ** 2 / given.width)],
  ['the log loss of mixed classes', 'classes', (one) => mixtureOf(one, false), (given, { mean }) => sumRows(given, (at) => -given.targets[at]! * Math.log(mean(at)))],
  ['the log loss of mixed probabilities', 'independent', (one) => mixtureOf(one, true), (given, { mean }) => sumRows(given, (at) => crossentropy(given.targets[at]!, mean(at)) / given.width)],
  ['the log loss of the geometric mean of classes', 'classes', geometricClasses, (given, { product }) => sumRows(given, (at) => {
    const from = at - (at % given.width);
    const total = Array.from({ length: given.width }, (_, c) => product(from + c)).reduce((sum, one) => sum + one);
    return -given.targets[at]! * Math.log(product(at) / total);
  })],
  ['the log loss of the geometric mean of probabilities', 'independent', geometricYes, (given, { product, no }) => sumRows(given, (at) => crossentropy(given.targets[at]!, product(at) / (product(at) + no(at))) / given.width)],
]; // prettier-ignore

/** The weighted mean of the members at an element, their weighted geometric one, and that of what is left to 1. */
interface Mix {
  readonly mean: (at: number) => number;
  readonly product: (at: number) => number;
  readonly no: (at: number) => number;
}

const mixOf = ({ members }: Predicted, weights: Float64Array): Mix => ({
  mean: (at) => members.reduce((sum, values, i) => sum + weights[i]! * values[at]!, 0),
  product: (at) => members.reduce((product, values, i) => product * values[at]! ** weights[i]!, 1),
  no: (at) => members.reduce((product, values, i) => product * (1 - values[at]!) ** weights[i]!, 1),
});
const crossentropy = (target: number, p: number): number => -target * Math.log(p) - (1 - target) * Math.log(1 - p);

/** What elements lose, each as its row counts. */
function sumRows({ targets, width, rowWeights }: Predicted, loss: (at: number) => number): number {
  let sum = 0;
  for (let at = 0; at < targets.length; at++) sum += rowWeights[Math.floor(at / width)]! * loss(at);
  return sum;
}

for (const [name, kind, make, define] of definitions) {
  t.test(`${name} is what its definition says`, (t) => {
    fc.assert(
      fc.property(predicted(kind), (given) => {
        const weights = inside(given.members.length);
        const [found, expected] = [make(given).value(weights), define(given, mixOf(given, weights))];
        // At most 48 elements, each of a few logarithms of numbers from 0.01 to 0.99.
        return Math.abs(found - expected) <= 1000 * Number.EPSILON * Math.max(1, expected);
      }),
    );
    t.end();
  });
}

function inside(size: number): Float64Array {
  const weights = Float64Array.from({ length: size }, (_, i) => i + 1);
  return weights.map((one) => one / ((size * (size + 1)) / 2));
}

for (const [name, arbitrary] of objectives) {
  t.test(`${name}: gradient and Hessian are those of differences on the simplex`, (t) => {
    fc.assert(
      fc.property(arbitrary, (objective) => {
        const { size } = objective;
        const at = inside(size);
        const { gradient, hessian } = objective.derivatives(at);
        const step = 1e-5;
        // Along directions within the simplex: the squared error is a quadratic form only there.
        for (let i = 1; i < size; i++) {
          const moved = (sign: number): Float64Array =>
            at.map((one, j) => one + (j === i ? sign * step : j === 0 ? -sign * step : 0));
          const slope = (objective.value(moved(1)) - objective.value(moved(-1))) / (2 * step);
          const exact = gradient[i]! - gradient[0]!;
          const [up, down] = [objective.derivatives(moved(1)), objective.derivatives(moved(-1))];
          // A central difference errs by step^2 times the third derivative, here below 10^3, and by rounding / step.
          if (Math.abs(slope - exact) > 1e-6 * Math.max(1, Math.abs(exact))) return false;
          for (let j = 0; j < size; j++) {
            const bend = (up.gradient[j]! - up.gradient[0]! - down.gradient[j]! + down.gradient[0]!) / (2 * step);
            const curved = hessian[j * size + i]! - hessian[j * size]! - hessian[i]! + hessian[0]!;
            if (Math.abs(bend - curved) > 1e-5 * Math.max(1, Math.abs(curved))) return false;
          }
        }
        return true;
      }),
    );
    t.end();
  });

  t.test(`${name}: the weights are the best of the simplex, never worse than equal ones or one alone`, (t) => {
    fc.assert(
      fc.property(arbitrary, fc.integer({ min: 0, max: 1000 }), (objective, seed) => {
        const { size } = objective;
        const unit = (place: number): Float64Array => new Float64Array(size).map((_, i) => (i === place ? 1 : 0));
        const starts = [new Float64Array(size).fill(1 / size), ...Array.from({ length: size }, (_, i) => unit(i))];
        const found = minimizeOnSimplex(objective, starts);
        const value = objective.value(found);
        if (found.some((one) => !(one >= 0)) || Math.abs(found.reduce((sum, one) => sum + one) - 1) > 1e-12)
          return false;
        if (starts.some((start) => objective.value(start) < value)) return false;
        // Points in between: none is better by more than rounding.
        let state = seed + 1;
        for (let trial = 0; trial < 20; trial++) {
          const raw = Float64Array.from({ length: size }, () => (state = (state * 16807) % 2147483647) / 2147483647);
          const sum = raw.reduce((total, one) => total + one);
          if (objective.value(raw.map((one) => one / sum)) < value - 1e-9 * Math.max(1, Math.abs(value))) return false;
        }
        // Nothing is gained by moving weight to where the slope is lowest (Karush, Kuhn, Tucker).
        const { gradient } = objective.derivatives(found);
        const lowest = Math.min(...gradient);
        return [...found].every(
          (one, i) => one * (gradient[i]! - lowest) <= 1e-6 * Math.max(1, ...gradient.map(Math.abs)),
        );
      }),
    );
    t.end();
  });

  t.test(`${name}: greedy votes are whole numbers, never worse than one member alone, nor than fewer rounds`, (t) => {
    fc.assert(
      fc.property(arbitrary, (objective) => {
        const found = selectGreedily(objective, 12);
        const rounds = Array.from({ length: 12 }, (_, i) => i + 1);
        const isWhole = rounds.some((count) =>
          [...found].every((one) => Math.abs(one * count - Math.round(one * count)) < 1e-12),
        );
        const values = rounds.map((count) => objective.value(selectGreedily(objective, count)));
        if (values.some((value, i) => value > values[Math.max(0, i - 1)]!)) return false;
        const alone = found.map((_, place) => objective.value(found.map((_one, i) => (i === place ? 1 : 0))));
        return isWhole && objective.value(found) <= Math.min(...alone);
      }),
    );
    t.end();
  });
}

t.test('weights go with their members', (t) => {
  fc.assert(
    fc.property(predicted('classes'), (given) => {
      const turned = { ...given, members: [...given.members].reverse() };
      const solve = (one: Predicted): number => {
        const objective = mixtureOf(one, false);
        return objective.value(
          minimizeOnSimplex(objective, [new Float64Array(objective.size).fill(1 / objective.size)]),
        );
      };
      return Math.abs(solve(given) - solve(turned)) <= 1e-9;
    }),
  );
  t.end();
});
