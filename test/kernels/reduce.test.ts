import fc from 'fast-check';
import t, { type Test } from 'tap';
import * as reduce from '../../kernels/reduce/index.ts';
import { arraysOf, at, build, indicesOf, outputsOf, RUNS, shapes, type NestedArray } from './indexing.ts';
import { sizeOf, type Shape } from '../../src/tensor/shape.ts';
import { runOnWasm } from '../support/wasm-kernel.ts';
import { convert, operand, prepare, uniform } from './numeric.ts';
import { mixed, requireSameBits } from './same-bits.ts';

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const reductions: [reduce.ReduceKernel, (values: number[]) => number][] = [
  [reduce.sumKernel, (values) => values.reduce((sum, value) => sum + value, 0)],
  [reduce.prodKernel, (values) => values.reduce((product, value) => product * value, 1)],
  [reduce.maxKernel, (values) => Math.max(...values)],
  [reduce.minKernel, (values) => Math.min(...values)],
  [reduce.meanKernel, mean],
];
const plain = (values: readonly number[]): number[] => values.map((value) => value + 0);

const cases = fc
  .array(fc.integer({ min: 0, max: 3 }), { maxLength: 5 })
  .chain((shape) => fc.tuple(arraysOf(shape), fc.subarray([...shape.keys()])));

function checkReduction(
  t: Test,
  [kernel, fold]: (typeof reductions)[number],
  x: NestedArray,
  axes: readonly number[],
): void {
  const shape = x.shape.filter((_, axis) => !axes.includes(axis));
  const inner = indicesOf(axes.map((axis) => x.shape[axis]!));
  const expected = build(shape, (index) => {
    const picked = inner.map((reduced) => {
      const kept = index.values();
      return at(
        x,
        x.shape.map((_, axis) => (axes.includes(axis) ? reduced[axes.indexOf(axis)]! : kept.next().value!)),
      );
    });
    return fold(picked);
  }).data;
  t.same(plain(outputsOf(kernel, [x], [shape], { axes })[0]!), plain(expected.map(Math.fround)));
  t.same(plain(outputsOf(kernel, [x], [shape], { axes }, Float64Array)[0]!), plain(expected));
}

for (const reduction of reductions) {
  const [{ name }] = reduction;
  t.test(`${name} over any set of axes equals the fold of the picked elements`, (t) => {
    fc.assert(
      fc.property(cases, ([x, axes]) => checkReduction(t, reduction, x, axes)),
      { ...RUNS, numRuns: 300 },
    );
    t.end();
  });

  t.test(`${name} over each set of the axes of one shape, also where kept axes stand between and behind them`, (t) => {
    const shape = [2, 3, 2, 3, 2];
    // Powers of two: products of them are exact.
    const x = build(shape, (index) => 2 ** ((index.reduce((position, one) => 3 * position + one, 0) % 7) - 3));
    for (let set = 0; set < 2 ** shape.length; set++) {
      checkReduction(
        t,
        reduction,
        x,
        [...shape.keys()].filter((axis) => (set >> axis) % 2 === 1),
      );
    }
    t.end();
  });
}

t.test('sums accumulate in double: small terms survive beside a large one', (t) => {
  const column = [2 ** 24, ...Array.from({ length: 64 }, () => 0.25)];
  const expected = [2 ** 24 + 16];
  t.same(outputsOf(reduce.sumKernel, [{ shape: [65], data: column }], [[]], { axes: [0] }), [expected]);
  const twice = { shape: [65, 2], data: column.flatMap((value) => [value, value]) };
  t.same(outputsOf(reduce.sumKernel, [twice], [[2]], { axes: [0] }), [[...expected, ...expected]]);
  t.end();
});

t.test('a reduction over no elements gives its neutral value, the mean NaN', (t) => {
  const empty = { shape: [2, 0], data: [] };
  for (const [kernel, value] of [
    [reduce.sumKernel, 0],
    [reduce.prodKernel, 1],
    [reduce.maxKernel, -Infinity],
    [reduce.minKernel, Infinity],
    [reduce.meanKernel, NaN],
  ] as const) {
    t.same(outputsOf(kernel, [empty], [[2]], { axes: [1] }), [[value, value]]);
  }
  t.end();
});

t.test('NaN wins in max and min, whichever axis is reduced', (t) => {
  const x = { shape: [2, 2], data: [NaN, 1, 2, 3] };
  t.same(outputsOf(reduce.maxKernel, [x], [[2]], { axes: [0] }), [[NaN, 3]]);
  t.same(outputsOf(reduce.minKernel, [x], [[2]], { axes: [1] }), [[NaN, 2]]);
  t.end();
});

t.test('argmax finds the lowest position of the largest element', (t) => {
  const withAxis = shapes
    .filter((shape) => shape.length > 0)
    .chain((shape) => fc.tuple(arraysOf(shape), fc.nat(shape.length - 1)));
  fc.assert(
    fc.property(withAxis, ([x, axis]) => {
      const shape = x.shape.toSpliced(axis, 1);
      const expected = build(shape, (index) => {
        const picked = Array.from({ length: x.shape[axis]! }, (_, i) => at(x, index.toSpliced(axis, 0, i)));
        return Math.max(0, picked.indexOf(Math.max(...picked)));
      });
      t.same(outputsOf(reduce.argmaxKernel, [x], [shape], { axes: [axis] }), [expected.data]);
    }),
    RUNS,
  );
  t.end();
});

t.test('argmax takes the first NaN for the largest element', (t) => {
  for (const [data, position] of [
    [[1, NaN, 3, NaN], 1],
    [[NaN, 5, 6, 7], 0],
    [[-Infinity, -Infinity, -Infinity, NaN], 3],
    [[Infinity, Infinity, 0, 0], 0],
  ] as const) {
    t.same(outputsOf(reduce.argmaxKernel, [{ shape: [4], data }], [[]], { axes: [0] }), [[position]]);
  }
  t.end();
});

