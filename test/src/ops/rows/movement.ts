/** Rows of the ops that move or rename elements and compute nothing. */
import type fc from 'fast-check';
import * as ops from '../../../../src/ops/index.ts';
import type { Shape } from '../../../../src/tensor/shape.ts';
import { ones, type Tensor } from '../../../../src/tensor/tensor.ts';
import * as arbitraries from '../../../../src/testing/arbitraries/index.ts';
import type { OpCase, OpRow, RefusedCall } from '../../../../src/testing/op-row.ts';
import { optionsCode } from '../../../../src/testing/pasteable.ts';
import { allIndices } from '../references.ts';

const { smallInteger } = arbitraries;

/** The whole row of an op: what it is given as a case, how its calls are drawn, what they must cover. */
const row = <Call>(
  op: string,
  draw: (values: arbitraries.CallDraw) => fc.Arbitrary<Call>,
  caseOf: (call: Call) => OpCase,
  covers: NonNullable<OpRow['covers']>,
  refused: readonly RefusedCall[],
): OpRow => ({
  op,
  arbitrary: draw({}).map(caseOf),
  integerArbitrary: draw({ values: smallInteger() }).map(caseOf),
  secondOrder: true,
  covers,
  refused,
});

const list = (numbers: readonly number[]): string => `[${numbers.join(', ')}]`;
const front = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Exact results of ops that move elements: for each element of the result, the indices in x that it comes from. */
const moved = (
  x: Tensor,
  target: Shape,
  source: (indices: readonly number[]) => readonly number[] | undefined,
  otherwise = 0,
): number[] =>
  allIndices(target).map((indices) => {
    const from = source(indices);
    return from === undefined ? otherwise : x.at(...from);
  });

const reshapeCase = ({ x, shape }: arbitraries.ReshapeCall): OpCase => ({
  inputs: [x],
  call: (one) => ops.reshape(one as Tensor, shape),
  code: `reshape(a, ${list(shape)})`,
  domain: { inferred: shape.includes(-1), targetRank: shape.length },
  expected: () => x.data,
});

const expandCase = ({ x, axis }: arbitraries.ExpandDimsCall): OpCase => ({
  inputs: [x],
  call: (one) => ops.expandDims(one as Tensor, axis),
  code: axis === undefined ? 'expandDims(a)' : `expandDims(a, ${axis})`,
  domain: { axis },
  expected: () => x.data,
});

const squeezeCase = ({ x, options }: arbitraries.SqueezeCall): OpCase => ({
  inputs: [x],
  call: (one) => ops.squeeze(one as Tensor, options),
  options,
  domain: { axis: options.axis, form: formOf(options.axis) },
  expected: () => x.data,
});

const formOf = (axis: number | readonly number[] | undefined): string =>
  axis === undefined ? 'left out' : typeof axis === 'number' ? 'number' : 'list';

const flattenCase = ({ x, options }: arbitraries.FlattenCall): OpCase => ({
  inputs: [x],
  call: (one) => ops.flatten(one as Tensor, options),
  options,
  domain: { startAxis: options.startAxis },
  expected: () => x.data,
});

const transposeCase = ({ x, options }: arbitraries.TransposeCall): OpCase => ({
  inputs: [x],
  call: (one) => ops.transpose(one as Tensor, options),
  options,
  domain: { permutation: options.permutation },
  expected: () => {
    const order = options.permutation?.map((axis) => front(axis, x.rank)) ?? [...x.shape.keys()].reverse();
    const target = order.map((axis) => x.shape[axis] ?? 0);
    return moved(x, target, (indices) => x.shape.map((_, axis) => indices[order.indexOf(axis)] ?? 0));
  },
});

const reverseCase = ({ x, options }: arbitraries.ReverseCall): OpCase => ({
  inputs: [x],
  call: (one) => ops.reverse(one as Tensor, options),
  options,
  domain: { axis: options.axis, form: formOf(options.axis) },
  expected: () => {
    const axes = options.axis === undefined ? [...x.shape.keys()] : [options.axis].flat();
    const reversed = axes.map((axis) => front(axis, x.rank));
    return moved(x, x.shape, (indices) =>
      indices.map((index, axis) => (reversed.includes(axis) ? (x.shape[axis] ?? 0) - 1 - index : index)),
    );
  },
});

