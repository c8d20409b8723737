/** The tree-structured Parzen estimator: looks where good trials are frequent and bad ones are not. */
import { optionsOf } from '../../../errors.ts';
import { fromUnit, type Distribution } from '../../distribution.ts';
import type { JointValue, Sampler, SamplerOptions, SamplingContext } from '../../sampler.ts';
import type { TrialRecord } from '../../trial-record.ts';
import { checkCount, checkNumber } from '../options.ts';
import { checkSeed } from '../seed.ts';
import { commonSpace, groupsOf, hasAll, informative, type Space } from '../space.ts';
import { ParzenEstimator } from './parzen.ts';
import { splitTrials, type Split } from './split.ts';

/** Options of `samplers.tpe`. */
export interface TpeOptions extends SamplerOptions {
  /** Trials that are random before the estimator begins. Default: 10. */
  readonly startupTrials?: number;
  /** Points that are drawn where good trials are; the most promising one is taken. Default: 48. */
  readonly candidates?: number;
  /** Whether parameters are chosen together, so that what is good only in combination is found. Default: true. */
  readonly multivariate?: boolean;
  /** Whether the parameters of branches are chosen together too, each branch apart. Default: true. */
  readonly group?: boolean;
  /** Whether running trials count as bad ones, so that parallel trials look at different places. Default: true. */
  readonly constantLiar?: boolean;
  /** What knowing nothing weighs beside one observation. Default: 1. */
  readonly priorWeight?: number;
}

/**
 * Tree-structured Parzen estimator (J. Bergstra and others, Algorithms for hyper-parameter optimization, 2011; multivariate
 * as in S. Falkner and others, BOHB, 2018): the best tenth of the trials makes a density `l`, the others make a density
 * `g`, and of 48 points drawn from `l` the one with the greatest `l / g` is tried. It needs no order of choices, takes
 * conditional parameters, and costs a few milliseconds a trial. Pruned trials count by the step that they reached and what
 * they reported there, failed ones do not. For several objectives the best tenth are the first fronts.
 * @param options `seed`, `startupTrials`, `candidates`, `multivariate`, `group`, `constantLiar`, `priorWeight`
 * @throws ArgumentError for counts that are no positive integers, a negative weight
 * @example createStudy({ sampler: samplers.tpe({ seed: 1 }) })
 */
export function tpe(options?: TpeOptions): Sampler {
  const settings = resolve(optionsOf('samplers.tpe', options));
  return {
    name: 'tpe',
    seed: settings.seed,
    ...(settings.multivariate && { sampleJoint: (context: SamplingContext) => sampleJoint(context, settings) }),
    sample: (context, name, distribution) => sampleAlone(context, name, distribution, settings),
  };
}

type Settings = Required<TpeOptions>;

function resolve({
  seed = 0,
  startupTrials = 10,
  candidates = 48,
  multivariate = true,
  group = true,
  constantLiar = true,
  priorWeight = 1,
}: TpeOptions): Settings {
  checkSeed('samplers.tpe', seed);
  checkCount('samplers.tpe', 'startupTrials', startupTrials, 1);
  checkCount('samplers.tpe', 'candidates', candidates, 1);
  checkNumber('samplers.tpe', 'priorWeight', priorWeight, [Number.MIN_VALUE, Infinity]);
  return { seed, startupTrials, candidates, multivariate, group, constantLiar, priorWeight };
}

function sampleJoint(context: SamplingContext, settings: Settings): ReadonlyMap<string, JointValue> {
  const joint = new Map<string, JointValue>();
  const { trials } = context;
  const known = informative(trials);
  if (known.length < settings.startupTrials) return joint;
  const split = splitFor(trials, context, settings);
  for (const space of settings.group ? groupsOf(known) : [commonSpace(known)]) {
    const point = samplePoint(context, split, space, settings);
    let i = 0;
    for (const [name, distribution] of space) joint.set(name, { internal: point[i++]!, distribution });
  }
  return joint;
}

function sampleAlone(context: SamplingContext, name: string, distribution: Distribution, settings: Settings): number {
  const { trials } = context;
  if (informative(trials).length < settings.startupTrials) {
    return fromUnit(distribution, context.random.uniform());
  }
  const split = splitFor(trials, context, settings);
  return samplePoint(context, split, new Map([[name, distribution]]), settings)[0]!;
}

function splitFor(trials: readonly TrialRecord[], context: SamplingContext, { constantLiar }: Settings): Split {
  const counted = constantLiar
    ? trials.filter(({ state }) => state === 'complete' || state === 'pruned' || state === 'running')
    : informative(trials);
  return splitTrials(counted, context.directions);
}

/** The most promising one of some points that are likely for good trials. */
function samplePoint(
  { random }: SamplingContext,
  { good, bad }: Split,
  space: Space,
  { candidates, priorWeight }: Settings,
): Float64Array {
  const distributions = [...space.values()];
  const [likely, unlikely] = [good, bad].map((trials) => {
    const observed = trials.filter((trial) => hasAll(trial, space));
    const observations = [...space.keys()].map((name) =>
      Float64Array.from(observed, ({ internalParams }) => internalParams.get(name) as number),
    );
    return new ParzenEstimator({ distributions, observations, priorWeight });
  }) as [ParzenEstimator, ParzenEstimator];
  let best = likely.sample(random);
  let bestScore = likely.logDensity(best) - unlikely.logDensity(best);
  for (let i = 1; i < candidates; i++) {
    const point = likely.sample(random);
    const score = likely.logDensity(point) - unlikely.logDensity(point);
    if (!(score > bestScore)) continue;
    best = point;
    bestScore = score;
  }
  return best;
}
