import fc from 'fast-check';
import t from 'tap';
import * as elementwise from '../../kernels/elementwise/index.ts';
import type { ElementwiseKernel } from '../../kernels/elementwise/index.ts';
import * as math from '../../kernels/math.ts';
import { broadcastableTo, broadcastAt, build, outputsInPlace, outputsOf, RUNS, shapes, valuesOf } from './indexing.ts';

const unary: Record<string, (x: number) => number> = {
  neg: (x) => 0 - x,
  abs: (x) => (x < 0 ? -x : x),
  sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : x),
  exp: math.exp,
  log: math.log,
  log1p: math.log1p,
  expm1: math.expm1,
  sqrt: Math.sqrt,
  rsqrt: (x) => 1 / Math.sqrt(x),
  square: (x) => x * x,
  sin: math.sin,
  cos: math.cos,
  tanh: math.tanh,
  sigmoid: math.sigmoid,
  softplus: math.softplus,
  erf: math.erf,
  relu: (x) => (x > 0 || x !== x ? x : 0),
  floor: (x) => x - (((x % 1) + 1) % 1),
  reciprocal: (x) => 1 / x,
  broadcastTo: (x) => x,
};

const binary: Record<string, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: math.pow,
  maximum: (a, b) => (a > b ? a : b),
  minimum: (a, b) => (a < b ? a : b),
  equal: (a, b) => Number(a === b),
  notEqual: (a, b) => Number(a !== b),
  greater: (a, b) => Number(a > b),
  less: (a, b) => Number(a < b),
  greaterEqual: (a, b) => Number(a >= b),
  lessEqual: (a, b) => Number(a <= b),
  reluGrad: (dy, x) => (x > 0 ? dy : 0),
};

const ternary: Record<string, (condition: number, a: number, b: number) => number> = {
  where: (condition, a, b) => (condition !== 0 ? a : b),
};

const kernels = elementwise as unknown as Record<string, ElementwiseKernel>;
const f32 = Math.fround;
// Halves, because whole numbers do not show how a kernel rounds.
const arraysOf = valuesOf(fc.integer({ min: -8, max: 8 }).map((halves) => halves / 2));
/** Signed zeros are compared apart; here 0 equals -0. */
const plain = (values: readonly number[]): number[] => values.map((value) => value + 0);

t.test('every exported kernel has a row in a table of this test', (t) => {
  const rows = [unary, binary, ternary].flatMap((table) => Object.keys(table).map((name) => `${name}Kernel`));
  t.same(Object.keys(kernels).sort(), rows.sort());
  t.end();
});

for (const table of [unary, binary, ternary]) {
  for (const [name, f] of Object.entries(table)) {
    const kernel = kernels[`${name}Kernel`]!;
    const cases = shapes.chain((shape) =>
      fc.tuple(fc.constant(shape), ...Array.from({ length: f.length }, () => broadcastableTo(shape).chain(arraysOf))),
    );

    t.test(`${name} broadcasts like an index-by-index loop`, (t) => {
      fc.assert(
        fc.property(cases, ([shape, ...inputs]) => {
          const expected = build(shape, (index) =>
            (f as (...args: number[]) => number)(...inputs.map((input) => broadcastAt(input, index))),
          ).data;
          t.same(plain(outputsOf(kernel, inputs, [shape], undefined)[0]!), plain(expected.map(f32)));
          t.same(plain(outputsOf(kernel, inputs, [shape], undefined, Float64Array)[0]!), plain(expected));
        }),
        RUNS,
      );
      t.equal(kernel.name, name);
      t.end();
    });

    t.test(`${name} may overwrite each input of the output's size`, (t) => {
      const same = shapes.chain((shape) => fc.tuple(...Array.from({ length: f.length }, () => arraysOf(shape))));
      fc.assert(
        fc.property(same, (inputs) => {
          const shape = inputs[0]!.shape;
          const expected = outputsOf(kernel, inputs, [shape], undefined);
          for (const input of kernel.inPlace![0]!) {
            t.same(outputsInPlace(kernel, inputs, [shape], undefined, [input]), expected);
          }
        }),
        RUNS,
      );
      t.same(kernel.inPlace, [Array.from({ length: f.length }, (_, input) => input)]);
      t.end();
    });
  }
}

t.test('NaN passes through maximum, minimum and relu from either side', (t) => {
  const pair = (a: number, b: number) => [
    { shape: [1], data: [a] },
    { shape: [1], data: [b] },
  ];
  for (const kernel of [elementwise.maximumKernel, elementwise.minimumKernel]) {
    t.same(outputsOf(kernel, pair(NaN, 1), [[1]], undefined), [[NaN]]);
    t.same(outputsOf(kernel, pair(1, NaN), [[1]], undefined), [[NaN]]);
  }
  t.same(outputsOf(elementwise.reluKernel, [{ shape: [3], data: [NaN, -0, -Infinity] }], [[3]], undefined), [
    [NaN, 0, 0],
  ]);
  t.same(outputsOf(elementwise.equalKernel, pair(NaN, NaN), [[1]], undefined), [[0]]);
  t.end();
});

t.test('equal shapes and scalars run as one row', (t) => {
  const plan: ElementwiseKernel['plan'] = (inputs, outputs) => elementwise.addKernel.plan(inputs, outputs, undefined);
  t.equal(
    plan(
      [
        [4, 5, 6],
        [4, 5, 6],
      ],
      [[4, 5, 6]],
      undefined,
    ).walk.rows,
    1,
  );
  t.equal(plan([[4, 5, 6], []], [[4, 5, 6]], undefined).walk.rows, 1);
  t.equal(
    plan(
      [
        [4, 5, 6],
        [5, 6],
      ],
      [[4, 5, 6]],
      undefined,
    ).walk.rows,
    4,
  );
  t.equal(
    plan(
      [
        [4, 5, 6],
        [4, 1, 1],
      ],
      [[4, 5, 6]],
      undefined,
    ).walk.length,
    30,
  );
  t.equal(
    plan(
      [
        [4, 1, 6],
        [4, 1, 6],
      ],
      [[4, 1, 6]],
      undefined,
    ).walk.rows,
    1,
  );
  t.end();
});
