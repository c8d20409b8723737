/** Rows of the ops that move or rename elements and compute nothing. */
import fc from 'fast-check';
import * as ops from '../../../../src/ops/index.ts';
import { sizeOf, type Shape } from '../../../../src/tensor/shape.ts';
import { ones, type Tensor } from '../../../../src/tensor/tensor.ts';
import { axisOf, shapes, smallInteger, tensorOf, tensorsOf } from '../../../../src/testing/arbitraries/tensors.ts';
import { allIndices } from '../references.ts';
import type { OpCase, OpRow, RefusedCall } from '../../../../src/testing/op-row.ts';

/** One drawn call on one tensor: what it does, and where the element at some indices of the result comes from. */
interface Move {
  readonly call: (x: Tensor) => Tensor;
  readonly shape: Shape;
  /** Undefined for an element that x does not have. */
  readonly source: (indices: readonly number[]) => readonly number[] | undefined;
  readonly describe: string;
}

const caseOf = (shape: Shape, move: fc.Arbitrary<Move>): fc.Arbitrary<OpCase> =>
  fc
    .record({ x: tensorOf(shape, smallInteger()), move })
    .map(({ x, move: { call, shape: target, source, describe } }): OpCase => ({
      inputs: [x],
      call: (one) => call(one as Tensor),
      describe,
      expected: () =>
        allIndices(target).map((indices) => {
          const from = source(indices);
          return from === undefined ? 7 : x.at(...from);
        }),
    }));

/** Ops that are linear: small integers are as good as any other values. */
const row = (op: string, arbitrary: fc.Arbitrary<OpCase>, refused: readonly RefusedCall[]): OpRow => ({
  op,
  arbitrary,
  integerArbitrary: arbitrary,
  secondOrder: true,
  refused,
});

const aliasCase = (shape: Shape, call: (x: Tensor) => Tensor, describe: string): fc.Arbitrary<OpCase> =>
  tensorOf(shape, smallInteger()).map((x): OpCase => ({
    inputs: [x],
    call: (one) => call(one as Tensor),
    describe,
    expected: () => x.data,
  }));

const reshapeCase = shapes({ maxRank: 4 }).chain((shape) =>
  fc
    .record({ order: fc.shuffledSubarray([...shape], { minLength: shape.length }), infer: fc.boolean() })
    .chain(({ order, infer }) => {
      const target = infer && order.length > 0 ? order.with(0, -1) : order;
      return aliasCase(shape, (x) => ops.reshape(x, target), infer ? 'a size inferred' : 'all sizes given');
    }),
);

const expandCase = shapes({ maxRank: 3 }).chain((shape) =>
  fc
    .integer({ min: -shape.length - 1, max: shape.length })
    .chain((axis) => aliasCase(shape, (x) => ops.expandDims(x, axis), `rank ${shape.length}`)),
);

const squeezeCase = shapes({ maxRank: 4, maxSize: 2 }).chain((shape) =>
  fc
    .option(fc.subarray([...shape.keys()].filter((axis) => shape[axis] === 1)), { nil: undefined })
    .chain((axis) =>
      aliasCase(shape, (x) => ops.squeeze(x, axis === undefined ? {} : { axis }), axis ? 'axes named' : 'all axes'),
    ),
);

const flattenCase = shapes({ minRank: 1 }).chain((shape) =>
  fc
    .integer({ min: 0, max: shape.length })
    .chain((startAxis) => aliasCase(shape, (x) => ops.flatten(x, { startAxis }), `from axis ${startAxis}`)),
);

const transposeCase = shapes({ maxRank: 4 }).chain((shape) =>
  caseOf(
    shape,
    fc
      .option(fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }), { nil: undefined })
      .map((permutation): Move => {
        const order = permutation ?? [...shape.keys()].reverse();
        return {
          call: (x) => ops.transpose(x, permutation ? { permutation } : {}),
          shape: order.map((axis) => shape[axis] ?? 0),
          source: (indices) => shape.map((_, axis) => indices[order.indexOf(axis)] ?? 0),
          describe: `rank ${shape.length}, ${permutation ? 'a permutation' : 'all axes reversed'}`,
        };
      }),
  ),
);

const reverseCase = shapes({ maxRank: 3 }).chain((shape) =>
  caseOf(
    shape,
    fc.option(fc.subarray([...shape.keys()]), { nil: undefined }).map((axis): Move => ({
      call: (x) => ops.reverse(x, axis ? { axis } : {}),
      shape,
      source: (indices) =>
        indices.map((index, one) => (axis === undefined || axis.includes(one) ? (shape[one] ?? 0) - 1 - index : index)),
      describe: `rank ${shape.length}, ${axis?.length ?? 'all'} axes`,
    })),
  ),
);

