/** What pruned trials are believed to have missed. */
import fc from 'fast-check';
import t from 'tap';
import { outcomesOf } from '../../../../../src/tune/samplers/bayesian/outcomes.ts';
import type { Direction } from '../../../../../src/tune/records.ts';
import { TrialEntry } from '../../../../../src/tune/trial-entry.ts';
import type { TrialState } from '../../../../../src/tune/trial-record.ts';

function trial(number: number, state: TrialState, reports: readonly number[], value?: number): TrialEntry {
  const entry = Object.assign(new TrialEntry(number), { state, values: value === undefined ? undefined : [value] });
  for (const [step, report] of reports.entries()) entry.report(step, report);
  return entry;
}

/** Complete trials whose reports at step 0 are 10, 20, 30 and whose ends are 1, 2, 4. */
const complete = [trial(0, 'complete', [20, 9], 2), trial(1, 'complete', [10, 9], 1), trial(2, 'complete', [30, 9], 4)];

function endOf(reports: readonly number[], direction: Direction = 'minimize', others = complete): number | undefined {
  const outcomes = outcomesOf([...others, trial(9, 'pruned', reports)], [direction]);
  return outcomes.find((outcome) => outcome.trial.number === 9)?.values[0];
}

t.test('the end has the rank that the report has at its step, whatever their scales', (t) => {
  t.equal(endOf([10]), 1, 'as good as the best');
  t.equal(endOf([20]), 2);
  t.equal(endOf([25]), 3, 'half of the way between two');
  t.equal(endOf([99]), 4, 'no worse than the worst');
  t.equal(endOf([-99]), 1, 'no better than the best');
  t.equal(endOf([NaN]), 4, 'NaN is worse than all');
  t.equal(endOf([99, 9]), 2, 'the last report counts; of equal ones the middle');
  t.equal(endOf([10], 'maximize'), 1);
  t.equal(endOf([99], 'maximize'), 4);
  t.equal(endOf([NaN], 'maximize'), 1);
  t.equal(endOf([Infinity]), 4);
  const diverged = [trial(0, 'complete', [NaN], 1), trial(1, 'complete', [10], 9)];
  t.equal(endOf([99], 'minimize', diverged), 9, 'a complete trial without a number there is nothing to compare with');
  const infinite = [trial(0, 'complete', [-Infinity], -Infinity), trial(1, 'complete', [5], 5)];
  t.equal(endOf([0], 'minimize', infinite), 5, 'no proportion, the worse one');
  t.end();
});

t.test('what cannot be compared is left out, complete trials are as they are', (t) => {
  t.equal(endOf([]), undefined, 'no report');
  t.equal(endOf([1, 2, 3]), undefined, 'nobody reported step 2');
  const all = [trial(0, 'complete', [], 7), trial(1, 'failed', [1]), trial(2, 'running', [1]), trial(3, 'pruned', [1])];
  t.same(outcomesOf(all, ['minimize']).map(({ trial: { number }, values }) => [number, values]), [[0, [7]]]); // prettier-ignore
  const two = Object.assign(new TrialEntry(0), { state: 'complete', values: [1, 2] });
  t.same(
    outcomesOf([two, trial(3, 'pruned', [1])], ['minimize', 'maximize']).map(({ values }) => values),
    [[1, 2]],
  );
  t.end();
});

t.test('a better report never has a worse end, and ends are between those of complete trials', (t) => {
  const number = fc.double({ noNaN: true, min: -1e6, max: 1e6 });
  const curves = fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 6 });
  const directions = fc.constantFrom<Direction>('minimize', 'maximize');
  fc.assert(
    fc.property(curves, number, number, directions, (peers, a, b, direction) => {
      const others = peers.map(([report, end], i) => trial(i, 'complete', [report], end));
      const sign = direction === 'maximize' ? -1 : 1;
      const [better, worse] = [a, b].sort((x, y) => sign * (x - y)).map((one) => endOf([one], direction, others)) as [number, number]; // prettier-ignore
      const ends = peers.map(([, end]) => end);
      return sign * (worse - better) >= 0 && [better, worse].every((end) => end >= Math.min(...ends) && end <= Math.max(...ends)); // prettier-ignore
    }),
  );
  t.end();
});
