/** What the Bayesian sampler makes of a history: of searches that stall, trials that run, and branches. */
import t from 'tap';
import { floatDistribution } from '../../../../../src/tune/distribution.ts';
import { samplers } from '../../../../../src/tune/index.ts';
import { Random } from '../../../../../src/tune/random.ts';
import type { SamplingContext } from '../../../../../src/tune/sampler.ts';
import { TrialEntry } from '../../../../../src/tune/trial-entry.ts';
import type { TrialState } from '../../../../../src/tune/trial-record.ts';

const unit = floatDistribution('x', 0, 1);

function trialOf(number: number, state: TrialState, params: Readonly<Record<string, number>>, value = 0): TrialEntry {
  const trial = new TrialEntry(number);
  trial.state = state;
  if (state === 'complete') trial.values = [value];
  for (const [name, internal] of Object.entries(params)) trial.setParam(name, internal, unit);
  return trial;
}

/** The next trial's context, whose random numbers are always the same. */
function contextOf(trials: readonly TrialEntry[], params: Readonly<Record<string, number>> = {}): SamplingContext {
  const trial = trialOf(trials.length, 'running', params);
  return { directions: ['minimize'], trials, all: trials, trial, random: new Random(1, 'history', 0) };
}

function nextOf(trials: readonly TrialEntry[], seed = 0): number {
  return samplers.bayesian({ seed }).sampleJoint?.(contextOf(trials)).get('x')?.internal ?? NaN;
}

const BEST = 0.3;
/** Eleven places of the whole range, then eleven around the best one that win nothing. */
const PLACES = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 0.31, 0.29, 0.32, 0.28, 0.33, 0.27, 0.305, 0.295, 0.26, 0.34, 0.301]; // prettier-ignore
const historyOf = (places: readonly number[]): TrialEntry[] =>
  places.map((x, number) => trialOf(number, 'complete', { x }, (x - BEST) ** 2));

t.test('a search that has stalled doubts its length scales in every second trial, and looks elsewhere then', (t) => {
  const answers = Array.from({ length: 24 }, (_, seed) => nextOf(historyOf(PLACES), seed));
  const far = answers.filter((x) => Math.abs(x - BEST) > 0.05);
  t.ok(
    answers.every((x) => Math.abs(x - BEST) > 0.05 || Math.abs(x - BEST) < 0.005),
    answers.join(),
  );
  // Of 24 coins 5 to 19 show heads in 99.8 % of the throws.
  t.ok(far.length >= 5 && far.length <= 19, `${far.length} of 24`);
  t.equal(new Set(far).size, 1, 'the seed decides nothing else');
  t.end();
});

t.test('a search that still wins believes in them', (t) => {
  // The best one is among the last ten.
  const late = historyOf([0, 0.1, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 0.95, 0.05, BEST, 0.85, 0.75]);
  t.equal(new Set(Array.from({ length: 12 }, (_, seed) => nextOf(late, seed))).size, 1);
  t.end();
});

t.test('a trial that was asked for before, and has told no parameter yet, gets the point that comes first', (t) => {
  const trials = historyOf(PLACES.slice(0, 12));
  const first = nextOf(trials);
  const running = trialOf(12, 'running', {});
  const second = nextOf([...trials, running]);
  const third = nextOf([...trials, running, trialOf(13, 'running', {})]);
  t.equal(new Set([first, second, third]).size, 3, `${first}, ${second}, ${third}`);
  t.equal(nextOf([...trials, trialOf(99, 'running', {})]), first, 'one that was asked for later has no say');
  t.end();
});

t.test('the parameters of a branch are learnt from the trials that took it', (t) => {
  const trialsWith = (others: number): TrialEntry[] =>
    Array.from({ length: 24 }, (_, number) => {
      const [x, rate] = [(number * 7) % 24, (number * 5) % 24].map((at) => at / 24) as [number, number];
      const other = (others * rate) % 1;
      return number % 2 === 0
        ? trialOf(number, 'complete', { x, wide: 0.5, rate }, x + rate)
        : trialOf(number, 'complete', { x, deep: 0.5, rate: other }, x + others);
    });
  const rateAfter = (others: number): number =>
    samplers.bayesian().sample(contextOf(trialsWith(others), { x: 0.5, wide: 0.5 }), 'rate', unit);
  t.equal(rateAfter(1), rateAfter(3));
  t.end();
});

t.test('a trial that runs is believed to give what is expected of it: the next one looks elsewhere', (t) => {
  const trials = historyOf(PLACES.slice(0, 12));
  const first = nextOf(trials);
  t.not(nextOf([...trials, trialOf(12, 'running', { x: first })]), first);
  t.end();
});

t.test('each of the first trials has a share of the range, and each parameter an order of its own', (t) => {
  const sampler = samplers.bayesian({ startupTrials: 8 });
  const sharesOf = (name: string, round: number): number[] =>
    Array.from({ length: 8 }, (_, i) => {
      const trials = Array.from({ length: 8 * round + i }, (_one, number) => trialOf(number, 'running', {}));
      return Math.floor(8 * sampler.sample(contextOf(trials), name, unit));
    });
  const orders = [sharesOf('x', 0), sharesOf('y', 0), sharesOf('x', 1)];
  for (const order of orders) t.same(order.toSorted((a, b) => a - b), [0, 1, 2, 3, 4, 5, 6, 7]); // prettier-ignore
  t.equal(new Set(orders.map((order) => order.join())).size, 3);
  t.end();
});
