/** Importances: which trials are the best ones, and what is left to say where there are few. */
import t from 'tap';
import { createStudy, type ObjectiveTrial, type Study } from '../../../src/tune/index.ts';

/** Trials at these places, whose value is that of x alone. */
async function studyOf(places: readonly (readonly [number, number])[]): Promise<Study> {
  const study = await createStudy();
  for (const [x, y] of places) await study.enqueueTrial({ x, y });
  const value = (trial: ObjectiveTrial): number => {
    trial.suggestFloat('y', 0, 1);
    return trial.suggestFloat('x', 0, 1);
  };
  await study.optimize(value, { trials: places.length });
  return study;
}

const PLACES = Array.from({ length: 11 }, (_, i) => [i / 10, ((7 * i) % 11) / 10] as const);

t.test('the part of the best ones is rounded up: a tenth of eleven are two, as three twentieths are', async (t) => {
  const study = await studyOf(PLACES);
  const shares = (quantile?: number): unknown => study.importances(quantile === undefined ? {} : { quantile });
  t.same(shares(), shares(0.15));
  t.notSame(shares(), shares(0.05), 'one');
  t.notSame(shares(), shares(0.2), 'three');
});

t.test('what ties with the last of the best ones is one of them', async (t) => {
  const [first, second, ...rest] = PLACES;
  // The second and the third best have one value: with the first ones they are the best.
  const study = await studyOf([first, second, [second?.[0] ?? 0, 0.9], ...rest.slice(1)] as (readonly [number, number])[]); // prettier-ignore
  t.same(study.importances({ quantile: 2 / 11 }), study.importances({ quantile: 3 / 11 }));
});

t.test('the parameter that decides has the largest share, and comes first', async (t) => {
  const study = await studyOf(Array.from({ length: 60 }, (_, i) => [i / 60, ((37 * i) % 60) / 60] as const));
  const shares = study.importances();
  t.same(Object.keys(shares), ['x', 'y']);
  t.ok((shares['x'] ?? 0) > 0.9, `${shares['x']}`);
  t.ok(Math.abs((shares['x'] ?? 0) + (shares['y'] ?? 0) - 1) <= Number.EPSILON);
});
