import fc from 'fast-check';
import t from 'tap';
import { gatherKernel, oneHotKernel, scatterAddKernel } from '../../kernels/gather/index.ts';
import { arraysOf, at, build, indicesOf, type NestedArray, outputsOf, RUNS, shapes } from './indexing.ts';
import { uniform } from './numeric.ts';
import { mixed, requireSameBits } from './same-bits.ts';

/** Indices of which about one in six is out of range or not whole. */
function indicesInto(length: number): fc.Arbitrary<NestedArray> {
  const good = fc.nat(Math.max(0, length - 1));
  const bad = fc.constantFrom(-1, length, 0.5, NaN, Infinity);
  return fc.tuple(fc.array(fc.nat(3), { maxLength: 2 })).chain(([shape]) =>
    fc
      .array(fc.oneof({ weight: 5, arbitrary: good }, { weight: 1, arbitrary: bad }), {
        minLength: indicesOf(shape).length,
        maxLength: indicesOf(shape).length,
      })
      .map((data) => ({ shape, data })),
  );
}

const isBad = (index: number, length: number): boolean => !Number.isInteger(index) || index < 0 || index >= length;
const flag = (indices: NestedArray, length: number): number[] => [
  1 + indices.data.findIndex((index) => isBad(index, length)),
];

const tables = shapes
  .filter((shape) => shape.length > 0)
  .chain((shape) => fc.tuple(arraysOf(shape), fc.nat(shape.length - 1)))
  .chain(([x, axis]) => fc.tuple(fc.constant(x), fc.constant(axis), indicesInto(x.shape[axis]!)));

t.test('gather picks x at the indices; a bad index reads zeros and raises the flag at its position', (t) => {
  fc.assert(
    fc.property(tables, ([x, axis, indices]) => {
      const rank = indices.shape.length;
      const shape = x.shape.toSpliced(axis, 1, ...indices.shape);
      const expected = build(shape, (index) => {
        const row = at(indices, index.slice(axis, axis + rank));
        return isBad(row, x.shape[axis]!) ? 0 : at(x, index.toSpliced(axis, rank, row));
      });
      const outputs = outputsOf(gatherKernel, [x, indices], [shape, [1]], { axis });
      t.same(outputs, [expected.data, flag(indices, x.shape[axis]!)]);
    }),
    { ...RUNS, numRuns: 300 },
  );
  t.end();
});

t.test('scatterAdd sums the updates of each index and ignores bad ones', (t) => {
  const cases = tables.chain(([x, axis, indices]) =>
    fc.tuple(
      fc.constant(x.shape),
      fc.constant(axis),
      fc.constant(indices),
      arraysOf(x.shape.toSpliced(axis, 1, ...indices.shape)),
    ),
  );
  fc.assert(
    fc.property(cases, ([shape, axis, indices, updates]) => {
      const expected = build(shape, (index) =>
        indicesOf(indices.shape)
          .filter((position) => at(indices, position) === index[axis])
          .reduce((sum, position) => sum + at(updates, index.toSpliced(axis, 1, ...position)), 0),
      );
      const outputs = outputsOf(scatterAddKernel, [indices, updates], [shape, [1]], { axis });
      t.same(outputs, [expected.data, flag(indices, shape[axis]!)]);
    }),
    { ...RUNS, numRuns: 300 },
  );
  t.end();
});

t.test('scatterAdd accumulates in double, in the order of positions', (t) => {
  const updates = [2 ** 24, ...Array.from({ length: 8 }, () => 0.25)];
  const indices = { shape: [9], data: updates.map(() => 1) };
  const outputs = outputsOf(scatterAddKernel, [indices, { shape: [9], data: updates }], [[2], [1]], { axis: 0 });
  t.same(outputs, [[0, 2 ** 24 + 2], [0]]);
  const ordered = { shape: [3], data: [2 ** 60, -(2 ** 60), 1] };
  const zeros = { shape: [3], data: [0, 0, 0] };
  t.same(outputsOf(scatterAddKernel, [zeros, ordered], [[1], [1]], { axis: 0 }, Float64Array), [[1], [0]]);
  t.end();
});

t.test('oneHot sets one element of each row, none for a bad index', (t) => {
  const cases = fc.nat(4).chain((depth) => fc.tuple(fc.constant(depth), indicesInto(depth)));
  fc.assert(
    fc.property(cases, ([depth, indices]) => {
      const shape = [...indices.shape, depth];
      const expected = build(shape, (index) => Number(at(indices, index.slice(0, -1)) === index.at(-1)));
      t.same(outputsOf(oneHotKernel, [indices], [shape, [1]], { depth }), [expected.data, flag(indices, depth)]);
    }),
    RUNS,
  );
  t.end();
});

/** Indices below the size and, when asked for, some that are not. */
function drawnIndices(shape: readonly number[], size: number, withBad: boolean) {
  const random = uniform(size + 7);
  const bad = [-1, size, 0.5, NaN, Infinity, -Infinity, 2 ** 31, -(2 ** 31)];
  const count = shape.reduce((product, length) => product * length, 1);
  const data = Float32Array.from({ length: count }, (_, k) => {
    if (size === 0 || (withBad && k % 5 === 3)) return bad[k % bad.length] ?? NaN;
    return Math.floor(((random() + 1) / 2) * size);
  });
  return { shape, data };
}

t.test('wasm gathers, adds and encodes with the bits of the cpu, for rows of every length', (t) => {
  for (const inner of [0, 1, 2, 3, 4, 5, 8, 15, 16, 17, 33, 64, 100]) {
    for (const [outer, size, count] of [
      [1, 10, 40],
      [3, 7, 5],
      [2, 1, 33],
      [1, 0, 3],
      [1, 5, 0],
      [0, 4, 3],
    ] as const) {
      for (const withBad of [false, true]) {
        const indices = drawnIndices([count], size, withBad);
        const table = [outer, size, inner];
        const picked = [outer, count, inner];
        requireSameBits(gatherKernel, [mixed(table), indices], [picked, [1]], { axis: 1 });
        requireSameBits(scatterAddKernel, [indices, mixed(picked)], [table, [1]], { axis: 1 });
      }
    }
  }
  for (const depth of [0, 1, 2, 3, 10, 17, 100]) {
    for (const count of [0, 1, 5, 64]) {
      for (const withBad of [false, true]) {
        requireSameBits(oneHotKernel, [drawnIndices([count], depth, withBad)], [[count, depth], [1]], { depth });
      }
    }
  }
  t.end();
});

t.test('wasm takes -0 for index 0', (t) => {
  const indices = { shape: [1], data: Float32Array.of(-0) };
  requireSameBits(gatherKernel, [mixed([3, 4]), indices], [[1, 4], [1]], { axis: 0 });
  requireSameBits(oneHotKernel, [indices], [[1, 4], [1]], { depth: 4 });
  t.end();
});
