/** Bayesian optimization: a Gaussian process of what is known, and the point where it expects the largest improvement. */
import { optionsOf } from '../../../errors.ts';
import { fromUnit, sameDistribution, type Distribution } from '../../distribution.ts';
import { Random } from '../../random.ts';
import type { JointValue, Sampler, SamplerOptions, SamplingContext } from '../../sampler.ts';
import type { TrialRecord } from '../../trial-record.ts';
import { checkCount } from '../options.ts';
import { checkSeed } from '../seed.ts';
import { commonSpace, hasAll } from '../space.ts';
import { Acquisition } from './acquisition.ts';
import { rememberingFit, type fit, type Hyperparameters } from './fit.ts';
import { GaussianProcess } from './gaussian-process.ts';
import { outcomesOf, type Outcome } from './outcomes.ts';
import { scoresOf } from './scores.ts';
import { search } from './search.ts';
import { UnitSpace } from './unit-space.ts';

/** Options of `samplers.bayesian`. */
export interface BayesianOptions extends SamplerOptions {
  /** Trials with an outcome before the first model: until then parameters are spread evenly (Latin hypercube). Default: 10. */
  readonly startupTrials?: number;
}

/** Trials of a branch before its own parameters are modelled. */
const FEWEST_OF_BRANCH = 4;
/** A search has stalled when so many trials won less than this, in standard deviations; length scales are divided by. */
const STALL = { trials: 10, leastWin: 0.01, shrinkage: 4 };
/** Observations around which candidates are spread. */
const INCUMBENTS = 5;

/**
 * Gaussian-process search: each trial takes the parameters with the largest expected improvement, `log E max(0, f - best)`,
 * under a process with a Matern 5/2 kernel, one length scale per parameter, hyper-parameters fitted by maximum a
 * posteriori. Choices are near each other only when they are the same.
 *
 * Parameters that every trial has are chosen together; those of a branch, again together, when the objective asks for the
 * first of them, given what the trial has so far, from the trials that took the branch. Trials that run are believed to
 * give what is expected of them, so that parallel ones keep apart. A pruned trial counts as if it had ended at the rank
 * that it had among the complete ones at that step; failed trials teach nothing. Values with a long tail are learnt on a
 * logarithmic scale, where that explains them better. A search that has stalled doubts its length scales in every second
 * trial. With several objectives each trial weighs them at random (ParEGO).
 *
 * An answer takes time in proportion to the cube of the trials: 200 of them, with 6 parameters, 0.15 s.
 * @param options `seed`, `startupTrials`
 * @throws ArgumentError for a seed that is no integer, or startup trials that are no positive integer
 * @see Snoek et al. (2012), Ament et al. (2023), Knowles (2006)
 * @example createStudy({ sampler: samplers.bayesian({ seed: 1 }) })
 */
export function bayesian(options?: BayesianOptions): Sampler {
  const { seed = 0, startupTrials = 10 } = optionsOf('samplers.bayesian', options);
  checkSeed('samplers.bayesian', seed);
  checkCount('samplers.bayesian', 'startupTrials', startupTrials, 1);
  const settings = { seed, fit: rememberingFit() };
  /** What was chosen together for the branch that a trial is in. */
  const plans = new WeakMap<TrialRecord, Plan>();
  return {
    name: 'bayesian',
    seed,
    sampleJoint: (context) => {
      const outcomes = outcomesOf(context.trials, context.directions);
      if (outcomes.length < startupTrials) return new Map();
      const distributions = commonSpace(outcomes.map(({ trial }) => trial));
      return choose(context, { ...settings, outcomes, distributions, known: new Map() });
    },
    sample: (context, name, distribution) => {
      const { trial } = context;
      const planned = plannedValue(plans.get(trial), trial, name, distribution);
      if (planned !== undefined) return planned;
      const outcomes = outcomesOf(context.trials, context.directions);
      const branch = outcomes.length < startupTrials ? [] : branchOf(outcomes, trial, name);
      if (branch.length < FEWEST_OF_BRANCH) return spread({ seed, startupTrials, name }, context, distribution);
      const distributions = new Map(commonSpace(branch.map((other) => other.trial))).set(name, distribution);
      const plan = choose(context, { ...settings, outcomes: branch, distributions, known: trial.internalParams });
      plans.set(trial, new Map([...plan].filter(([other]) => !trial.internalParams.has(other))));
      return (plan.get(name) as JointValue).internal;
    },
  };
}

