/** Objectives as numbers that a Gaussian process can take. */
import t from 'tap';
import { Random } from '../../../../../src/tune/random.ts';
import type { Outcome } from '../../../../../src/tune/samplers/bayesian/outcomes.ts';
import { scoresOf } from '../../../../../src/tune/samplers/bayesian/scores.ts';
import { warpsOf } from '../../../../../src/tune/samplers/bayesian/warp.ts';
import { TrialEntry } from '../../../../../src/tune/trial-entry.ts';

function outcomesOf(...rows: readonly (readonly number[])[]): readonly Outcome[] {
  return rows.map((values, number) => ({ trial: new TrialEntry(number), values }));
}

const order = (scores: Float64Array): number[] =>
  [...scores.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number));

t.test('the better value has the higher score, infinities are the worst and best finite one', (t) => {
  const outcomes = outcomesOf([3], [1], [Infinity], [2], [-Infinity]);
  const scores = scoresOf(outcomes, ['minimize'], new Random(0, 'w', 0));
  t.same(order(scores), [1, 4, 3, 0, 2]);
  t.equal(scores[2], scores[0]);
  t.equal(scores[4], scores[1]);
  t.same(order(scoresOf(outcomes, ['maximize'], new Random(0, 'w', 0))), [0, 2, 3, 1, 4]);
  const large = scoresOf(outcomesOf([1.7e308], [-1.7e308], [0]), ['minimize'], new Random(0, 'w', 0));
  t.ok(large.every((value) => Number.isFinite(value)) && (large[1] as number) > (large[2] as number), large.join());
  t.end();
});

t.test('several objectives: each number of a trial has weights of its own, and no best one is dominated', (t) => {
  // Three of a front, on scales far apart, and one that is dominated.
  const outcomes = outcomesOf([0, 1000], [0.4, 400], [1, 0], [1, 1000]);
  const bests = Array.from(
    { length: 60 },
    (_, number) => order(scoresOf(outcomes, ['minimize', 'minimize'], new Random(0, 'w', number)))[0],
  );
  t.same(
    [0, 1, 2, 3].filter((trial) => bests.includes(trial)),
    [0, 1, 2],
  );
  t.end();
});

/** Of values up to 8000: central differences of targets near 1 are good for 1e-7 then (rounding 1e-16 / slope / step). */
const STEP = 1;

t.test(
  'several objectives: what is better in one and worse in none has the higher score, whatever the weights',
  (t) => {
    const outcomes = outcomesOf([0.2, 1], [0, 1], [1, 0], [1, 0.2]);
    for (let number = 0; number < 60; number++) {
      const [first, second, third, fourth] = scoresOf(outcomes, ['minimize', 'minimize'], new Random(0, 'w', number));
      if (!((second as number) > (first as number) && (third as number) > (fourth as number))) t.fail(`${number}`);
    }
    t.end();
  },
);

t.test('several objectives: weights are even over all that sum to 1', (t) => {
  const count = 4000;
  const outcomes = outcomesOf([0, 1], [1, 0]);
  const weights = Array.from({ length: count }, (_, number) => {
    const [first, second] = scoresOf(outcomes, ['minimize', 'minimize'], new Random(0, 'w', number)) as unknown as [number, number]; // prettier-ignore
    return first / (first + second);
  });
  for (const least of [0.1, 0.25, 0.5, 0.75, 0.9]) {
    const share = weights.filter((weight) => weight < least).length / count;
    // Five standard deviations of a share.
    t.ok(Math.abs(share - least) < 5 * Math.sqrt((least * (1 - least)) / count), `${least}: ${share}`);
  }
  t.end();
});

t.test('scales: the order stays, mean 0 and variance 1, slopes are those of the scale', (t) => {
  const values = Float64Array.from({ length: 21 }, (_, i) => -(((i * 8) % 21) ** 3));
  const warps = warpsOf(values);
  t.equal(warps.length, 3);
  for (const [k, { targets, logSlopes }] of warps.entries()) {
    t.same(order(targets), order(values));
    // 21 sums of values near 1.
    t.ok(Math.abs(targets.reduce((sum, v) => sum + v, 0)) < 21 * 8 * Number.EPSILON);
    t.ok(Math.abs(targets.reduce((sum, v) => sum + v * v, 0) - 21) < 21 * 16 * Number.EPSILON);
    const at = (step: number): number => {
      const moved = warpsOf(values.map((value, i) => (i === 5 ? value + step : value)))[k];
      return moved?.targets[5] as number;
    };
    // The value moves mean and spread as well: by (1 + t²) / n of its slope.
    const slope = (at(STEP) - at(-STEP)) / (2 * STEP) / (1 - (1 + (targets[5] as number) ** 2) / 21);
    t.ok(Math.abs(Math.log(slope) - (logSlopes[5] as number)) < 1e-6, `${k}: ${Math.log(slope)} and ${logSlopes[5]}`);
  }
  t.equal(warpsOf(new Float64Array(5)).length, 1, 'equal values have one scale');
  t.end();
});
