/** x^y against the double one, whose error is far below a float32's: bases and exponents of every size, and IEEE's table of special cases. */
import t from 'tap';
import { pow as exact } from '../../../../kernels/math.ts';
import { pow } from '../../../../src/wasm/math/index.ts';
import { float32Ulps } from '../../../kernels/ulps.ts';
import { overArrays } from '../../../support/simd-function.ts';

const run = overArrays(pow);

t.test('pow is within 0.51 units in the last place at bases of every size', (t) => {
  const count = process.env['GRADTAPE_DEEP'] === '1' ? 2 ** 26 : 2 ** 18;
  const x = new Float32Array(count);
  const y = new Float32Array(count);
  const bits = new Uint32Array(x.buffer);
  let state = 1;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
  for (let i = 0; i < count; i++) {
    bits[i] = next() & 0x7fffffff;
    // Every third base is near 1, where the exponent may be large.
    if (i % 3 === 0) x[i] = 1 + (next() / 2 ** 31 - 1) * 2 ** -(next() % 20);
    // So that the result is finite, mostly.
    const logarithm = Math.abs(Math.log2(x[i] as number)) || 1;
    y[i] = (next() / 2 ** 31 - 1) * (150 / logarithm);
  }
  const z = run(x, y);
  let worst = 0;
  let where = '';
  for (let i = 0; i < count; i++) {
    const [a, b] = [x[i] as number, y[i] as number];
    const distance = float32Ulps(z[i] as number, exact(a, b));
    if (distance > worst) [worst, where] = [distance, `pow(${a}, ${b})`];
  }
  t.comment(`at most ${worst.toFixed(4)} units, at ${where}`);
  t.ok(worst <= 0.51, `${where} is off by ${worst}`);
  t.end();
});

t.test('pow gives whole results exactly', (t) => {
  for (let base = -40; base <= 40; base++) {
    let product = 1;
    for (let y = 0; y <= 24 && Math.abs(product) <= 2 ** 24; y++, product *= base) {
      t.equal(run(Float32Array.of(base), Float32Array.of(y))[0], product, `${base}^${y}`);
    }
  }
  t.end();
});

t.test('pow treats NaN, infinities, zeros and negative bases as IEEE 754 asks', (t) => {
  const values = [
    0,
    -0,
    1,
    -1,
    2,
    -2,
    3,
    -3,
    0.5,
    -0.5,
    2.5,
    -2.5,
    1e-45,
    -1e-45,
    3e38,
    -3e38,
    16777215,
    -16777215,
    Infinity,
    -Infinity,
    NaN,
  ].map(Math.fround);
  const pairs = values.flatMap((a) => values.map((b) => [a, b] as const));
  const z = run(
    Float32Array.from(pairs, ([a]) => a),
    Float32Array.from(pairs, ([, b]) => b),
  );
  pairs.forEach(([a, b], i) => {
    const expected = Math.fround(exact(a, b));
    t.ok(Object.is(z[i], expected), `pow(${a}, ${b}) is ${expected}, got ${z[i]}`);
  });
  t.end();
});
