/** Drawn calls of element-wise ops, reductions, random ops, cross-entropies, normalisations and recurrences. */
import fc from 'fast-check';
import t from 'tap';
import * as ops from '../../../src/ops/index.ts';
import {
  reducedShape,
  resolveReduction,
  withReducedAxes,
  type ResolvedReduction,
} from '../../../src/ops/broadcasting.ts';
import { defineOp } from '../../../src/ops/define-op.ts';
import { formatShape } from '../../../src/tensor/shape.ts';
import type { Tensor } from '../../../src/tensor/tensor.ts';
import * as crossEntropy from '../../../src/testing/arbitraries/cross-entropy.ts';
import * as elementwise from '../../../src/testing/arbitraries/elementwise.ts';
import * as normalization from '../../../src/testing/arbitraries/normalization.ts';
import * as random from '../../../src/testing/arbitraries/random.ts';
import * as recurrent from '../../../src/testing/arbitraries/recurrent.ts';
import * as reductions from '../../../src/testing/arbitraries/reductions.ts';
import { gradcheck } from '../../../src/testing/gradcheck.ts';

type Call = Readonly<Record<string, unknown>>;
type Draw = (draw?: { readonly values?: fc.Arbitrary<number> }) => fc.Arbitrary<Call>;

const arbitraries = { ...elementwise, ...reductions, ...random, ...crossEntropy, ...normalization, ...recurrent };
const drawOf = Object.entries(arbitraries) as unknown as readonly [name: string, draw: Draw][];

const CASES = { numRuns: 300, seed: 7 };

/** The parameters of ops whose calls have tensors that may be left out, in order; the others take theirs as they are drawn. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  layerNorm: ['x', 'gamma', 'beta'],
  batchNormTraining: ['x', 'gamma', 'beta'],
  batchNormInference: ['x', 'gamma', 'beta', 'movingMean', 'movingVariance'],
  batchNorm: ['x', 'mean', 'variance', 'gamma', 'beta'],
  lstm: ['x', 'kernel', 'recurrentKernel', 'bias'],
  gru: ['x', 'kernel', 'recurrentKernel', 'bias'],
  simpleRnn: ['x', 'kernel', 'recurrentKernel', 'bias'],
};

function callOp(name: string, { options, ...args }: Call): readonly Tensor[] {
  const op = (ops as unknown as Readonly<Record<string, (...args: unknown[]) => Tensor | object>>)[name];
  if (!op) throw new Error(`there is no op ${name}`);
  const positional = PARAMETERS[name]?.map((parameter) => args[parameter]) ?? Object.values(args);
  const result = op(...positional, ...(options === undefined ? [] : [options]));
  return 'shape' in result ? [result as Tensor] : (Object.values(result) as Tensor[]);
}

const tensorsOf = (call: Call): readonly Tensor[] =>
  Object.values(call)
    .flat()
    .filter((value): value is Tensor => typeof value === 'object' && value !== null && 'data' in value);

/** The smallest call for which the property fails. */
function smallest<Drawn>(arbitrary: fc.Arbitrary<Drawn>, holds: (drawn: Drawn) => boolean | void): Drawn {
  const { failed, counterexample } = fc.check(fc.property(arbitrary, holds), { numRuns: 1000, seed: 3 });
  if (!failed || !counterexample) throw new Error('the property holds');
  return counterexample[0];
}

t.test('every call is accepted by its op, and gives finite numbers where there is something to reduce', (t) => {
  for (const [name, draw] of drawOf) {
    const check = (call: Call): void => {
      const finite = callOp(name, call).every(({ data }) => data.every(Number.isFinite));
      const isEmpty = tensorsOf(call).some(({ size }) => size === 0);
      if (!finite && !isEmpty) throw new Error('a result is not finite');
    };
    t.doesNotThrow(() => fc.assert(fc.property(draw(), check), CASES), name);
  }
  t.end();
});

