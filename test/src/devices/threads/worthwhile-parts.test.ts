/** Calls of the size at which threads are worth it are cut as threads cut them; one thread computes the same bits. */
import t from 'tap';
import { WasmDevice } from '../../../../src/devices/wasm-device.ts';
import * as ops from '../../../../src/ops/index.ts';
import { compile } from '../../../../src/tape/compile.ts';
import { grad } from '../../../../src/tape/grad.ts';
import type { Shape } from '../../../../src/tensor/shape.ts';
import { tensor, type Tensor } from '../../../../src/tensor/tensor.ts';
import { seededDraw } from '../../../support/mutated-bytes.ts';
import { ShuffledDevice } from '../../../support/shuffled-device.ts';

const draw = seededDraw(1);
const RANGE = 2 ** 20;

/** Numbers that fill a float32's digits, from -1 to 1. */
function values(shape: Shape): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return tensor(
    Float32Array.from({ length: size }, () => (2 * draw(RANGE)) / RANGE - 1),
    shape,
  );
}

/** Whole numbers below the size. */
function indices(count: number, size: number): Tensor {
  return tensor(Float32Array.from({ length: count }, () => draw(size)));
}

/** A case's inputs; it may list fewer, and then looks at no others. */
type Inputs = readonly [Tensor, Tensor, Tensor, Tensor];
type Call = (inputs: Inputs) => Tensor | readonly Tensor[];
type Case = readonly [name: string, call: Call, inputs: readonly Tensor[]];

/** The gradients of the sum of squares of a result. */
function gradients(call: (inputs: Inputs) => Tensor): Call {
  const loss = (...some: readonly Tensor[]): Tensor => ops.sum(ops.square(call(some as unknown as Inputs)));
  return (inputs) => grad(loss, { argnums: inputs.map((_, position) => position) as readonly number[] })(...inputs);
}

const batchNorm: readonly Case[] = [
  [4_000, 64],
  [9_001, 32],
  [2_005, 132],
  [60_003, 3],
].flatMap(([rows = 0, channels = 0]): Case[] => {
  const inputs = [[rows, channels], [channels], [channels]].map(values);
  const [mean, variance] = [values([channels]), ops.square(values([channels]))];
  const inference = ([x, gamma, beta]: Inputs): Tensor => ops.batchNormInference(x, gamma, beta, mean, variance);
  const shape = `[${rows}, ${channels}]`;
  return [
    [`batchNormTraining ${shape}`, ([x, g, b]) => Object.values(ops.batchNormTraining(x, g, b)) as Tensor[], inputs],
    [`its gradients ${shape}`, gradients(([x, g, b]) => ops.batchNormTraining(x, g, b).y), inputs],
    [`batchNormInference ${shape}`, inference, inputs],
    [`its gradients ${shape}`, gradients(inference), inputs],
  ];
});

const recurrent: readonly Case[] = [20, 72].flatMap((units): Case[] => {
  const operands = (gates: number, biases: Shape): readonly Tensor[] =>
    [[24, 9, 40], [40, gates * units], [units, gates * units], biases].map(values);
  const options = {
    mask: tensor(
      Float32Array.from({ length: 24 * 9 }, () => Math.min(1, draw(4))),
      [24, 9],
    ),
  };
  const lstm = ([x, k, r, b]: Inputs): Tensor => ops.lstm(x, k, r, b, options).sequence;
  const rnn = ([x, k, r, b]: Inputs): Tensor => ops.simpleRnn(x, k, r, b, options).sequence;
  const gru = ([x, k, r, b]: Inputs): Tensor => ops.gru(x, k, r, b, options).sequence;
  const gruBefore = ([x, k, r, b]: Inputs): Tensor => ops.gru(x, k, r, b, { ...options, resetAfter: false }).sequence;
  return [
    [`lstm of ${units} units`, gradients(lstm), operands(4, [4 * units])],
    [`gru of ${units} units`, gradients(gru), operands(3, [2, 3 * units])],
    [`gru of ${units} units, reset before`, gradients(gruBefore), operands(3, [3 * units])],
    [`simpleRnn of ${units} units`, gradients(rnn), operands(1, [units])],
  ];
});