const tileCase = shapes({ maxRank: 3 }).chain((shape) =>
  caseOf(
    shape,
    fc
      .array(fc.integer({ min: 1, max: 3 }), { minLength: shape.length, maxLength: shape.length })
      .map((repeats): Move => ({
        call: (x) => ops.tile(x, repeats),
        shape: shape.map((length, axis) => length * (repeats[axis] ?? 1)),
        source: (indices) => indices.map((index, axis) => index % (shape[axis] ?? 1)),
        describe: `rank ${shape.length}`,
      })),
  ),
);

/** One block per axis: its first index, its size, and whether each is written the other way (from the end, -1). */
const blocksIn = (
  shape: Shape,
): fc.Arbitrary<readonly { begin: number; size: number; fromEnd: boolean; toEnd: boolean }[]> =>
  fc.tuple(
    ...shape.map((length) =>
      fc.integer({ min: 0, max: length - 1 }).chain((begin) =>
        fc.record({
          begin: fc.constant(begin),
          size: fc.integer({ min: 1, max: length - begin }),
          fromEnd: fc.boolean(),
          toEnd: fc.boolean(),
        }),
      ),
    ),
  );

const sliceCase = shapes({ maxRank: 4 }).chain((shape) =>
  caseOf(
    shape,
    blocksIn(shape).map((blocks): Move => {
      const begin = blocks.map((block, axis) => (block.fromEnd ? block.begin - (shape[axis] ?? 0) : block.begin));
      const size = blocks.map(({ size: length, toEnd }) => (toEnd ? -1 : length));
      return {
        call: (x) => ops.slice(x, begin, size),
        shape: blocks.map((block, axis) => (block.toEnd ? (shape[axis] ?? 0) - block.begin : block.size)),
        source: (indices) => indices.map((index, axis) => index + (blocks[axis]?.begin ?? 0)),
        describe: `rank ${shape.length}`,
      };
    }),
  ),
);

const padCase = shapes({ maxRank: 3 }).chain((shape) =>
  caseOf(
    shape,
    fc
      .tuple(...shape.map(() => fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 }))))
      .map((paddings): Move => ({
        call: (x) => ops.pad(x, { paddings, value: 7 }),
        shape: shape.map((length, axis) => length + (paddings[axis]?.[0] ?? 0) + (paddings[axis]?.[1] ?? 0)),
        source: (indices) => {
          const from = indices.map((index, axis) => index - (paddings[axis]?.[0] ?? 0));
          return from.every((index, axis) => index >= 0 && index < (shape[axis] ?? 0)) ? from : undefined;
        },
        describe: `rank ${shape.length}`,
      })),
  ),
);

const concatCase: fc.Arbitrary<OpCase> = shapes({ minRank: 1, maxRank: 3 })
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      axis: axisOf(shape),
      sizes: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
    }),
  )
  .chain(({ shape, axis, sizes }) => {
    const at = axis < 0 ? axis + shape.length : axis;
    return tensorsOf(
      sizes.map((size) => shape.with(at, size)),
      smallInteger(),
    ).map((inputs): OpCase => ({
      inputs,
      call: (...tensors) => ops.concat(tensors, { axis }),
      describe: `${sizes.length} tensors, axis ${at}`,
      expected: () =>
        allIndices(shape.with(at, sizeOf([sizes.reduce((sum, size) => sum + size, 0)]))).map((indices) => {
          let index = indices[at] ?? 0;
          let which = 0;
          while (index >= (sizes[which] ?? Infinity)) index -= sizes[which++] ?? 0;
          return inputs[which]?.at(...indices.with(at, index)) ?? NaN;
        }),
    }));
  });

const stackCase: fc.Arbitrary<OpCase> = fc
  .record({ shape: shapes({ maxRank: 3 }), count: fc.integer({ min: 1, max: 3 }) })
  .chain(({ shape, count }) =>
    fc
      .record({
        axis: fc.integer({ min: -shape.length - 1, max: shape.length }),
        inputs: tensorsOf(new Array<Shape>(count).fill(shape), smallInteger()),
      })
      .map(({ axis, inputs }): OpCase => {
        const at = axis < 0 ? axis + shape.length + 1 : axis;
        return {
          inputs,
          call: (...tensors) => ops.stack(tensors, { axis }),
          describe: `${count} tensors, rank ${shape.length}`,
          expected: () =>
            allIndices(shape.toSpliced(at, 0, count)).map(
              (indices) => inputs[indices[at] ?? 0]?.at(...indices.toSpliced(at, 1)) ?? NaN,
            ),
        };
      }),
  );

const splitCase: fc.Arbitrary<OpCase> = shapes({ minRank: 1, maxRank: 3 })
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      axis: axisOf(shape),
      sizes: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
      equal: fc.boolean(),
    }),
  )
  .chain(({ shape, axis, sizes, equal }) => {
    const at = axis < 0 ? axis + shape.length : axis;
    const parts = equal ? sizes.length : sizes;
    const total = equal ? sizes.length * 2 : sizes.reduce((sum, size) => sum + size, 0);
    const first = equal ? 2 : (sizes[0] ?? 0);
    return tensorOf(shape.with(at, total), smallInteger()).map((x): OpCase => ({
      inputs: [x],
      call: (one) => ops.split(one as Tensor, parts, { axis }),
      describe: equal ? 'equal parts' : 'parts of given sizes',
      expected: () => allIndices(shape.with(at, first)).map((indices) => x.at(...indices)),
    }));
  });

