/** Covariance matrix adaptation over the numbers of a study. */
import { log } from '../../../../kernels/math.ts';
import { ArgumentError, optionsOf } from '../../../errors.ts';
import { fromUnit, toUnit } from '../../distribution.ts';
import { lossesOf } from '../../fronts.ts';
import { Random } from '../../random.ts';
import type { JointValue, Sampler, SamplerOptions, SamplingContext } from '../../sampler.ts';
import type { TrialRecord } from '../../trial-record.ts';
import { checkCount, checkNumber } from '../options.ts';
import { checkSeed } from '../seed.ts';
import { isStepped, shareOf, type NumericDistribution } from '../share.ts';
import { commonSpace, hasAll } from '../space.ts';
import { Evolution } from './evolution.ts';

/** Options of `samplers.cmaEs`. */
export interface CmaEsOptions extends SamplerOptions {
  /** Trials that are random before it begins. Default: 1. */
  readonly startupTrials?: number;
  /** Trials of a generation. Default: `4 + floor(3 ln d)` for d parameters. */
  readonly population?: number;
  /** The first standard deviation, as a share of each range. Default: 1/6. */
  readonly size?: number;
  /** Whether a search that has converged begins anew elsewhere, with generations twice as large. Default: true. */
  readonly restart?: boolean;
}

/**
 * CMA-ES (N. Hansen, The CMA evolution strategy: a tutorial, 2016) over the numbers that all trials have; choices, and
 * parameters of branches, are random. The best with a few hundred trials and more. Generations are trials in the order of
 * their numbers, so that trials may run in parallel: what is still missing when the whole next generation is finished is
 * left out. Failed and pruned trials do not count; enqueued ones do. Integers and steps keep enough width to move.
 * With `restart`, as in A. Auger and N. Hansen, A restart CMA evolution strategy with increasing population size, 2005.
 * @param options `seed`, `startupTrials`, `population`, `size`, `restart`
 * @throws ArgumentError for options out of range; while sampling, for a study with several objectives
 * @example createStudy({ sampler: samplers.cmaEs({ seed: 1 }) })
 */
export function cmaEs(options?: CmaEsOptions): Sampler {
  const where = 'samplers.cmaEs';
  const { seed = 0, startupTrials = 1, population, size = 1 / 6, restart = true } = optionsOf(where, options);
  checkSeed(where, seed);
  checkCount(where, 'startupTrials', startupTrials, 1);
  if (population !== undefined) checkCount(where, 'population', population, 3);
  checkNumber(where, 'size', size, [1e-9, 1]);
  const search = new Search({ seed, population, size, restart });
  return {
    name: 'cmaEs',
    seed,
    sampleJoint: (context) => sampleJoint(context, search, startupTrials),
    sample: ({ random }, _name, distribution) => fromUnit(distribution, random.uniform()),
  };
}

function sampleJoint(
  { directions, trials, random }: SamplingContext,
  search: Search,
  startupTrials: number,
): ReadonlyMap<string, JointValue> {
  if (directions.length > 1) {
    throw new ArgumentError(
      `samplers.cmaEs: the study has ${directions.length} objectives, and it knows one. Take samplers.genetic or samplers.tpe.`,
      { where: 'samplers.cmaEs', got: directions },
    );
  }
  const joint = new Map<string, JointValue>();
  const complete = trials.filter(({ state }) => state === 'complete');
  if (complete.length < startupTrials) return joint;
  const space = new Map(
    [...commonSpace(complete)].filter((entry): entry is [string, NumericDistribution] => isNumeric(entry[1])),
  );
  if (space.size === 0) return joint;
  const counted = trials.filter((trial) => (trial.state === 'complete' ? hasAll(trial, space) : isOpen(trial)));
  const evolution = search.after(counted, space, (trial) => lossesOf(trial, directions)[0]!);
  const point = evolution.sample(random);
  let i = 0;
  for (const [name, distribution] of space) {
    joint.set(name, { internal: fromUnit(distribution, point[i++]!), distribution });
  }
  return joint;
}

function isNumeric({ kind }: { readonly kind: string }): boolean {
  return kind !== 'categorical';
}

function isOpen({ state }: TrialRecord): boolean {
  return state === 'running' || state === 'waiting';
}

type NumericSpace = ReadonlyMap<string, NumericDistribution>;