interface Question {
  readonly seed: number;
  readonly fit: typeof fit;
  /** What to learn from; all of them have all parameters. */
  readonly outcomes: readonly Outcome[];
  readonly distributions: ReadonlyMap<string, Distribution>;
  /** Parameters that stand already. */
  readonly known: ReadonlyMap<string, number>;
}

type Plan = ReadonlyMap<string, JointValue>;

/** The plan's value, as long as the trial follows it. */
function plannedValue(
  plan: Plan | undefined,
  { internalParams }: TrialRecord,
  name: string,
  distribution: Distribution,
): number | undefined {
  const value = plan?.get(name);
  if (!plan || !value || !sameDistribution(value.distribution, distribution)) return undefined;
  for (const [other, internal] of internalParams) {
    const planned = plan.get(other);
    if (planned && planned.internal !== internal) return undefined;
  }
  return value.internal;
}

function choose(context: SamplingContext, question: Question): Plan {
  const { seed, outcomes, distributions, known } = question;
  const space = new UnitSpace(distributions);
  const { size, numeric } = space;
  if (size === 0) return new Map();
  const { number } = context.trial;
  // The same weights for all parameters of a trial.
  const scores = scoresOf(outcomes, context.directions, new Random(seed, 'bayesian/weights', number));
  const points = space.encode(outcomes.map(({ trial }) => trial));
  const { observations, hyper: fitted } = question.fit(points, scores, numeric);
  const { targets } = observations;
  // With several objectives each trial has a best of its own, which need not be new.
  const isStuck = context.directions.length === 1 && hasStalled(targets);
  const hyper = isStuck ? doubting(fitted, new Random(seed, 'bayesian/doubt', number)) : fitted;
  const running = context.trials.filter((trial) => trial.state === 'running' && hasAll(trial, distributions));
  let process = new GaussianProcess(observations, hyper).believing(space.encode(running));
  const order = targets.map((_, i) => i).sort((a, b) => targets[b]! - targets[a]! || a - b);
  const incumbents = Array.from(order.subarray(0, INCUMBENTS), (i) => points.slice(i * size, (i + 1) * size));
  const field = { space, weights: hyper.weights, fixed: space.place(known), incumbents };
  for (const earlier of known.size > 0 ? [] : unplaced(context, distributions)) {
    const random = new Random(seed, 'bayesian/unplaced', earlier.number);
    process = process.believing(search(new Acquisition(process, process.best, numeric), field, random));
  }
  return space.decode(search(new Acquisition(process, process.best, numeric), field, context.random));
}

/** Trials asked for before this one that have not told their parameters yet: they get the points that come first. */
function unplaced(
  { trials, trial }: SamplingContext,
  space: ReadonlyMap<string, Distribution>,
): readonly TrialRecord[] {
  return trials
    .filter(({ state, number }) => state === 'running' && number < trial.number)
    .filter((other) => !hasAll(other, space));
}

/** Whether the last trials won next to nothing. @param targets by number of the trial, with variance 1 */
function hasStalled(targets: Float64Array): boolean {
  let before = -Infinity;
  let now = -Infinity;
  for (let i = 0; i < targets.length; i++) {
    now = Math.max(now, targets[i]!);
    if (i < targets.length - STALL.trials) before = now;
  }
  return now - before < STALL.leastWin;
}

/**
 * Every second trial distrusts length scales that led to no further improvement, and looks as if the function changed
 * faster: a length scale that is too long hides other basins, and nothing is observed there that would shorten it.
 */
function doubting(hyper: Hyperparameters, random: Random): Hyperparameters {
  if (random.uniform() < 0.5) return hyper;
  return { ...hyper, weights: hyper.weights.map((weight) => weight * STALL.shrinkage ** 2) };
}

/** Those of the trials that have this parameter and all that the trial has so far. */
function branchOf(outcomes: readonly Outcome[], own: TrialRecord, name: string): readonly Outcome[] {
  return outcomes.filter(({ trial }) => trial.distributions.has(name) && hasAll(trial, own.distributions));
}

/** One of as many even shares as there are startup trials: each trial of a round has a share of its own. */
function spread(
  { seed, startupTrials, name }: { readonly seed: number; readonly startupTrials: number; readonly name: string },
  { trial, random }: SamplingContext,
  distribution: Distribution,
): number {
  const round = Math.floor(trial.number / startupTrials);
  const shares = Array.from({ length: startupTrials }, (_, share) => share);
  new Random(seed, `bayesian/shares/${name}`, round).shuffle(shares);
  const share = shares[trial.number % startupTrials] as number;
  return fromUnit(distribution, (share + random.uniform()) / startupTrials);
}
