/** The fit that is remembered. */
import t from 'tap';
import { rememberingFit } from '../../../../../src/tune/samplers/bayesian/fit.ts';

t.test('the last fit is given again to the same question, and to no other', (t) => {
  const fit = rememberingFit();
  const points = Float64Array.of(0.1, 0.5, 0.7, 0.9);
  const scores = Float64Array.of(1, 3, 2, 0);
  const first = fit(points, scores, 1);
  t.equal(fit(points.slice(), scores.slice(), 1), first);
  const questions: readonly Parameters<typeof fit>[] = [
    [points.map((x) => x / 2), scores, 1],
    [points, scores.map((y) => y ** 2), 1],
    [points, scores, 0],
    [points.subarray(1), scores.subarray(1), 1],
  ];
  for (const [index, question] of questions.entries()) {
    t.same(fit(points, scores, 1), first);
    const other = fit(...question);
    t.notSame(other, first, `question ${index}`);
    t.same(other, rememberingFit()(...question));
  }
  const short = rememberingFit();
  short(points.subarray(0, 3), scores.subarray(0, 3), 1);
  t.same(short(points, scores, 1), first, 'a longer history begins as the shorter one did');
  t.end();
});
