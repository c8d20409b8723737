import fc from 'fast-check';
import t from 'tap';
import { transposeKernel } from '../../kernels/transpose/index.ts';
import { arraysOf, at, build, outputsOf, RUNS, shapes } from './indexing.ts';
import { mixed, requireSameBits } from './same-bits.ts';

t.test('output axis k is input axis permutation[k]', (t) => {
  const cases = fc
    .oneof(shapes, fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 4, maxLength: 5 }))
    .chain((shape) => fc.tuple(arraysOf(shape), fc.shuffledSubarray([...shape.keys()], { minLength: shape.length })));
  fc.assert(
    fc.property(cases, ([x, permutation]) => {
      const shape = permutation.map((axis) => x.shape[axis]!);
      const expected = build(shape, (index) =>
        at(
          x,
          x.shape.map((_, axis) => index[permutation.indexOf(axis)]!),
        ),
      );
      t.same(outputsOf(transposeKernel, [x], [shape], { permutation }), [expected.data]);
    }),
    { ...RUNS, numRuns: 300 },
  );
  t.end();
});

t.test('matrices larger than a tile, with ragged edges and in batches', (t) => {
  for (const [batch, rows, columns] of [
    [1, 33, 70],
    [3, 64, 5],
    [2, 1, 40],
  ] as const) {
    const x = build([batch, rows, columns], ([b, i, j]) => b! * 10000 + i! * 100 + j!);
    const expected = build([batch, columns, rows], ([b, j, i]) => b! * 10000 + i! * 100 + j!);
    t.same(outputsOf(transposeKernel, [x], [expected.shape], { permutation: [0, 2, 1] }), [expected.data]);
  }
  t.end();
});

t.test('tiles are used where the last axis moves, rows where it stays', (t) => {
  const kindOf = (permutation: number[], shape: number[]): string =>
    transposeKernel.plan([shape], [permutation.map((axis) => shape[axis]!)], { permutation }).kind;
  t.equal(kindOf([1, 0], [6, 5]), 'tiles');
  t.equal(kindOf([0, 2, 1], [4, 6, 5]), 'tiles');
  t.equal(kindOf([1, 0, 2], [4, 6, 5]), 'rows');
  t.equal(kindOf([1, 0], [6, 1]), 'rows');
  t.end();
});

t.test('wasm transposes matrices of every size with the bits of the cpu', (t) => {
  for (const rows of [0, 1, 3, 4, 5, 8, 15, 16, 17, 33]) {
    for (const columns of [0, 1, 2, 4, 7, 15, 16, 17, 20, 31, 64, 100]) {
      requireSameBits(transposeKernel, [mixed([rows, columns])], [[columns, rows]], { permutation: [1, 0] });
      requireSameBits(transposeKernel, [mixed([3, rows, columns])], [[3, columns, rows]], { permutation: [0, 2, 1] });
      requireSameBits(transposeKernel, [mixed([rows, 5, columns])], [[5, rows, columns]], { permutation: [1, 0, 2] });
    }
  }
  t.end();
});

t.test('wasm puts four axes into every order with the bits of the cpu', (t) => {
  const shape = [3, 5, 9, 6];
  const order = (left: readonly number[]): number[][] =>
    left.length === 0
      ? [[]]
      : left.flatMap((axis) => order(left.filter((one) => one !== axis)).map((o) => [axis, ...o]));
  for (const permutation of order([0, 1, 2, 3])) {
    requireSameBits(transposeKernel, [mixed(shape)], [permutation.map((axis) => shape[axis]!)], { permutation });
  }
  t.end();
});
