/** lstmKernel and lstmGradKernel as WebAssembly, against their runs in float64 on the cpu. */
import fc from 'fast-check';
import t from 'tap';
import type { FloatArray } from '../../kernels/contract.ts';
import { lstmGradKernel, lstmKernel } from '../../kernels/lstm/index.ts';
import { runOnWasm } from '../support/wasm-kernel.ts';
import {
  type LstmCase,
  lstmCases,
  lstmGradOutputShapes,
  lstmOperands,
  lstmOutputShapes,
  plainCase,
} from './lstm-cases.ts';
import { convert, type Operand, operand, prepare, uniform } from './numeric.ts';
import { edgeCases } from './recurrent-laws.ts';
import { requireRounded } from './rounding.ts';

const ALL: readonly boolean[] = [true, true, true];

/** Operands whose pre-activations stay of size 1 whatever the number of features. */
function operandsOf(c: LstmCase): Operand[] {
  const scale = 1 / Math.max(1, c.features);
  return lstmOperands(c).map((each, i) =>
    i === 1 && each ? { ...each, data: each.data.map((w) => w * scale) } : each,
  );
}

function requireForward(c: LstmCase): void {
  requireRounded(lstmKernel, operandsOf(c), lstmOutputShapes(c), c);
}

function requireBackward(c: LstmCase, present: readonly boolean[]): void {
  const operands = operandsOf(c);
  const shapes = lstmOutputShapes(c);
  const saved = prepare(lstmKernel, operands, shapes, c)(operands).map((data, i) => ({ shape: shapes[i] ?? [], data }));
  const draw = uniform(c.seed + 1);
  const gradients = shapes.slice(0, 3).map((shape, i) => (present[i] ? operand(shape, draw) : undefined));
  requireRounded(lstmGradKernel, [...operands, ...saved, ...gradients], lstmGradOutputShapes(c), c);
}

t.test('the forward agrees with float64 for all combinations of options and inputs', (t) => {
  const property = fc.property(lstmCases, requireForward);
  t.doesNotThrow(() => fc.assert(property, { seed: 31, numRuns: 150 }));
  t.end();
});

t.test('the gradient agrees with float64 for all combinations of options, inputs and gradients', (t) => {
  const property = fc.property(lstmCases, fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), requireBackward);
  t.doesNotThrow(() => fc.assert(property, { seed: 32, numRuns: 150 }));
  t.end();
});

t.test('sizes around the edges of vectors and tiles', (t) => {
  for (const { name, ...edge } of edgeCases) {
    const c: LstmCase = { ...plainCase, ...edge };
    t.doesNotThrow(() => requireForward(c), `forward ${name}`);
    t.doesNotThrow(() => requireBackward(c, ALL), `backward ${name}`);
  }
  t.end();
});

t.test('gradients of weights sum thousands of rows', (t) => {
  t.doesNotThrow(() => requireBackward({ ...plainCase, batch: 67, steps: 50, features: 2, units: 3, mask: true }, ALL));
  t.end();
});

t.test('a sample has the same bits alone and in a batch', (t) => {
  const c: LstmCase = { ...plainCase, batch: 11, features: 9, units: 13, inputDropout: 'per gate', mask: true };
  const operands = convert(lstmOperands(c), Float32Array);
  const whole = runOnWasm(lstmKernel, operands, lstmOutputShapes(c), c);
  for (let sample = 0; sample < 11; sample++) {
    const own = (data: FloatArray): FloatArray => {
      const size = data.length / 11;
      return data.slice(sample * size, (sample + 1) * size);
    };
    const alone = operands.map((each, i) =>
      each === undefined || (i >= 1 && i <= 3) ? each : { shape: [1, ...each.shape.slice(1)], data: own(each.data) },
    );
    const single = { ...c, batch: 1 };
    t.strictSame(runOnWasm(lstmKernel, alone, lstmOutputShapes(single), single), whole.map(own));
  }
  t.end();
});

t.test('NaN and Infinity in one sample reach that sample alone', (t) => {
  for (const poison of [Number.NaN, Infinity, -Infinity]) {
    const c: LstmCase = { ...plainCase, batch: 9, features: 5, units: 6 };
    const operands = convert(lstmOperands(c), Float32Array);
    const clean = runOnWasm(lstmKernel, operands, lstmOutputShapes(c), c);
    const size = c.steps * c.features;
    const x = operands[0]?.data.slice() ?? [];
    x[4 * size + 1] = poison;
    const poisoned = operands.map((each, i) => (i === 0 && each ? { ...each, data: x as FloatArray } : each));
    runOnWasm(lstmKernel, poisoned, lstmOutputShapes(c), c).forEach((result, output) => {
      const width = result.length / 9;
      const expected = prepare(lstmKernel, poisoned, lstmOutputShapes(c), c, Float32Array)(poisoned)[output] ?? [];
      const holds = result.every((value, i) =>
        Math.floor(i / width) === 4
          ? Number.isNaN(value) === Number.isNaN(expected[i])
          : Object.is(value, clean[output]?.[i]),
      );
      t.ok(holds, `output ${output}, ${poison}`);
    });
  }
  t.end();
});
