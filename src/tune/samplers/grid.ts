/** Every combination of some values, once. */
import { ArgumentError, describeValue, optionsOf, suggestName } from '../../errors.ts';
import { describeDistribution, toInternal, type Distribution, type ParamValue } from '../distribution.ts';
import { Random } from '../random.ts';
import type { Sampler, SamplerOptions } from '../sampler.ts';
import { FIXED_PARAMS, type TrialRecord } from '../trial-record.ts';
import { checkSeed } from './seed.ts';

/** The values to try, for each parameter. */
export type GridSpace = Readonly<Record<string, readonly ParamValue[]>>;

/** More points than that are no search that ends. */
const MOST_POINTS = 10_000_000;

/**
 * Grid search: all combinations of the values, in an order that the seed shuffles, so that a study that ends early has seen
 * all regions. `study.optimize` ends with the last one. Enqueued trials take none of them; failed trials have had theirs.
 * @param space for each parameter that the objective asks for the values to try
 * @param options `seed` of the order
 * @throws ArgumentError for an empty grid, a value given twice, more than ten million points; while sampling, for a
 *   parameter that the grid has not and for a value outside what the objective asks for
 * @example createStudy({ sampler: samplers.grid({ units: [16, 32, 64], rate: [0.1, 0.01] }) }) // six trials
 */
export function grid(space: GridSpace, options?: SamplerOptions): Sampler {
  const { seed = 0 } = optionsOf('samplers.grid', options);
  checkSeed('samplers.grid', seed);
  const values = checkSpace(space);
  const total = countPoints(values);
  let order: Uint32Array | undefined;
  return {
    name: 'grid',
    seed,
    sample({ trial, all }, name, distribution) {
      order ??= shuffled(total, seed);
      const rank = countPlanned(all.slice(0, trial.number));
      return pick(values, name, { point: order[rank % total]!, distribution });
    },
    pointsLeft: (trials) => Math.max(0, total - countPlanned(trials)),
  };
}

type GridValues = ReadonlyMap<string, readonly ParamValue[]>;

function checkSpace(space: GridSpace): GridValues {
  const values = new Map<string, readonly ParamValue[]>(Object.entries(optionsOf('samplers.grid', space)));
  if (values.size === 0) {
    throw new ArgumentError('samplers.grid: the grid has no parameters. Give each parameter an array of values.', {
      where: 'samplers.grid',
    });
  }
  for (const [name, given] of values as ReadonlyMap<string, unknown>) {
    if (!Array.isArray(given) || given.length === 0) {
      throw new ArgumentError(
        `samplers.grid: the values of '${name}' are ${Array.isArray(given) ? 'empty' : describeValue(given)}. Give an array of at least one.`,
        { where: 'samplers.grid', got: given },
      );
    }
    const twice = given.find((value, i) => given.indexOf(value) !== i) as unknown;
    if (new Set(given).size === given.length) continue;
    throw new ArgumentError(`samplers.grid: '${name}' has ${describeValue(twice)} twice. Give it once.`, {
      where: 'samplers.grid',
      got: given,
    });
  }
  return values;
}

function countPoints(values: GridValues): number {
  let total = 1;
  for (const { length } of values.values()) total *= length;
  if (total <= MOST_POINTS) return total;
  throw new ArgumentError(
    `samplers.grid: the grid has ${total} points, more than ${MOST_POINTS}. Give fewer values, or take samplers.sobol.`,
    { where: 'samplers.grid', got: total },
  );
}

/** Trials that take a point: all but those that came with values of their own. */
function countPlanned(trials: readonly TrialRecord[]): number {
  let count = 0;
  for (const { systemAttributes } of trials) if (systemAttributes[FIXED_PARAMS] === undefined) count++;
  return count;
}

function shuffled(total: number, seed: number): Uint32Array {
  const random = new Random(seed, 'grid/order', 0);
  const order = Uint32Array.from({ length: total }, (_, i) => i);
  for (let i = total - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const moved = order[i]!;
    order[i] = order[j]!;
    order[j] = moved;
  }
  return order;
}

interface Asked {
  /** The number of the point: its digits, one for each parameter, say which values it has. */
  readonly point: number;
  readonly distribution: Distribution;
}

function pick(values: GridValues, name: string, { point, distribution }: Asked): number {
  let rest = point;
  for (const [other, choices] of values) {
    if (other !== name) {
      rest = Math.floor(rest / choices.length);
      continue;
    }
    const value = choices[rest % choices.length] as ParamValue;
    const internal = toInternal(distribution, value);
    if (internal !== undefined) return internal;
    throw new ArgumentError(
      `samplers.grid: '${name}' has the value ${describeValue(value)}, but the objective asks for ${describeDistribution(distribution)}. Take it out of the grid, or ask for a range that has it.`,
      { where: 'samplers.grid', got: value, expected: distribution },
    );
  }
  const known = [...values.keys()];
  throw new ArgumentError(
    `samplers.grid: the objective asks for '${name}', which the grid has not; ${suggestName(name, known)}`,
    { where: 'samplers.grid', got: name, expected: known },
  );
}
