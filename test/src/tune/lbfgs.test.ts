/** The minimizer: valleys, bounds, places without a value. */
import fc from 'fast-check';
import t from 'tap';
import { minimize, type Differentiable } from '../../../src/tune/lbfgs.ts';

/** Rosenbrock's valley; the minimum is 0 at (1, 1). */
const valley: Differentiable = (at, gradient) => {
  const [x, y] = [at[0] as number, at[1] as number];
  gradient[0] = -400 * x * (y - x * x) - 2 * (1 - x);
  gradient[1] = 200 * (y - x * x);
  return 100 * (y - x * x) ** 2 + (1 - x) ** 2;
};

t.test('it follows a curved valley to its end', (t) => {
  const { point, value, iterations } = minimize(valley, Float64Array.of(-1.2, 1), {
    maxIterations: 100,
    tolerance: 1e-9,
  });
  // The Hessian's smallest eigenvalue at the minimum is 0.399: a slope of 1e-9 is at most 2.6e-9 away.
  t.ok(Math.hypot((point[0] as number) - 1, (point[1] as number) - 1) < 3e-9, String(point));
  t.ok(value < 1e-16);
  t.ok(iterations < 60, `${iterations} iterations`);
  t.end();
});

t.test('between bounds it ends where no slope is left that the bounds do not hold', (t) => {
  const bounded = fc.record({
    centre: fc.array(fc.double({ min: -2, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 }),
    curvature: fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 3, maxLength: 3 }),
    coupling: fc.double({ min: -0.02, max: 0.02, noNaN: true }),
    start: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
  });
  fc.assert(
    fc.property(bounded, ({ centre, curvature, coupling, start }) => {
      const slopes = new Float64Array(3);
      const bowl: Differentiable = (at, gradient) => {
        const d = at.map((x, i) => x - (centre[i] as number));
        const sum = d.reduce((total, x) => total + x, 0);
        for (let i = 0; i < 3; i++) gradient[i] = 2 * (curvature[i] as number) * d[i]! + 2 * coupling * sum;
        slopes.set(gradient);
        return d.reduce((total, x, i) => total + (curvature[i] as number) * x * x, coupling * sum * sum);
      };
      const [lower, upper] = [new Float64Array(3), new Float64Array(3).fill(1)];
      const { point } = minimize(bowl, Float64Array.from(start), { lower, upper, maxIterations: 200, tolerance: 1e-6 });
      bowl(point, slopes);
      return point.every((x, i) => {
        if (!(x >= 0 && x <= 1)) return false;
        return Math.abs(slopes[i]!) <= 1e-6 || (x === 0 && slopes[i]! > 0) || (x === 1 && slopes[i]! < 0);
      });
    }),
  );
  t.end();
});

t.test('it steps back from where the function has no value', (t) => {
  // x - log x, Infinity beyond 0: the first full step from 0.01 goes there.
  const barrier: Differentiable = (at, gradient) => {
    const x = at[0] as number;
    if (!(x > 0)) return Infinity;
    gradient[0] = 1 - 1 / x;
    return x - Math.log(x);
  };
  for (const start of [0.01, 30]) {
    const { point } = minimize(barrier, Float64Array.of(start), { maxIterations: 100, tolerance: 1e-8 });
    t.ok(Math.abs((point[0] as number) - 1) < 1.1e-8, `${start}: ${point[0]}`);
  }
  t.end();
});

t.test('it ends early for small wins, and at the limit of iterations', (t) => {
  const start = Float64Array.of(-1.2, 1);
  const whole = minimize(valley, start, { maxIterations: 100, tolerance: 1e-9 });
  const rough = minimize(valley, start, { maxIterations: 100, tolerance: 1e-9, leastWin: 0.1 });
  t.ok(rough.iterations < whole.iterations);
  t.ok(rough.value > whole.value);
  t.equal(minimize(valley, start, { maxIterations: 5, tolerance: 0 }).iterations, 5);
  t.same(start, Float64Array.of(-1.2, 1), 'the start stays');
  t.end();
});