const tileCase = ({ x, repeats }: arbitraries.TileCall): OpCase => ({
  inputs: [x],
  call: (one) => ops.tile(one as Tensor, repeats),
  code: `tile(a, ${list(repeats)})`,
  domain: { repeats },
  expected: () => {
    const target = x.shape.map((length, axis) => length * (repeats[axis] ?? 1));
    return moved(x, target, (indices) => indices.map((index, axis) => index % (x.shape[axis] ?? 1)));
  },
});

const sliceCase = ({ x, begin, size }: arbitraries.SliceCall): OpCase => {
  const from = begin.map((index, axis) => front(index, x.shape[axis] ?? 0));
  const target = x.shape.map((length, axis) => {
    const wanted = size?.[axis] ?? -1;
    return wanted === -1 ? length - (from[axis] ?? 0) : wanted;
  });
  return {
    inputs: [x],
    call: (one) => ops.slice(one as Tensor, begin, size),
    code: `slice(a, ${list(begin)}${size ? `, ${list(size)}` : ''})`,
    domain: { begin, blockSize: size },
    expected: () => moved(x, target, (indices) => indices.map((index, axis) => index + (from[axis] ?? 0))),
  };
};

const padCase = ({ x, options }: arbitraries.PadCall): OpCase => ({
  inputs: [x],
  call: (one) => ops.pad(one as Tensor, options),
  options,
  expected: () => {
    const { paddings, value = 0 } = options;
    const target = paddings.map(([before, after], axis) => before + (x.shape[axis] ?? 0) + after);
    const source = (indices: readonly number[]): readonly number[] | undefined => {
      const from = indices.map((index, axis) => index - (paddings[axis]?.[0] ?? 0));
      return from.every((index, axis) => index >= 0 && index < (x.shape[axis] ?? 0)) ? from : undefined;
    };
    return moved(x, target, source, value);
  },
});

/** Ops on a list of tensors. */
const joinCase =
  (
    name: string,
    op: (tensors: readonly Tensor[], options: ops.AxisOptions) => Tensor,
    expected: (call: arbitraries.JoinCall) => number[],
  ) =>
  (call: arbitraries.JoinCall): OpCase => {
    const { tensors, options } = call;
    const names = tensors.map((_, index) => String.fromCharCode(97 + index));
    return {
      inputs: tensors,
      call: (...some) => op(some, options),
      options,
      code: `${name}([${names.join(', ')}], ${optionsCode(options)})`,
      domain: { tensors: tensors.length },
      expected: () => expected(call),
    };
  };

const concatCase = joinCase('concat', ops.concat, ({ tensors, options: { axis = 0 } }) => {
  const shape = tensors[0]?.shape ?? [];
  const at = front(axis, shape.length);
  const sizes = tensors.map((one) => one.shape[at] ?? 0);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return allIndices(shape.with(at, total)).map((indices) => {
    let index = indices[at] ?? 0;
    let which = 0;
    while (index >= (sizes[which] ?? Infinity)) index -= sizes[which++] ?? 0;
    return tensors[which]?.at(...indices.with(at, index)) ?? NaN;
  });
});

const stackCase = joinCase('stack', ops.stack, ({ tensors, options: { axis = 0 } }) => {
  const shape = tensors[0]?.shape ?? [];
  const at = front(axis, shape.length + 1);
  return allIndices(shape.toSpliced(at, 0, tensors.length)).map(
    (indices) => tensors[indices[at] ?? 0]?.at(...indices.toSpliced(at, 1)) ?? NaN,
  );
});

const splitCase = ({ x, parts, options }: arbitraries.SplitCall): OpCase => ({
  inputs: [x],
  call: (one) => ops.split(one as Tensor, parts, options),
  options,
  code: `split(a, ${typeof parts === 'number' ? parts : list(parts)}, ${optionsCode(options)})`,
  domain: { parts, form: formOf(parts) },
  expected: () => {
    const at = front(options.axis ?? 0, x.rank);
    const first = typeof parts === 'number' ? (x.shape[at] ?? 0) / parts : (parts[0] ?? 0);
    return moved(x, x.shape.with(at, first), (indices) => indices);
  },
});

const sizes = [0, 1, 2, 3, 4] as const;
const upToFour = [0, 1, 2, 3, 4] as const;
const upToThree = [0, 1, 2, 3] as const;
const bothWays = [-3, -2, -1, 0, 1, 2] as const;
/** Of 4 axes, from the front and the end. */
const allWays = [-4, -3, -2, -1, 0, 1, 2, 3] as const;

