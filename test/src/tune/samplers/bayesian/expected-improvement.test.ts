/** The logarithm of the expected improvement: against integrals, in the far tail, and its slope. */
import fc from 'fast-check';
import t from 'tap';
import { logImprovement, logImprovementSlope } from '../../../../../src/tune/samplers/bayesian/expected-improvement.ts';

/** `log of the integral of u density(u - z) over u > 0`, by the trapezoidal rule with e^-z²/2 taken out where z < 0. */
function integral(z: number): number {
  const step = 1 / 2048;
  let sum = 0;
  for (let u = step; u < Math.max(0, z) + 12; u += step)
    sum += u * Math.exp(z < 0 ? -0.5 * u * u + u * z : -0.5 * (u - z) ** 2);
  // Both ends of the integrand are 0; Euler and Maclaurin's first term, step²/12 times the slope at 0, is left out.
  const correction = ((step * step) / 12) * (z < 0 ? 1 : Math.exp(-0.5 * z * z));
  return Math.log((sum * step + correction) / Math.sqrt(2 * Math.PI)) - (z < 0 ? 0.5 * z * z : 0);
}

t.test('it is the integral that it stands for', (t) => {
  for (const z of [-30, -10, -5, -3, -2.6, -2.5, -2.4, -1, -0.1, 0, 0.5, 2, 8]) {
    // The rule's next term is step⁴/720 times the third derivative at 0, below (3 z² + 3) here: 1e-13 relative to z^-2.
    const bound = 1e-13 * (1 + z * z);
    const error = Math.abs(logImprovement(z) - integral(z)) / Math.max(1, Math.abs(integral(z)));
    t.ok(error <= bound, `${z}: ${error}`);
  }
  t.end();
});

t.test('far below the best it follows the series, where the improvement itself is 0 in doubles', (t) => {
  for (const z of [-40, -1e3, -1e6]) {
    // E = density(z) / z² (1 - 3/z² + 15/z⁴ ...)
    const series =
      -0.5 * z * z - 0.5 * Math.log(2 * Math.PI) - 2 * Math.log(-z) + Math.log1p(-3 / z ** 2 + 15 / z ** 4);
    const bound = 105 / z ** 6 + 8 * Number.EPSILON * Math.abs(series);
    t.ok(Math.abs(logImprovement(z) - series) <= bound, `${z}`);
  }
  t.equal(logImprovement(1e3), Math.log(1e3), 'far above, the improvement is the distance');
  t.end();
});

t.test('its slope is that of central differences, on both sides of the change of formulas', (t) => {
  fc.assert(
    fc.property(fc.double({ min: -20, max: 10, noNaN: true }), (z) => {
      const step = 6e-6 * Math.max(1, Math.abs(z));
      const slope = (logImprovement(z + step) - logImprovement(z - step)) / (z + step - (z - step));
      t.ok(Math.abs(slope - logImprovementSlope(z)) <= 1e-7 * Math.max(1, Math.abs(slope)), `${z}: ${slope}`);
    }),
  );
  // Above, 1 + erf is off by a rounding of 1, which counts 2.5 times beside an improvement of 0.002.
  const lost = (2.5 * Number.EPSILON) / Math.exp(logImprovement(-2.5));
  t.ok(Math.abs(logImprovement(-2.5 - 1e-15) - logImprovement(-2.5)) <= lost);
  t.end();
});
