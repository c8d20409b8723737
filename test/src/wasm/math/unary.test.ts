/**
 * How far each function lies from its exact value, over float32 numbers of every exponent; `GRADTAPE_DEEP=1` takes all
 * 2^32 of them, of sine and cosine, whose doubles take big integers, every 97th.
 */
import t from 'tap';
import * as exact from '../../../../kernels/math.ts';
import * as math from '../../../../src/wasm/math/index.ts';
import { float32Ulps } from '../../../kernels/ulps.ts';
import { overArrays, type SimdFunction } from '../../../support/simd-function.ts';

const DEEP = process.env['GRADTAPE_DEEP'] === '1';
/** Bit patterns are drawn this far apart: a prime, so that all low bits occur. */
const STEP = 20011;
const CHUNK = 65536;

if (DEEP) t.setTimeout(0);

/** The promised distance, in units of the last place. */
const functions: Record<string, { own: SimdFunction; exact: (x: number) => number; limit: number; deepStep?: number }> =
  {
    exp: { own: math.exp, exact: exact.exp, limit: 1.1 },
    expm1: { own: math.expm1, exact: exact.expm1, limit: 2 },
    log: { own: math.log, exact: exact.log, limit: 1 },
    log1p: { own: math.log1p, exact: exact.log1p, limit: 2 },
    softplus: { own: math.softplus, exact: exact.softplus, limit: 2 },
    tanh: { own: math.tanh, exact: exact.tanh, limit: 3 },
    sigmoid: { own: math.sigmoid, exact: exact.sigmoid, limit: 3 },
    erf: { own: math.erf, exact: exact.erf, limit: 2 },
    sin: { own: (f, x, _, module) => math.sin(f, x, module), exact: exact.sin, limit: 2, deepStep: 97 },
    cos: { own: (f, x, _, module) => math.cos(f, x, module), exact: exact.cos, limit: 2, deepStep: 97 },
    rsqrt: { own: math.rsqrt, exact: (x) => 1 / Math.sqrt(x), limit: 2 },
  };

for (const [name, { own, exact, limit, deepStep = 1 }] of Object.entries(functions)) {
  t.test(`${name} is within ${limit} units in the last place of its value at floats of every size`, (t) => {
    const step = DEEP ? deepStep : STEP;
    const run = overArrays(own);
    const inputs = new Float32Array(CHUNK);
    const bits = new Uint32Array(inputs.buffer);
    let worst = 0;
    let where = 0;
    for (let next = 0; next < 2 ** 32;) {
      for (let i = 0; i < CHUNK; i++, next += step) bits[i] = next;
      const outputs = run(inputs);
      for (let i = 0; i < CHUNK; i++) {
        const value = exact(inputs[i] as number);
        if (outputs[i] === Math.fround(value)) continue;
        const distance = float32Ulps(outputs[i] as number, value);
        if (distance > worst) [worst, where] = [distance, inputs[i] as number];
      }
    }
    t.comment(`${name}: at most ${worst.toFixed(3)} units, at ${where}`);
    t.ok(worst <= limit, `${name}(${where}) is off by ${worst}`);
    t.end();
  });
}

t.test('tanh is within 0.8 units where it is near 1, since the gradient takes the difference', (t) => {
  const inputs = Float32Array.from({ length: CHUNK }, (_, i) => 1.5 + (8 * i) / CHUNK);
  const outputs = overArrays(math.tanh)(inputs);
  const distances = Array.from(inputs, (x, i) => float32Ulps(outputs[i] as number, exact.tanh(x)));
  t.ok(Math.max(...distances) <= 0.8, `${Math.max(...distances)} units`);
  t.end();
});
