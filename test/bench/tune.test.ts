/** The statistics and the verdicts of the comparison of samplers. */
import t from 'tap';
import { parseTuneOptions } from '../../bench/tune/options.ts';
import { judge, tuneTable, type Match } from '../../bench/tune/report.ts';
import { holm, mannWhitney, medianInterval } from '../../bench/tune/statistics.ts';

/** Two-sided, by all ways to deal the ranks 0 to n + m - 1 into two hands. */
function exactP(values: readonly number[], others: readonly number[]): number {
  const [n, m] = [values.length, others.length];
  const below = (hand: number): number => {
    let count = 0;
    for (let i = 0; i < n + m; i++) {
      for (let j = i + 1; j < n + m; j++) if ((hand >> i) & 1 && !((hand >> j) & 1)) count++;
    }
    return count;
  };
  const seen = values.reduce((sum, value) => sum + others.filter((other) => value < other).length, 0);
  let [all, extreme] = [0, 0];
  for (let hand = 0; hand < 1 << (n + m); hand++) {
    if (hand.toString(2).replaceAll('0', '').length !== n) continue;
    all++;
    if (Math.abs(below(hand) - (n * m) / 2) >= Math.abs(seen - (n * m) / 2)) extreme++;
  }
  return extreme / all;
}

t.test('Mann-Whitney: nearly the exact probability, symmetric, and certain of nothing among equals', (t) => {
  const values = [1, 2, 3, 5, 8, 13, 21];
  for (const others of [values.map((v) => v + 0.5), values.map((v) => v + 6.5), values.map((v) => v + 30)]) {
    const { p, share } = mannWhitney(values, others);
    // The normal approximation of 7 and 7 values is good to a few thousandths with the correction for continuity.
    t.ok(Math.abs(p - exactP(values, others)) < 0.01, `${p} beside ${exactP(values, others)}`);
    t.ok(share > 0.5);
    const turned = mannWhitney(others, values);
    t.ok(Math.abs(turned.p - p) < 1e-12 && Math.abs(turned.share + share - 1) < 1e-12);
  }
  t.same(mannWhitney([1, 1, 1], [1, 1]), { share: 0.5, p: 1 });
  t.end();
});

t.test('Holm: the smallest counts as often as there are tests, and the order stays', (t) => {
  // 3 x 1/8, 2 x 1/4, then 1/4 raised to what came before: exact in binary.
  t.same(holm([0.25, 0.125, 0.3125]), [0.5, 0.375, 0.5]);
  t.same(holm([0.75, 0.5]), [1, 1]);
  t.same(holm([]), []);
  t.end();
});

t.test('the interval of a median holds it, is the same each time, and narrows with more values', (t) => {
  const values = (count: number): number[] => Array.from({ length: count }, (_, i) => ((i * 37) % count) / count);
  const [low, high] = medianInterval(values(30));
  t.ok(low < 0.5 && high > 0.45);
  t.same(medianInterval(values(30)), [low, high]);
  const [nearer, less] = medianInterval(values(301));
  t.ok(less - nearer < high - low);
  t.end();
});

t.test('losses are called so', (t) => {
  const low = Array.from({ length: 20 }, (_, i) => i);
  const match = (ours: readonly number[], other: readonly number[]): Match => ({
    problem: 'bowl',
    optimum: 0,
    trials: 60,
    ours: { sampler: 'tpe', values: ours },
    other: { sampler: 'Optuna TPE', values: other },
  });
  const high = low.map((value) => value + 100);
  const outcomes = judge([match(low, high), match(high, low), match(low, low.toReversed())]);
  t.same(
    outcomes.map(({ verdict }) => verdict),
    ['ahead', 'behind', 'level'],
  );
  const [, won, lost] = tuneTable(outcomes).split('\n');
  t.match(won, /^bowl .* 100 % +< 0\.001 +ahead$/);
  t.match(lost, /^bowl .* 0 % +< 0\.001 +behind$/);
  t.end();
});

t.test('options: whole runs alone are kept', (t) => {
  t.same(parseTuneOptions([]), { only: undefined, save: false });
  t.same(parseTuneOptions(['--save']), { only: undefined, save: true });
  t.same(parseTuneOptions(['--only', 'branin']), { only: 'branin', save: false });
  for (const args of [['--only'], ['--only', 'branin', '--save'], ['--quick']]) {
    t.throws(() => parseTuneOptions(args), /Use: npm run bench:tune/);
  }
  t.end();
});
