/** A genetic algorithm: children of the best trials. With several objectives, NSGA-II. */
import { optionsOf } from '../../../errors.ts';
import { fromUnit, type Distribution } from '../../distribution.ts';
import { bestTrials } from '../../fronts.ts';
import type { Random } from '../../random.ts';
import type { JointValue, Sampler, SamplerOptions, SamplingContext } from '../../sampler.ts';
import type { TrialRecord } from '../../trial-record.ts';
import { checkCount, checkNumber } from '../options.ts';
import { checkSeed } from '../seed.ts';
import type { Space } from '../space.ts';
import { cross, mutate, type VariationOptions } from './variation.ts';

/** Options of `samplers.genetic`. */
export interface GeneticOptions extends SamplerOptions {
  /** Random trials at first, and the best ones that are parents after that. Default: 15 with one objective, 25 with several. */
  readonly population?: number;
  /** Of so many of them the best one becomes a parent. Default: 3. */
  readonly tournament?: number;
  /** How often a child has two parents. Default: 0.9. */
  readonly crossover?: number;
  /** How often each parameter of a child changes. Default: one of them on average. */
  readonly mutation?: number;
  /** How near to a parent's value a child's is; 0 is far. Default: 5. */
  readonly crossoverIndex?: number;
  /** How near to its value a parameter changes; 0 is far. Default: 10. */
  readonly mutationIndex?: number;
}

/**
 * Genetic search without generations: the parents are the best of all complete trials, so that nothing good is lost and
 * each result counts at once, in whatever order parallel trials end. Two parents win tournaments, simulated binary
 * crossover mixes their numbers and takes choices from either, polynomial mutation changes about one parameter. Children
 * that were tried before are changed again. With several objectives the best are found as in NSGA-II (K. Deb and others,
 * 2002): front by front, on a front those with most room around. Failed and pruned trials have no children.
 * @param options `seed`, `population`, `tournament`, `crossover`, `mutation`, `crossoverIndex`, `mutationIndex`
 * @throws ArgumentError for counts and rates out of range
 * @example createStudy({ directions: ['minimize', 'maximize'], sampler: samplers.genetic({ seed: 1 }) })
 */
export function genetic(options?: GeneticOptions): Sampler {
  const settings = resolve(optionsOf('samplers.genetic', options));
  return {
    name: 'genetic',
    seed: settings.seed,
    sampleJoint: (context) => sampleJoint(context, settings),
    sample: ({ random }, _name, distribution) => fromUnit(distribution, random.uniform()),
  };
}

interface Settings extends VariationOptions {
  readonly seed: number;
  readonly population: number | undefined;
  readonly tournament: number;
  readonly crossover: number;
  readonly mutation: number | undefined;
}

function resolve(options: GeneticOptions): Settings {
  const { seed = 0, tournament = 3, crossover = 0.9, crossoverIndex = 5, mutationIndex = 10 } = options;
  const { population, mutation } = options;
  const where = 'samplers.genetic';
  checkSeed(where, seed);
  if (population !== undefined) checkCount(where, 'population', population, 2);
  checkCount(where, 'tournament', tournament, 1);
  checkNumber(where, 'crossover', crossover, [0, 1]);
  if (mutation !== undefined) checkNumber(where, 'mutation', mutation, [0, 1]);
  checkNumber(where, 'crossoverIndex', crossoverIndex, [0, Infinity]);
  checkNumber(where, 'mutationIndex', mutationIndex, [0, Infinity]);
  return { seed, population, tournament, crossover, mutation, crossoverIndex, mutationIndex };
}

/** How often a child that was tried before changes again, */
const MOST_CHANGES = 40;
/** first so often to what is near, then to anything: around the best ones everything may have been tried. */
const NEAR_CHANGES = 10;

function sampleJoint(context: SamplingContext, settings: Settings): ReadonlyMap<string, JointValue> {
  const { directions, trials, random } = context;
  const known = trials.filter(({ state, internalParams }) => state === 'complete' && internalParams.size > 0);
  const population = settings.population ?? (directions.length > 1 ? 25 : 15);
  if (known.length < population) return new Map();
  const parents = bestTrials(known, directions, population);
  const first = compete(parents, context, settings);
  const second = random.uniform() < settings.crossover ? compete(parents, context, settings) : first;
  const space = spaceOf(first, second);
  const child = breed(space, [first, second], random, settings);
  changeUntilNew(child, space, context, settings);
  return new Map(
    [...child].map(([name, internal]) => [name, { internal, distribution: space.get(name) as Distribution }]),
  );
}

/** Values between those of the parents, and a few that are new. */
function breed(
  space: Space,
  [first, second]: readonly [TrialRecord, TrialRecord],
  random: Random,
  settings: Settings,
): Map<string, number> {
  const child = new Map<string, number>();
  const rate = settings.mutation ?? 1 / space.size;
  for (const [name, distribution] of space) {
    const own = first.internalParams.get(name);
    const other = second.internalParams.get(name);
    const both = [own ?? (other as number), other ?? (own as number)] as const;
    const crossed = cross(distribution, both, random, settings);
    child.set(name, random.uniform() < rate ? mutate(distribution, crossed, random, settings) : crossed);
  }
  return child;
}

function changeUntilNew(
  child: Map<string, number>,
  space: Space,
  { trials, random }: SamplingContext,
  settings: Settings,
): void {
  const names = [...space.keys()];
  for (let i = 0; i < MOST_CHANGES && wasTried(child, trials); i++) {
    const name = names[random.integer(names.length)] as string;
    const distribution = space.get(name) as Distribution;
    const near = mutate(distribution, child.get(name) as number, random, settings);
    child.set(name, i < NEAR_CHANGES ? near : fromUnit(distribution, random.uniform()));
  }
}

/** The best of some parents. */
function compete(parents: readonly TrialRecord[], { random }: SamplingContext, { tournament }: Settings): TrialRecord {
  let best = parents.length;
  for (let i = 0; i < tournament; i++) best = Math.min(best, random.integer(parents.length));
  return parents[best] as TrialRecord;
}

/** The parameters of either parent, as the later one has them. */
function spaceOf(first: TrialRecord, second: TrialRecord): Space {
  const [earlier, later] = first.number < second.number ? [first, second] : [second, first];
  return new Map([...earlier.distributions, ...later.distributions]);
}

/** Whether a trial that has not failed has these values; what it does not ask for is of no importance. */
function wasTried(child: ReadonlyMap<string, number>, trials: readonly TrialRecord[]): boolean {
  return trials.some(({ state, internalParams }) => {
    if (state === 'failed' || internalParams.size === 0) return false;
    for (const [name, internal] of internalParams) if (child.get(name) !== internal) return false;
    return true;
  });
}