interface SearchOptions {
  readonly seed: number;
  readonly population: number | undefined;
  readonly size: number;
  readonly restart: boolean;
}

/** The evolution that a history leads to. Remembers the last one: a history that goes on from it is not gone through again. */
class Search {
  readonly #options: SearchOptions;
  #space = '';
  #evolution: Evolution | undefined;
  #restarts = 0;
  /** The trials of the generations so far, one after the other. */
  #taken: TrialRecord[] = [];
  /** Where each generation ends in the history; trials that are left out are not in `#taken`. */
  #ends: { readonly at: number; readonly taken: number }[] = [];

  constructor(options: SearchOptions) {
    this.#options = options;
  }

  /** @param trials complete ones and those that may become so, by number */
  after(trials: readonly TrialRecord[], space: NumericSpace, lossOf: (trial: TrialRecord) => number): Evolution {
    const key = JSON.stringify([...space]);
    if (key !== this.#space || !this.#continues(trials)) this.#reset(key, space);
    for (;;) {
      const from = this.#ends.at(-1)?.at ?? 0;
      const { population } = this.#evolution as Evolution;
      const generation = nextGeneration(trials, from, population);
      if (!generation) return this.#evolution as Evolution;
      this.#taken.push(...generation);
      this.#ends.push({ at: from + population, taken: this.#taken.length });
      this.#learn(generation, space, lossOf);
    }
  }

  /** Whether the generations so far are those that this history has. */
  #continues(trials: readonly TrialRecord[]): boolean {
    let from = 0;
    let taken = 0;
    for (const end of this.#ends) {
      const generation = nextGeneration(trials, from, end.at - from);
      if (!generation || generation.length !== end.taken - taken) return false;
      for (const trial of generation) if (trial !== this.#taken[taken++]) return false;
      from = end.at;
    }
    return true;
  }

  #reset(key: string, space: NumericSpace): void {
    this.#space = key;
    this.#taken = [];
    this.#ends = [];
    this.#restarts = 0;
    const population = this.#options.population ?? 4 + Math.floor(3 * log(space.size));
    this.#evolution = this.#begin(space, new Float64Array(space.size).fill(0.5), population);
  }

  #begin(space: NumericSpace, mean: Float64Array, population: number): Evolution {
    const distributions = [...space.values()];
    const { size } = this.#options;
    return new Evolution({
      mean,
      size,
      population,
      leastDeviation: (axis, place) => widthAt(distributions[axis]!, place),
    });
  }

  #learn(generation: readonly TrialRecord[], space: NumericSpace, lossOf: (trial: TrialRecord) => number): void {
    const evolution = this.#evolution as Evolution;
    if (generation.length < 2) return;
    const ranked = [...generation].sort((a, b) => compare(lossOf(a), lossOf(b)) || a.number - b.number);
    evolution.update(
      ranked.map((trial) => pointOf(trial, space)),
      lossOf(ranked[0] as TrialRecord),
    );
    if (!this.#options.restart || !evolution.hasConverged) return;
    const random = new Random(this.#options.seed, 'cmaEs/restart', this.#restarts++);
    const mean = Float64Array.from({ length: space.size }, () => random.uniform());
    this.#evolution = this.#begin(space, mean, evolution.population * 2);
  }
}

/**
 * The complete ones of the next trials, as many as a generation has; undefined while some of them may still become so and
 * it is not yet clear that they are late: that is when as many later ones are complete.
 */
function nextGeneration(
  trials: readonly TrialRecord[],
  from: number,
  population: number,
): readonly TrialRecord[] | undefined {
  const block = trials.slice(from, from + population);
  if (block.length < population) return undefined;
  const complete = block.filter(({ state }) => state === 'complete');
  if (complete.length === population) return complete;
  let later = 0;
  for (let i = from + population; i < trials.length && later < population; i++) {
    if (trials[i]?.state === 'complete') later++;
  }
  return later === population ? complete : undefined;
}

function pointOf({ internalParams }: TrialRecord, space: NumericSpace): Float64Array {
  return Float64Array.from(space, ([name, distribution]) => toUnit(distribution, internalParams.get(name) as number));
}

/** A quarter of the piece that the value at this place has; 0 without steps. */
function widthAt(distribution: NumericDistribution, place: number): number {
  if (!isStepped(distribution)) return 0;
  const [from, to] = shareOf(distribution, fromUnit(distribution, place));
  return (to - from) / 4;
}

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
