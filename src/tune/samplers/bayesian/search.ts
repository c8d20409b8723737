/** Looks for the point that promises most: many candidates, then local searches from the best of them. */
import { exp } from '../../../../kernels/math.ts';
import type { Random } from '../../random.ts';
import type { Acquisition } from './acquisition.ts';
import { LocalSearch, type SearchField } from './local-search.ts';
import { indexOf, placeOf, type Axis } from './unit-space.ts';

/** Even candidates, and those around good observations. */
const EVEN_CANDIDATES = 512;
const NEAR_CANDIDATES = 256;
/** Local searches: from the best observation, from the best candidate, the others from candidates drawn by roulette. */
const LOCAL_SEARCHES = 10;

/** @returns a point, `[size]` */
export function search(acquisition: Acquisition, field: SearchField, random: Random): Float64Array {
  const candidates = candidatesOf(field, random);
  const values = Float64Array.from(candidates, (candidate) => acquisition.evaluate(candidate));
  const incumbent = (field.incumbents[0] as Float64Array).slice();
  const starts = [fixate(incumbent, field.fixed), ...draw(candidates, values, LOCAL_SEARCHES - 1, random)];
  const local = new LocalSearch(acquisition, field);
  let best = candidates[0] as Float64Array;
  let most = -Infinity;
  for (const start of starts) {
    const value = local.improve(start);
    if (value > most) [best, most] = [start, value];
  }
  return best;
}

function candidatesOf({ space, fixed, incumbents, weights }: SearchField, random: Random): Float64Array[] {
  const candidates: Float64Array[] = [];
  for (let k = 0; k < EVEN_CANDIDATES + NEAR_CANDIDATES; k++) {
    const near = k < EVEN_CANDIDATES ? undefined : incumbents[k % incumbents.length];
    const point = new Float64Array(space.size);
    for (const [column, axis] of space.axes.entries()) {
      point[column] = near ? nearby(axis, near[column]!, weights[column]!, random) : evenly(axis, random);
    }
    candidates.push(fixate(point, fixed));
  }
  return candidates;
}

function evenly(axis: Axis, random: Random): number {
  return axis.count === Infinity ? random.uniform() : placeOf(axis, random.integer(axis.count));
}

/** Numbers a fraction of a length scale away, choices mostly the same. */
function nearby(axis: Axis, place: number, weight: number, random: Random): number {
  const uniform = random.uniform();
  if (axis.distribution.kind === 'categorical') return uniform < 0.8 ? place : random.integer(axis.count);
  const spread = Math.min(0.2, 0.3 / Math.sqrt(weight)) * uniform * uniform;
  const moved = Math.min(1, Math.max(0, place + spread * random.normal()));
  return axis.count === Infinity ? moved : placeOf(axis, indexOf(axis, moved));
}

function fixate(point: Float64Array, fixed: Float64Array): Float64Array {
  for (let i = 0; i < point.length; i++) if (!Number.isNaN(fixed[i]!)) point[i] = fixed[i]!;
  return point;
}

/** The best candidate, and others without repetition, with chances in proportion to the expected improvement. */
function draw(
  candidates: readonly Float64Array[],
  values: Float64Array,
  count: number,
  random: Random,
): readonly Float64Array[] {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  const chances = values.map((value) => exp(value - values[best]!));
  const drawn = [candidates[best] as Float64Array];
  chances[best] = 0;
  while (drawn.length < count && chances.some((chance) => chance > 0)) {
    const next = random.weighted(chances);
    drawn.push(candidates[next] as Float64Array);
    chances[next] = 0;
  }
  return drawn;
}
