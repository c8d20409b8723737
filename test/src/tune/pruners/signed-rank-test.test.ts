/** The signed-rank test against counting all assignments of signs. Its values beyond are SciPy's: test/optuna/pruners.test.ts. */
import t from 'tap';
import fc from 'fast-check';
import { signedRankTest } from '../../../../src/tune/pruners/signed-rank-test.ts';

/** Of all 2^n ways to give the differences signs, the part whose positive ranks are as large. */
function byAllSigns(differences: readonly number[]): number {
  const sizes = differences.map(Math.abs);
  const ranks = sizes.map((size) => {
    const below = sizes.filter((other) => other < size).length;
    const same = sizes.filter((other) => other === size).length;
    return below + (same + 1) / 2;
  });
  const sumOf = (signs: readonly number[]): number =>
    ranks.reduce((sum, rank, i) => sum + (sizes[i] === 0 ? rank / 2 : (signs[i] as number) > 0 ? rank : 0), 0);
  const observed = sumOf(differences);
  const n = differences.length;
  let count = 0;
  for (let bits = 0; bits < 2 ** n; bits++) {
    if (sumOf(differences.map((_, i) => (bits & (1 << i) ? 1 : -1))) >= observed) count++;
  }
  return count / 2 ** n;
}

t.test('the p-value is the part of all signs that is as large, with ties and zeros', (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 9 }), (differences) => {
      const p = signedRankTest(differences);
      return Math.abs(p - byAllSigns(differences)) < 1e-12;
    }),
    { numRuns: 300 },
  );
  t.equal(signedRankTest([1, 2, 3, 4, 5]), 1 / 32, 'all positive');
  t.equal(signedRankTest([0, 0]), 1, 'all zero');
  t.end();
});