t.test('what is left out of a call is absent', (t) => {
  for (const [name, draw] of drawOf) {
    const check = (call: Call): boolean =>
      [call, (call['options'] ?? {}) as Call].every((part) =>
        Object.values(part).every((value) => value !== undefined),
      );
    t.doesNotThrow(() => fc.assert(fc.property(draw(), check), CASES), name);
  }
  t.end();
});

t.test("values of one's own are used", (t) => {
  const values = fc.constant(0.75);
  const kept: Readonly<Record<string, readonly string[]>> = {
    where: ['condition'],
    softmaxCrossEntropy: ['targets'],
    sparseSoftmaxCrossEntropy: ['labels'],
    batchNorm: ['variance'],
    batchNormInference: ['movingVariance'],
  };
  const withoutTensors = new Set(['randomUniform', 'randomNormal']);
  for (const [name, draw] of drawOf.filter(([name]) => !withoutTensors.has(name))) {
    const check = (call: Call): boolean =>
      tensorsOf(Object.fromEntries(Object.entries(call).filter(([key]) => !kept[name]?.includes(key)))).every(
        ({ data }) =>
          // Normalisations spread x by 3 to either side where epsilon is left out.
          data.every(
            (value) =>
              value === 0.75 ||
              (name.endsWith('Norm') || name === 'batchNormTraining' ? Math.abs(value - 0.75) === 3 : false),
          ),
      );
    t.doesNotThrow(() => fc.assert(fc.property(draw({ values }), check), CASES), name);
  }
  t.end();
});

t.test('values are in the documented ranges', (t) => {
  const within = (name: string, arbitrary: fc.Arbitrary<Tensor>, fits: (value: number) => boolean): void => {
    const check = ({ data }: Tensor): boolean => data.every((value) => fits(value) && Number.isInteger(value * 64));
    t.doesNotThrow(() => fc.assert(fc.property(arbitrary, check), CASES), name);
  };
  const awayFromZero = (value: number): boolean => Math.abs(value) >= 1 / 8 && Math.abs(value) <= 2;
  const xOf = (draw: () => fc.Arbitrary<{ readonly x: Tensor }>): fc.Arbitrary<Tensor> => draw().map(({ x }) => x);
  for (const name of [
    'neg',
    'exp',
    'sin',
    'floor',
    'gelu',
    'sum',
    'mean',
    'softmax',
    'dropout',
    'lstm',
    'gru',
    'simpleRnn',
  ] as const) {
    within(name, xOf(arbitraries[name]), (value) => Math.abs(value) <= 2);
  }
  for (const name of ['abs', 'relu', 'leakyRelu', 'elu', 'selu', 'reciprocal'] as const) {
    within(name, xOf(arbitraries[name]), awayFromZero);
  }
  within('log', xOf(elementwise.log), (value) => value >= 1 / 8 && value <= 2);
  within('log1p', xOf(elementwise.log1p), (value) => value >= -3 / 4 && value <= 2);
  within('sqrt', xOf(elementwise.sqrt), (value) => value >= 1 / 4 && value <= 2);
  within('rsqrt', xOf(elementwise.rsqrt), (value) => value >= 1 / 4 && value <= 2);
  within(
    'div: what it divides by',
    elementwise.div().map(({ b }) => b),
    awayFromZero,
  );
  within(
    'batchNorm: the variance',
    normalization.batchNorm().map(({ variance }) => variance),
    (value) => value >= 1 / 8 && value <= 2,
  );
  t.end();
});

t.test('maximum and minimum never see equal elements, max and min never in one tensor', (t) => {
  for (const draw of [elementwise.maximum, elementwise.minimum]) {
    const apart = fc.property(draw(), ({ a, b }) => ops.notEqual(a, b).data.every((differs) => differs === 1));
    t.doesNotThrow(() => fc.assert(apart, CASES));
  }
  for (const draw of [reductions.max, reductions.min]) {
    t.doesNotThrow(() =>
      fc.assert(
        fc.property(draw(), ({ x }) => new Set(x.data).size === x.size),
        CASES,
      ),
    );
  }
  t.end();
});