export const rows: readonly OpRow[] = [
  row('reshape', reshapeCase, [
    {
      name: 'another number of elements',
      call: () => ops.reshape(ones([2, 3]), [4]),
      message: /reshape: \[2, 3\] has 6 elements and cannot become \[4\]: that takes 4/,
    },
    { name: 'two sizes of -1', call: () => ops.reshape(ones([4]), [-1, -1]), message: /one of them may be -1/ },
    {
      name: 'sizes that do not divide',
      call: () => ops.reshape(ones([4]), [3, -1]),
      message: /multiply to 3, which does not divide it/,
    },
    { name: '-1 beside 0', call: () => ops.reshape(ones([0, 2]), [0, -1]), message: /could be any/ },
  ]),
  row('expandDims', expandCase, [
    {
      name: 'an axis out of range',
      call: () => ops.expandDims(ones([2]), 2),
      message: /expandDims: axis 2 is out of range for rank 2/,
    },
  ]),
  row('squeeze', squeezeCase, [
    {
      name: 'an axis of another size',
      call: () => ops.squeeze(ones([2, 1]), { axis: 0 }),
      message: /squeeze: axis 0 of \[2, 1\] has the size 2/,
    },
  ]),
  row('flatten', flattenCase, [
    {
      name: 'fewer axes',
      call: () => ops.flatten(ones([])),
      message: /flatten: startAxis 1 does not fit the shape \[\]/,
    },
  ]),
  row('transpose', transposeCase, [
    {
      name: 'a permutation that misses an axis',
      call: () => ops.transpose(ones([2, 3]), { permutation: [0, 0] }),
      message: /transpose: the permutation \[0, 0\] does not fit the shape \[2, 3\]/,
    },
    {
      name: 'a permutation of another length',
      call: () => ops.transpose(ones([2, 3]), { permutation: [0] }),
      message: /It names each of the 2 axes once/,
    },
  ]),
  row('reverse', reverseCase, [
    {
      name: 'an axis out of range',
      call: () => ops.reverse(ones([2]), { axis: 1 }),
      message: /reverse: axis 1 is out of range/,
    },
  ]),
  row('tile', tileCase, [
    {
      name: 'another number of repeats',
      call: () => ops.tile(ones([2]), [2, 2]),
      message: /tile: the repeats \[2, 2\] do not fit the shape \[2\]/,
    },
  ]),
  row('slice', sliceCase, [
    {
      name: 'a block beyond the end',
      call: () => ops.slice(ones([2, 3]), [0, 2], [2, 2]),
      message: /slice: begin \[0, 2\] and size \[2, 2\] do not fit the shape \[2, 3\]: axis 1 has the indices 0 to 2/,
    },
    { name: 'too few axes', call: () => ops.slice(ones([2, 3]), [0]), message: /one of each for all 2 axes/ },
    {
      name: 'a begin before the start',
      call: () => ops.slice(ones([2]), [-3]),
      message: /axis 0 has the indices 0 to 1/,
    },
  ]),
  row('pad', padCase, [
    {
      name: 'too few pairs',
      call: () => ops.pad(ones([2, 3]), { paddings: [[1, 1]] }),
      message: /pad: the paddings \[\[1,1\]\] do not fit the shape \[2, 3\]/,
    },
    { name: 'negative cells', call: () => ops.pad(ones([2]), { paddings: [[-1, 0]] }), message: /slice\(\) cuts/ },
  ]),
  row('concat', concatCase, [
    {
      name: 'sizes that differ',
      call: () => ops.concat([ones([2, 3]), ones([2, 4])]),
      message: /concat: the shapes \[2, 3\], \[2, 4\] differ beyond axis 0/,
    },
    { name: 'an empty list', call: () => ops.concat([]), message: /concat: the list of tensors is empty/ },
  ]),
  row('stack', stackCase, [
    {
      name: 'shapes that differ',
      call: () => ops.stack([ones([2]), ones([3])]),
      message: /stack: the shapes \[2\], \[3\] differ/,
    },
    { name: 'an empty list', call: () => ops.stack([]), message: /stack: the list of tensors is empty/ },
  ]),
  row('split', splitCase, [
    {
      name: 'parts that do not divide',
      call: () => ops.split(ones([5]), 2),
      message: /split: axis 0 of \[5\] has the size 5, which does not make 2 equal parts/,
    },
    {
      name: 'sizes that do not add up',
      call: () => ops.split(ones([5]), [2, 2]),
      message: /does not make parts of \[2, 2\]/,
    },
    { name: 'no parts', call: () => ops.split(ones([5]), 0), message: /split: cannot make 0 parts/ },
  ]),
];
