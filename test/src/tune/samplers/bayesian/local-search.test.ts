/** The climb from one point: along ranges by slopes, value by value along steps and choices, until nothing wins. */
import t from 'tap';
import {
  categoricalDistribution,
  floatDistribution,
  intDistribution,
  type Distribution,
} from '../../../../../src/tune/distribution.ts';
import type { Acquisition } from '../../../../../src/tune/samplers/bayesian/acquisition.ts';
import { LocalSearch } from '../../../../../src/tune/samplers/bayesian/local-search.ts';
import { indexOf, placeOf, UnitSpace, type Axis } from '../../../../../src/tune/samplers/bayesian/unit-space.ts';

/** Climbs a function of one's own, whose slopes along the numbers are told. */
function climb(
  distributions: Readonly<Record<string, Distribution>>,
  value: (point: Float64Array) => number,
  options: { readonly slope?: (point: Float64Array) => readonly number[]; readonly start: readonly number[]; readonly weights?: readonly number[]; readonly fixed?: readonly number[] },
): Float64Array {
  const space = new UnitSpace(new Map(Object.entries(distributions)));
  const acquisition = {
    evaluate: value,
    differentiate(point: Float64Array, gradient: Float64Array): number {
      gradient.set(options.slope?.(point) ?? []);
      return value(point);
    },
  } as unknown as Acquisition;
  const point = Float64Array.from(options.start);
  const weights = Float64Array.from(options.weights ?? new Array(space.size).fill(1));
  const fixed = Float64Array.from(options.fixed ?? new Array(space.size).fill(NaN));
  const found = new LocalSearch(acquisition, { space, weights, fixed, incumbents: [] }).improve(point);
  t.equal(found, value(point), 'it tells what the point is worth');
  return point;
} // prettier-ignore

const unit = floatDistribution('x', 0, 1);
const axisOf = (distribution: Distribution): Axis => new UnitSpace(new Map([['n', distribution]])).axes[0] as Axis;

t.test('every choice is tried, the first and the last too', (t) => {
  const kind = categoricalDistribution('kind', ['a', 'b', 'c', 'd']);
  for (const best of [0, 1, 2, 3])
    for (const start of [0, 1, 2, 3])
      t.equal(climb({ kind }, ([at]) => (at === best ? 1 : 0), { start: [start] })[0], best); // prettier-ignore
  t.end();
});

t.test('a long axis is walked along to both sides, to its ends', (t) => {
  const n = intDistribution('n', 1, 200);
  const axis = axisOf(n);
  for (const best of [0, 1, 77, 199])
    for (const start of [0, 1, 100, 199]) {
      const worth = ([place]: Float64Array): number => -Math.abs(indexOf(axis, place as number) - best);
      const [found] = climb({ n }, worth, { start: [placeOf(axis, start)] });
      t.equal(indexOf(axis, found as number), best, `from ${start}`);
    }
  t.end();
});

t.test('a climb ends where no slope in length scales is above 0.01', (t) => {
  for (const weight of [1e-4, 1, 1e4]) {
    const slope = ([x]: Float64Array): readonly number[] => [-4 * ((x as number) - 0.3) ** 3];
    const point = climb({ x: unit }, ([x]) => -(((x as number) - 0.3) ** 4), {
      start: [0.9],
      weights: [weight],
      slope,
    });
    const [steep] = slope(point);
    t.ok(Math.abs((steep as number) / Math.sqrt(weight)) <= 0.01, `${weight}: ${steep}`);
  }
  t.end();
});

t.test('a range is climbed again when a choice beside it has changed', (t) => {
  const kind = categoricalDistribution('kind', ['a', 'b']);
  // The better choice has its top elsewhere.
  const top = (choice: number): number => (choice === 0 ? 0.2 : 0.9);
  const worth = ([x, choice]: Float64Array): number =>
    (choice as number) - ((x as number) - top(choice as number)) ** 2;
  const slope = ([x, choice]: Float64Array): readonly number[] => [-2 * ((x as number) - top(choice as number))];
  const [x, choice] = climb({ x: unit, kind }, worth, { start: [0.2, 0], slope });
  t.equal(choice, 1);
  t.ok(Math.abs((x as number) - 0.9) <= 0.005, `half of the slope: ${x}`);
  t.end();
});

t.test('what stands is left alone', (t) => {
  const kind = categoricalDistribution('kind', ['a', 'b']);
  const worth = ([x, choice]: Float64Array): number => (choice as number) + (x as number);
  t.same([...climb({ x: unit, kind }, worth, { start: [0.5, 0], slope: () => [1], fixed: [0.5, NaN] })], [0.5, 1]);
  t.same([...climb({ x: unit, kind }, worth, { start: [0.5, 0], slope: () => [1], fixed: [NaN, 0] })], [1, 0]);
  t.end();
});