t.test('targets are probabilities', (t) => {
  const sumsOf = ({ targets }: { readonly targets: Tensor }): Float32Array => ops.sum(targets, { axis: -1 }).data;
  fc.assert(
    fc.property(crossEntropy.softmaxCrossEntropy(), (call) => sumsOf(call).every((sum) => Math.abs(sum - 1) < 1e-6)),
    CASES,
  );
  t.end();
});

t.test('x is spread where the normalisations leave epsilon at its small default', (t) => {
  const steep = fc.property(normalization.batchNormTraining(), ({ x, options }) => {
    const rows = x.size / (x.shape.at(-1) || 1);
    if (options.epsilon !== undefined || rows < 2) return true;
    return ops.variance(x, { axis: [...x.shape.keys()].slice(0, -1) }).data.every((one) => one >= 8 / 9);
  });
  t.doesNotThrow(() => fc.assert(steep, CASES));
  t.end();
});

t.test('shrinks to the simplest call: a stretched operand', (t) => {
  const { a, b } = smallest(elementwise.add(), (call) => call.a.rank === call.b.rank && call.a.size === call.b.size);
  t.strictSame([Math.min(a.size, b.size), Math.max(a.size, b.size) <= 2], [1, true]);
  t.ok([...a.data, ...b.data].every((value) => value === 0));
  t.end();
});

t.test('shrinks to the simplest call: axes', (t) => {
  const several = smallest(reductions.sum(), ({ options: { axis } }) => !Array.isArray(axis) || axis.length < 2);
  t.strictSame([several.x.shape, several.options], [[1, 1], { axis: [0, 1] }]);
  const last = smallest(reductions.softmax(), ({ options: { axis = 0 } }) => axis >= 0);
  t.strictSame([last.x.shape, last.options], [[1], { axis: -1 }]);
  t.end();
});

t.test('shrinks to the simplest call: a masked recurrence', (t) => {
  const { x, recurrentKernel, bias, options } = smallest(
    recurrent.lstm(),
    (call) => !call.options.mask?.data.includes(0) || !call.options.goBackwards,
  );
  t.strictSame([x.shape, recurrentKernel.shape, bias], [[1, 1, 1], [1, 4], undefined]);
  t.strictSame(Object.keys(options).sort(), ['goBackwards', 'mask']);
  t.end();
});

t.test('shrinks to the simplest call: a wrong gradient of a mean', (t) => {
  const wrongMean = defineOp<[x: Tensor], ResolvedReduction, ops.ReductionOptions>({
    name: 'wrongMean',
    resolve: (options, [x]) => resolveReduction('wrongMean', options, x),
    shape: ([x], options) => reducedShape(x, options),
    forward: ([x], { axes, keepDims }) => ops.mean(x, { axis: axes, keepDims }),
    // dy, not dy / n
    gradient: ({ inputs: [x], gradients: [dy], options: { axes } }) => [
      () => ops.broadcastTo(withReducedAxes(dy, x.shape, axes), x.shape),
    ],
  });
  const { x, options } = smallest(reductions.mean(), (call) => {
    gradcheck((input: Tensor) => wrongMean(input, call.options), [call.x]);
  });
  t.strictSame([x.shape, [...x.data], options], [[2], [0, 0], {}]);
  t.end();
});

t.test('shrinks to the simplest call: a gradient that a recurrence loses', (t) => {
  const { x, recurrentKernel } = smallest(recurrent.simpleRnn(), (call) => {
    // The gradient of the recurrent kernel is kept from flowing: wrong wherever a state meets it.
    gradcheck(
      (kernel: Tensor) => {
        const lost = ops.add(ops.stopGradient(kernel), ops.mul(kernel, 0));
        return ops.simpleRnn(call.x, call.kernel, lost, call.bias, call.options).sequence;
      },
      [call.recurrentKernel],
    );
  });
  t.ok(x.size <= 2, `the shape is ${formatShape(x.shape)}`);
  t.strictSame(recurrentKernel.shape, [1, 1]);
  t.end();
});
