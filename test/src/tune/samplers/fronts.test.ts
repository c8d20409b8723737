/** Fronts and the room on them, against counting. */
import t from 'tap';
import fc from 'fast-check';
import { bestTrials, crowdingDistances, frontsOf, selectBest } from '../../../../src/tune/fronts.ts';
import { TrialEntry } from '../../../../src/tune/trial-entry.ts';

/** Few different values, so that ties are frequent. */
const points = fc
  .integer({ min: 1, max: 3 })
  .chain((size) => fc.array(fc.array(fc.constantFrom(0, 1, 2, 5, Infinity), { minLength: size, maxLength: size })));

function beats(a: readonly number[], b: readonly number[]): boolean {
  return a.every((x, k) => x <= (b[k] as number)) && a.some((x, k) => x < (b[k] as number));
}

t.test('a point is on the front after those that beat it', (t) => {
  fc.assert(
    fc.property(points, (losses) => {
      const ranks = new Map(frontsOf(losses).flatMap((front, rank) => front.map((i) => [i, rank] as const)));
      return losses.every((point, i) => {
        const above = losses.flatMap((other, j) => (beats(other, point) ? [(ranks.get(j) as number) + 1] : []));
        return ranks.get(i) === Math.max(0, ...above);
      });
    }),
    { numRuns: 500 },
  );
  t.end();
});

t.test('the best ones are as many as asked for, and no front is begun before the last is whole', (t) => {
  fc.assert(
    fc.property(points, fc.integer({ min: 0, max: 12 }), (losses, count) => {
      const selected = selectBest(losses, count);
      const ranks = new Map(frontsOf(losses).flatMap((front, rank) => front.map((i) => [i, rank] as const)));
      const chosen = selected.map((i) => ranks.get(i) as number);
      const last = Math.max(-1, ...chosen);
      const before = [...ranks.values()].filter((rank) => rank < last).length;
      return (
        new Set(selected).size === Math.min(count, losses.length) &&
        chosen.filter((rank) => rank < last).length === before &&
        chosen.every((rank, place) => place === 0 || rank >= (chosen[place - 1] as number))
      );
    }),
    { numRuns: 500 },
  );
  t.end();
});

t.test('the room of a point is what lies between its neighbours; the ends have all there is', (t) => {
  const losses = [
    [0, 10],
    [2, 4],
    [10, 0],
    [1, 6],
  ];
  const room = crowdingDistances(losses, [0, 1, 2, 3]);
  t.same([...room], [Infinity, 9 / 10 + 6 / 10, Infinity, 2 / 10 + 6 / 10]);
  t.same(
    [...selectBest(losses, 3)].sort((i, j) => i - j),
    [0, 1, 2],
    'the crowded one is left out',
  );
  t.same(selectBest(losses, 4), [0, 2, 1, 3], 'those with more room come first');
  const worst = [2, 2, 9];
  t.equal(crowdingDistances([[0, 5, 3], [5, 0, 3], [3, 3, 0], worst], [0, 1, 2, 3])[3], Infinity, 'the worst end is one'); // prettier-ignore
  t.end();
});

t.test('the best trials are those with the best values in their directions, of equal ones the first', (t) => {
  const trialsOf = (...rows: readonly (readonly number[])[]): readonly TrialEntry[] =>
    rows.map((values, number) => Object.assign(new TrialEntry(number), { values }));
  const numbers = (...given: Parameters<typeof bestTrials>): number[] =>
    bestTrials(...given).map(({ number }) => number);
  const one = trialsOf([3], [1], [2], [1], [3]);
  t.same(numbers(one, ['minimize'], 4), [1, 3, 2, 0]);
  t.same(numbers(one, ['maximize'], 3), [0, 4, 2]);
  const two = trialsOf([1, 1], [2, 2], [0, 0], [2, 0]);
  t.same(new Set(numbers(two, ['minimize', 'maximize'], 3)), new Set([0, 1, 2]));
  t.same(numbers(two, ['maximize', 'minimize'], 1), [3]);
  t.end();
});
