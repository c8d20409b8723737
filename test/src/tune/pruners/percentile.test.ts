/** Percentiles without sorting decide as sorted ones do. */
import fc from 'fast-check';
import t from 'tap';
import { percentile } from '../../../../src/tune/pruners/percentile.ts';
import type { Direction } from '../../../../src/tune/records.ts';
import { TrialEntry } from '../../../../src/tune/trial-entry.ts';
import type { TrialState } from '../../../../src/tune/trial-record.ts';

function trial(number: number, state: TrialState, report: number): TrialEntry {
  const entry = Object.assign(new TrialEntry(number), { state });
  entry.report(0, report);
  return entry;
}

/** NumPy's default: between the two nearest of the sorted values, in proportion. */
function sortedPercentile(values: readonly number[], percent: number): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const at = (percent / 100) * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)] ?? NaN, sorted[Math.ceil(at)] ?? NaN];
  return low === high ? low : low + (high - low) * (at - Math.floor(at));
}

t.test('a trial ends when its report is beyond the percentile of the others, ties and NaN among them', (t) => {
  // Few values, so that many are equal to each other and to the percentile.
  const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(NaN));
  const others = fc.array(value, { minLength: 1, maxLength: 9 });
  const percents = fc.constantFrom(0, 12.5, 25, 50, 75, 100);
  fc.assert(
    fc.property(others, fc.integer({ min: -4, max: 4 }), percents, fc.boolean(), (values, own, percent, up) => {
      const direction: Direction = up ? 'maximize' : 'minimize';
      const running = trial(99, 'running', own);
      const trials = [...values.map((report, i) => trial(i, 'complete', report)), running];
      const bound = sortedPercentile(values, up ? 100 - percent : percent);
      const pruner = percentile(percent, { startupTrials: 0 });
      const decided = pruner.shouldPrune({ name: 's', direction, trials, trial: running, note: () => undefined });
      return decided === (up ? own < bound : own > bound);
    }),
    { numRuns: 2000 },
  );
  t.end();
});
