/** NaN, infinities, signed zeros, the smallest numbers and the bounds of the range: each function gives the float32 nearest to its value. */
import t from 'tap';
import * as exact from '../../../../kernels/math.ts';
import * as math from '../../../../src/wasm/math/index.ts';
import { overArrays, type SimdFunction } from '../../../support/simd-function.ts';

const SMALLEST = 2 ** -149;
const POINTS = [
  NaN,
  0,
  -0,
  Infinity,
  -Infinity,
  1,
  -1,
  SMALLEST,
  -SMALLEST,
  2 ** -126,
  -(2 ** -126),
  Math.fround(3.4028234663852886e38),
  Math.fround(-3.4028234663852886e38),
];

const functions: Record<string, { own: SimdFunction; exact: (x: number) => number; more?: number[] }> = {
  // e^88.72284 overflows, e^-103.972084 is the last that does not vanish.
  exp: {
    own: math.exp,
    exact: exact.exp,
    more: [88.72283, 88.72284, -87.33655, -103.97208, -103.97209, 89, 1000, -104],
  },
  expm1: { own: math.expm1, exact: exact.expm1, more: [88.72283, 88.72284, 1000, -17, -18, -1000] },
  log: { own: math.log, exact: exact.log, more: [0.5, 2, 1 - 2 ** -24, 1 + 2 ** -23] },
  log1p: { own: math.log1p, exact: exact.log1p, more: [-2, 1e-30, -1e-30] },
  softplus: { own: math.softplus, exact: exact.softplus, more: [-1000, 1000, -103.5, -100] },
  tanh: { own: math.tanh, exact: exact.tanh, more: [9.5, -9.5, 1e-30, -1e-30] },
  sigmoid: { own: math.sigmoid, exact: exact.sigmoid, more: [1000, -1000, -103.5, -100, 17.5] },
  erf: { own: math.erf, exact: exact.erf, more: [4, -4, 10, -10] },
  sin: {
    own: (f, x, _, module) => math.sin(f, x, module),
    exact: exact.sin,
    more: [1e22, 2 ** 20, -(2 ** 20), 16367173 * 2 ** 72],
  },
  cos: {
    own: (f, x, _, module) => math.cos(f, x, module),
    exact: exact.cos,
    more: [1e22, 2 ** 20, -(2 ** 20), 16367173 * 2 ** 72],
  },
  rsqrt: { own: math.rsqrt, exact: (x) => 1 / Math.sqrt(x), more: [4, 0.25] },
};

/** The neighbours of a float32, and itself. */
function neighbours(value: number): number[] {
  if (!Number.isFinite(value) || value === 0) return [value];
  const floats = Float32Array.from([value, value, value]);
  const bits = new Int32Array(floats.buffer);
  bits[0]!--;
  bits[2]!++;
  return [...floats];
}

for (const [name, { own, exact, more = [] }] of Object.entries(functions)) {
  t.test(`${name}: NaN, infinities and signed zeros come out as they should, the bounds of the range too`, (t) => {
    const inputs = Float32Array.from([...POINTS, ...more]);
    const outputs = overArrays(own)(inputs);
    inputs.forEach((x, i) => {
      const expected = Math.fround(exact(x));
      const given = outputs[i] as number;
      const near = Number.isFinite(expected) && expected !== 0 ? neighbours(expected) : [expected];
      // A finite value may be its neighbour; zeros with their sign, infinities and NaN must be met.
      t.ok(
        near.some((one) => Object.is(one, given)),
        `${name}(${x}) is ${expected}, got ${given}`,
      );
    });
    t.end();
  });
}