export const rows: readonly OpRow[] = [
  row(
    'reshape',
    arbitraries.reshape,
    reshapeCase,
    { inferred: [true, false], targetRank: upToFour, rank: upToFour, size: sizes },
    [
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
    ],
  ),
  row(
    'expandDims',
    arbitraries.expandDims,
    expandCase,
    { axis: ['default', ...bothWays], rank: upToThree, size: sizes },
    [
      {
        name: 'an axis out of range',
        call: () => ops.expandDims(ones([2]), 2),
        message: /expandDims: axis 2 is out of range for rank 2/,
      },
    ],
  ),
  row(
    'squeeze',
    arbitraries.squeeze,
    squeezeCase,
    { form: ['left out', 'number', 'list'], axis: ['default', ...allWays], rank: upToFour, size: [0, 1, 2] },
    [
      {
        name: 'an axis of another size',
        call: () => ops.squeeze(ones([2, 1]), { axis: 0 }),
        message: /squeeze: axis 0 of \[2, 1\] has the size 2/,
      },
    ],
  ),
  row(
    'flatten',
    arbitraries.flatten,
    flattenCase,
    { startAxis: ['default', 0, 1, 2, 3, 4], rank: [1, 2, 3, 4], size: sizes },
    [
      {
        name: 'fewer axes',
        call: () => ops.flatten(ones([])),
        message: /flatten: startAxis 1 does not fit the shape \[\]/,
      },
    ],
  ),
  row(
    'transpose',
    arbitraries.transpose,
    transposeCase,
    { permutation: ['default', ...allWays], rank: upToFour, size: sizes },
    [
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
    ],
  ),
  row(
    'reverse',
    arbitraries.reverse,
    reverseCase,
    { form: ['left out', 'number', 'list'], axis: ['default', 'none', ...allWays], rank: upToFour, size: sizes },
    [
      {
        name: 'an axis out of range',
        call: () => ops.reverse(ones([2]), { axis: 1 }),
        message: /reverse: axis 1 is out of range/,
      },
    ],
  ),
  row('tile', arbitraries.tile, tileCase, { repeats: [0, 1, 2, 3], rank: upToThree, size: upToThree }, [
    {
      name: 'another number of repeats',
      call: () => ops.tile(ones([2]), [2, 2]),
      message: /tile: the repeats \[2, 2\] do not fit the shape \[2\]/,
    },
  ]),
  row(
    'slice',
    arbitraries.slice,
    sliceCase,
    { begin: [...allWays], blockSize: ['default', -1, 0, 1, 2], rank: upToFour, size: sizes },
    [
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
    ],
  ),
  row(
    'pad',
    arbitraries.pad,
    padCase,
    { paddings: [0, 1, 2], value: [-2, -1, 0, 1, 2], rank: upToThree, size: sizes },
    [
      {
        name: 'too few pairs',
        call: () => ops.pad(ones([2, 3]), { paddings: [[1, 1]] }),
        message: /pad: the paddings \[\[1,1\]\] do not fit the shape \[2, 3\]/,
      },
      { name: 'negative cells', call: () => ops.pad(ones([2]), { paddings: [[-1, 0]] }), message: /slice\(\) cuts/ },
    ],
  ),
  row(
    'concat',
    arbitraries.concat,
    concatCase,
    { tensors: [1, 2, 3, 4], axis: bothWays, rank: [1, 2, 3], size: upToThree },
    [
      {
        name: 'sizes that differ',
        call: () => ops.concat([ones([2, 3]), ones([2, 4])]),
        message: /concat: the shapes \[2, 3\], \[2, 4\] differ beyond axis 0/,
      },
      { name: 'an empty list', call: () => ops.concat([]), message: /concat: the list of tensors is empty/ },
    ],
  ),
  row('stack', arbitraries.stack, stackCase, { tensors: [1, 2, 3], axis: allWays, rank: upToThree, size: upToThree }, [
    {
      name: 'shapes that differ',
      call: () => ops.stack([ones([2]), ones([3])]),
      message: /stack: the shapes \[2\], \[3\] differ/,
    },
    { name: 'an empty list', call: () => ops.stack([]), message: /stack: the list of tensors is empty/ },
  ]),
  row(
    'split',
    arbitraries.split,
    splitCase,
    { form: ['number', 'list'], parts: [0, 1, 2, 3], axis: bothWays, rank: [1, 2, 3], size: upToThree },
    [
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
    ],
  ),
];
