/** How children come from parents: the distributions of the papers, and which parents a child has. */
import t from 'tap';
import {
  categoricalDistribution,
  floatDistribution,
  intDistribution,
  type Distribution,
} from '../../../../src/tune/distribution.ts';
import { samplers } from '../../../../src/tune/index.ts';
import { Random } from '../../../../src/tune/random.ts';
import type { GeneticOptions } from '../../../../src/tune/samplers/genetic/genetic.ts';
import { cross, mutate } from '../../../../src/tune/samplers/genetic/variation.ts';
import { TrialEntry } from '../../../../src/tune/trial-entry.ts';

const unit = floatDistribution('x', 0, 1);
const options = { crossoverIndex: 5, mutationIndex: 10 };

/** Draws these uniform numbers. */
const drawing = (...numbers: readonly number[]): Random => {
  let at = 0;
  return { uniform: () => numbers[at++] } as unknown as Random;
};
/** Values below 1 of a few roundings each. */
const near = (value: number, expected: number): boolean => Math.abs(value - expected) < 16 * Number.EPSILON;

t.test('crossover: a spread of at most b between the children has the probability b^(index + 1) / 2 up to 1', (t) => {
  const child = (side: number, share: number): number => cross(unit, [0.4, 0.6], drawing(side, share), options);
  for (const spread of [0.5, 0.8, 1]) {
    const share = 0.5 * spread ** 6;
    t.ok(near(child(0, share), 0.5 - 0.1 * spread), `${spread}, near the first`);
    t.ok(near(child(0.9, share), 0.5 + 0.1 * spread), `${spread}, near the second`);
    // A spread of 1 / b at least is as likely as one of b at most.
    t.ok(near(child(0, 1 - share), 0.5 - 0.1 / spread), `${1 / spread}`);
  }
  t.end();
});

t.test('mutation: a way of at most m has the probability 1 - (1 - m)^(index + 1), down as up', (t) => {
  for (const way of [0.05, 0.1, 0.3]) {
    const share = 0.5 * (1 - way) ** 11;
    t.ok(near(mutate(unit, 0.5, drawing(share), options), 0.5 - way), `${way} down`);
    t.ok(near(mutate(unit, 0.5, drawing(1 - share), options), 0.5 + way), `${way} up`);
  }
  t.end();
});

t.test('where steps are too wide for a mutation it goes to the next one, on the side that there is', (t) => {
  const steps = intDistribution('n', 0, 12, { step: 4 });
  const after = (before: number, share: number): number => mutate(steps, before, drawing(share), options);
  t.same([after(4, 0.49), after(4, 0.51)], [0, 8]);
  t.same([after(0, 0.49), after(0, 0.51)], [4, 4]);
  t.same([after(12, 0.49), after(12, 0.51)], [8, 8]);
  t.end();
});

t.test('of choices any other one comes as often', (t) => {
  const choices = categoricalDistribution('c', ['a', 'b', 'c', 'd']);
  for (const before of [0, 1, 2, 3]) {
    const after = [0, 1, 2].map((other) =>
      mutate(choices, before, { integer: () => other } as unknown as Random, options),
    );
    t.same(after, [0, 1, 2, 3].filter((choice) => choice !== before)); // prettier-ignore
  }
  t.end();
});

const NAMES = Array.from({ length: 8 }, (_, i) => `x${i}`);

function trialOf(number: number, value: number, distribution: Distribution = unit): TrialEntry {
  const trial = new TrialEntry(number);
  trial.state = 'complete';
  trial.values = [value];
  const random = new Random(1, 'places', number);
  for (const name of NAMES) trial.setParam(name, random.uniform(), distribution);
  return trial;
}

/** Thirty complete trials, of which the last is the best one. */
const history = Array.from({ length: 30 }, (_, number) => trialOf(number, 30 - number));

/** Children of many seeds, each with how many of its values are those of the parent that it has most of. */
function childrenOf(given: GeneticOptions, trials: readonly TrialEntry[] = history) {
  return Array.from({ length: 60 }, (_, seed) => {
    const trial = new TrialEntry(trials.length);
    const random = new Random(seed, 'child', 0);
    const context = { directions: ['minimize'] as const, trials, all: trials, trial, random };
    const child = samplers.genetic(given).sampleJoint?.(context) ?? new Map<string, never>();
    const shared = trials.map((one) => NAMES.filter((name) => child.get(name)?.internal === one.internalParams.get(name)).length); // prettier-ignore
    const most = Math.max(...shared);
    return { child, parent: shared.indexOf(most), same: most };
  });
}

t.test('a child of one parent is that parent, but for one parameter that is new', (t) => {
  const children = childrenOf({ crossover: 0, mutation: 0 });
  t.ok(children.every(({ same }) => same === NAMES.length - 1));
  t.ok(new Set(children.map(({ parent }) => parent)).size > 5, 'not always the same one');
  t.end();
});

t.test('a child of two parents has values of its own', (t) => {
  const children = childrenOf({ crossover: 1, mutation: 0, tournament: 1 });
  // One of 15 has the same parent twice.
  t.ok(children.filter(({ same }) => same < NAMES.length / 2).length > children.length / 2);
  t.end();
});

t.test('one parameter of a child changes on average', (t) => {
  const changes = childrenOf({ crossover: 0 }).map(({ same }) => NAMES.length - same);
  const mean = changes.reduce((sum, count) => sum + count, 0) / changes.length;
  // One on average, and one where none would, which is in (7/8)^8 = 34 % of the cases; the variance is below 1.
  t.ok(Math.abs(mean - 1.34) < 5 / Math.sqrt(changes.length), `${mean}`);
  t.end();
});

t.test('the parents are the best of all trials, and of many in a tournament the best one wins', (t) => {
  const alone = childrenOf({ crossover: 0, mutation: 0, tournament: 1, population: 5 });
  t.same(
    [...new Set(alone.map(({ parent }) => parent))].sort((a, b) => a - b),
    [25, 26, 27, 28, 29],
  );
  const winners = childrenOf({ crossover: 0, mutation: 0, tournament: 200 });
  t.same([...new Set(winners.map(({ parent }) => parent))], [29]);
  t.end();
});

t.test('bounds are those of the later parent', (t) => {
  const wider = floatDistribution('x', 0, 2);
  const trials = [trialOf(0, 1), trialOf(1, 2, wider)];
  const bounds = childrenOf({ crossover: 1, tournament: 1, population: 2 }, trials).map(({ child }) => child.get('x0')?.distribution); // prettier-ignore
  // Of four pairs one has the first trial twice.
  t.ok(bounds.filter((one) => one === wider).length > bounds.length / 2);
  t.end();
});