/** Columns or rows of products are shared out, whichever of both operands has to be packed or turned. */
const products: readonly Case[] = [
  ['product by columns', ([a, b]) => ops.matmul(a, b), [values([70, 300]), values([300, 203])]],
  [
    'product by columns, b transposed',
    ([a, b]) => ops.matmul(a, b, { transposeB: true }),
    [values([70, 300]), values([203, 300])],
  ],
  ['product by rows', ([a, b]) => ops.matmul(a, b), [values([900, 130]), values([130, 21])]],
  [
    'product by rows, a transposed',
    ([a, b]) => ops.matmul(a, b, { transposeA: true }),
    [values([300, 203]), values([300, 90])],
  ],
  [
    'product by columns, a transposed',
    ([a, b]) => ops.matmul(a, b, { transposeA: true }),
    [values([300, 90]), values([300, 203])],
  ],
  ['products of a batch', ([a, b]) => ops.matmul(a, b), [values([9, 40, 50]), values([9, 50, 60])]],
  [
    'product with a bias',
    ([a, b, bias]) => ops.affine(a, b, bias),
    [values([70, 300]), values([300, 203]), values([203])],
  ],
];

const convolutions: readonly Case[] = [
  [16, 24],
  [5, 20],
].flatMap(([channels = 0, filters = 0]): Case[] => {
  const call = ([x, f, bias]: Inputs): Tensor => ops.conv2d(x, f, bias, { padding: 'same' });
  const inputs = [values([9, 20, 21, channels]), values([3, 3, channels, filters]), values([filters])];
  const pooled = ([x]: Inputs): Tensor => ops.maxPool2d(x, { poolSize: 2 });
  return [
    [`conv2d from ${channels} to ${filters} channels`, gradients(call), inputs],
    [`maxPool2d of ${channels} channels`, gradients(pooled), [values([17, 40, 41, channels])]],
  ];
});

const [rowsPicked, columnsPicked] = [indices(700, 301), indices(203, 203)];

const moved: readonly Case[] = [
  ['transpose of a matrix', ([x]) => ops.transpose(x), [values([301, 203])]],
  ['transpose of matrices', ([x]) => ops.transpose(x, { permutation: [0, 2, 1] }), [values([7, 101, 93])]],
  ['concat side by side', ([a, b]) => ops.concat([a, b], { axis: 1 }), [values([301, 80]), values([301, 123])]],
  ['concat one after the other', ([a, b]) => ops.concat([a, b], { axis: 0 }), [values([101, 200]), values([203, 200])]],
  [
    'pad',
    ([x]) =>
      ops.pad(x, {
        value: 0.5,
        paddings: [
          [3, 1],
          [0, 2],
          [1, 0],
        ],
      }),
    [values([11, 70, 73])],
  ],
  ['slice', ([x]) => ops.slice(x, [1, 2, 3], [9, 68, 70]), [values([11, 70, 73])]],
  ['reverse', ([x]) => ops.reverse(x, { axis: 1 }), [values([301, 203])]],
  ['argmax', ([x]) => ops.argmax(x, { axis: 1 }), [values([301, 203])]],
  ['gather of rows', gradients(([x]) => ops.gather(x, rowsPicked)), [values([301, 203])]],
  ['gather of columns', gradients(([x]) => ops.gather(x, columnsPicked, { axis: 1 })), [values([301, 203])]],
  ['oneHot', ([some]) => ops.oneHot(some, 203), [indices(301, 203)]],
];

const depthwise: readonly Case[] = [48, 80].map((channels): Case => {
  const call = ([x, filters]: Inputs): Tensor => ops.depthwiseConv2d(x, filters, { strides: 2, padding: 'same' });
  const inputs = [values([3, 29, 31, channels]), values([3, 5, channels, 1])];
  return [`depthwiseConv2d of ${channels} channels`, gradients(call), inputs];
});

const cases: readonly Case[] = [...products, ...convolutions, ...batchNorm, ...recurrent, ...moved, ...depthwise];

for (const [name, call, inputs] of cases) {
  t.test(name, async (t) => {
    const shared = new ShuffledDevice('shuffled', 1, false);
    const flat = (...some: readonly Tensor[]): readonly Tensor[] => [call(some as unknown as Inputs)].flat();
    const expected = await compile(flat, { device: new WasmDevice() as 'cpu' | WasmDevice })(...inputs);
    const got = await compile(flat, { device: shared as 'cpu' | WasmDevice })(...inputs);
    t.ok(shared.parts > 1, `${shared.parts} parts`);
    expected.forEach((result, k) => {
      const [before, after] = [result, got[k]].map((one) => new Int32Array(one?.data.slice().buffer ?? []));
      t.equal(
        before?.findIndex((bits, i) => bits !== after?.[i]),
        -1,
        `result ${k}`,
      );
    });
  });
}