/** Shapes and axes around the edges of vectors and blocks: rows, columns, and kept axes between reduced ones. */
const SIZES = [0, 1, 2, 3, 4, 5, 8, 15, 16, 17, 31, 32, 33, 64, 100];
const spans: { readonly shape: Shape; readonly axes: readonly number[] }[] = [
  ...SIZES.flatMap((length) => [
    { shape: [length], axes: [0] },
    { shape: [length], axes: [] },
    { shape: [3, length], axes: [1] },
    { shape: [length, 3], axes: [1] },
    { shape: [5, length], axes: [0] },
    { shape: [length, 7], axes: [0] },
    { shape: [2, 9, length], axes: [1] },
    { shape: [2, length, 3], axes: [0, 2] },
    { shape: [3, 2, length], axes: [0, 2] },
    { shape: [3, 2, 5, length], axes: [0, 2] },
    { shape: [3, 2, 5, length], axes: [1, 3] },
    { shape: [2, 3, length, 2, 3], axes: [0, 2, 4] },
  ]),
  { shape: [3, 1025], axes: [0] },
  { shape: [2, 5, 2051], axes: [1] },
  { shape: [1, 4000, 1], axes: [1] },
];

const without = (shape: Shape, axes: readonly number[]): Shape => shape.filter((_, axis) => !axes.includes(axis));

t.test('max, min and prod on wasm have the bits of the cpu', (t) => {
  for (const { shape, axes } of spans) {
    const x = mixed(shape);
    for (const kernel of [reduce.maxKernel, reduce.minKernel]) {
      requireSameBits(kernel, [x], [without(shape, axes)], { axes });
    }
    // Around 1, so that products neither vanish nor overflow.
    const random = uniform(3);
    const factors = { shape, data: Float32Array.from(x.data, () => random() + 1.5) };
    requireSameBits(reduce.prodKernel, [factors], [without(shape, axes)], { axes });
    requireSameBits(reduce.prodKernel, [x], [without(shape, axes)], { axes });
  }
  t.end();
});

t.test('sums and means on wasm are float64 ones, rounded once', (t) => {
  for (const { shape, axes } of spans) {
    const x = convert([operand(shape, uniform(5))], Float32Array);
    const outputs = [without(shape, axes)];
    const count = sizeOf(axes.map((axis) => shape[axis]!));
    for (const [kernel, divisor] of [
      [reduce.sumKernel, 1],
      [reduce.meanKernel, count],
    ] as const) {
      const [actual] = runOnWasm(kernel, x, outputs, { axes });
      const wide = convert(x, Float64Array);
      const expected = Float64Array.from(prepare(kernel, wide, outputs, { axes })(wide)[0]!);
      const sizes = wide.map((one) => one && { shape, data: one.data.map(Math.abs) });
      const total = prepare(reduce.sumKernel, sizes, outputs, { axes })(sizes)[0]!;
      expected.forEach((value, i) => {
        // Half a unit of float32, and what the order of a sum in doubles can change.
        const bound = 2 ** -24 * Math.abs(value) + (count * 2 ** -52 * total[i]!) / divisor;
        const error = Math.abs(actual![i]! - value);
        if (!(error <= bound) && !Object.is(actual![i], value)) {
          t.fail(
            `${kernel.name} of [${shape.join()}] over ${axes.join()}: element ${i} is ${actual![i]}, not ${value}`,
          );
        }
      });
    }
  }
  t.end();
});

t.test('a sum on wasm is NaN or infinite where the cpu one is', (t) => {
  const at = (value: number, size: number, position: number) => {
    const data = new Float32Array(size).fill(1);
    data[position] = value;
    return data;
  };
  for (const value of [NaN, Infinity, -Infinity]) {
    for (const position of [0, 3, 17, 66]) {
      const rows = { shape: [67], data: at(value, 67, position) };
      t.same(runOnWasm(reduce.sumKernel, [rows], [[]], { axes: [0] })[0], [value]);
      requireSameBits(reduce.sumKernel, [{ ...rows, shape: [1, 67] }], [[67]], { axes: [0] });
    }
  }
  t.end();
});

t.test('argmax on wasm has the bits of the cpu, along rows and columns of every length', (t) => {
  for (const length of SIZES) {
    for (const seed of [1, 2, 3]) {
      // Few different values: many elements are the largest. One in forty is NaN, zero or infinite.
      const tied = (shape: Shape) => ({ shape, data: mixed(shape, seed).data.map((value) => Math.round(2 * value)) });
      for (const draw of [(shape: Shape) => mixed(shape, seed), tied]) {
        requireSameBits(reduce.argmaxKernel, [draw([length])], [[]], { axes: [0] });
        requireSameBits(reduce.argmaxKernel, [draw([9, length])], [[9]], { axes: [1] });
        requireSameBits(reduce.argmaxKernel, [draw([9, length])], [[length]], { axes: [0] });
        requireSameBits(reduce.argmaxKernel, [draw([2, length, 7])], [[2, 7]], { axes: [1] });
      }
    }
  }
  t.end();
});

t.test('argmax on wasm finds a lone largest element or NaN at each position', (t) => {
  for (let position = 0; position < 37; position++) {
    for (const value of [1, Infinity, NaN]) {
      const data = new Float32Array(37);
      data[position] = value;
      t.same(runOnWasm(reduce.argmaxKernel, [{ shape: [37], data }], [[]], { axes: [0] })[0], [position]);
    }
  }
  t.end();
});
