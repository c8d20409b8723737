/** Kernels of a graphics card that apply the element-wise op behind them where they store. */
import t from 'tap';
import { conv1dKernel } from '../../kernels/conv1d/index.ts';
import { conv2dKernel } from '../../kernels/conv2d/index.ts';
import type { Kernel } from '../../kernels/contract.ts';
import { depthwiseConv2dKernel } from '../../kernels/depthwise/index.ts';
import { reluKernel, squareKernel, tanhKernel } from '../../kernels/elementwise/index.ts';
import { gpuActivated } from '../../kernels/gpu.ts';
import { matmulKernel } from '../../kernels/matmul/index.ts';
import { avgPoolKernel } from '../../kernels/pool/index.ts';
import { softmaxKernel } from '../../kernels/softmax/index.ts';
import { compile, ops, tensor, type Tensor } from '../../src/index.ts';
import { openGpuDevice } from '../../src/gpu.ts';
import { gpuCall, gpuModes, openGpuMemory, runOnGpu } from '../support/gpu-kernel.ts';
import { operand, prepare, uniform } from './numeric.ts';
import { requireSums } from './sums.ts';

const windows = { strides: [1, 2], dilationRate: [1, 1], padding: 'same', groups: 1 };
const steps = { stride: 2, dilationRate: 1, padding: 'valid', groups: 1 };
const product = { transposeA: false, transposeB: false };

const cases = [
  { kernel: matmulKernel, shapes: [[7, 30], [30, 9], [9]], output: [7, 9], options: product, passes: 1 },
  { kernel: matmulKernel, shapes: [[2, 3000], [3000, 3], [3]], output: [2, 3], options: product, passes: 2 },
  {
    kernel: conv2dKernel,
    shapes: [[2, 5, 6, 3], [3, 3, 3, 4], [4]],
    output: [2, 5, 3, 4],
    options: windows,
    passes: 1,
  },
  {
    kernel: conv1dKernel,
    shapes: [
      [2, 9, 3],
      [3, 3, 4],
    ],
    output: [2, 4, 4],
    options: steps,
    passes: 1,
  },
  {
    kernel: depthwiseConv2dKernel,
    shapes: [[2, 5, 6, 3], [3, 3, 3, 2], [6]],
    output: [2, 5, 3, 6],
    options: windows,
    passes: 1,
  },
];

for (const mode of await gpuModes()) {
  t.test(`mode ${mode}: relu behind a product or a convolution takes no pass of its own`, async (t) => {
    const memory = await openGpuMemory(mode);
    for (const { kernel, shapes, output, options, passes } of cases) {
      const activated = gpuActivated(kernel as Kernel, reluKernel as Kernel);
      if (!activated) throw new Error(`${kernel.name} is not activated`);
      t.equal(activated.name, `${kernel.name}+relu`);
      const draw = uniform(11);
      const operands = shapes.map((shape) => operand(shape, draw));
      t.equal(gpuCall(activated, operands, [output], options).passes.length, passes);
      const actual = await runOnGpu(memory, activated, operands, [output], options);
      t.ok(actual[0]?.includes(0) && actual[0].some((value) => value > 0), 'some results are cut off, some are not');
      requireSums(activated, operands, [output], options, { actual });
    }
  });

  t.test(`mode ${mode}: a function behind adds its own 4 units to the error of the sums`, async (t) => {
    const memory = await openGpuMemory(mode);
    for (const { kernel, shapes, output, options } of cases) {
      const activated = gpuActivated(kernel as Kernel, tanhKernel as Kernel);
      if (!activated) throw new Error(`${kernel.name} is not activated`);
      const draw = uniform(12);
      const operands = shapes.map((shape) => operand(shape, () => draw() / 4));
      const absolute = operands.map(({ shape, data }) => ({ shape, data: data.map(Math.abs) }));
      const [expected] = prepare(activated, operands, [output], options)(operands);
      const [sizes] = prepare(kernel as Kernel, operands, [output], options)(absolute);
      const [actual] = await runOnGpu(memory, activated, operands, [output], options);
      const terms = Math.sqrt(operands.reduce((count, { data }) => count + data.length, 0));
      const bound = (i: number): number => 2 ** -24 * (4 * terms * (sizes?.[i] ?? NaN) + 8);
      const far = [...(actual ?? [])].findIndex((value, i) => !(Math.abs(value - (expected?.[i] ?? NaN)) <= bound(i)));
      t.equal(far, -1, `${activated.name}: element ${far} is ${actual?.[far]}, not ${expected?.[far]}`);
    }
  });

  t.test(`mode ${mode}: programs run both as one, unless somebody else needs what is between`, async (t) => {
    const device = await openGpuDevice({ mode });
    const x = tensor([[1, -2, 3]]);
    const dispatches = async (f: (x: Tensor) => readonly Tensor[], expected: readonly number[][]): Promise<number> => {
      const program = compile(f, { device });
      await program(x);
      const before = device.gpu.dispatches;
      const results = await program(x);
      t.strictSame(
        results.map(({ data }) => [...data]),
        expected,
      );
      return device.gpu.dispatches - before;
    };
    const product = (x: Tensor): Tensor =>
      ops.matmul(
        x,
        tensor([
          [1, 2],
          [1, 1],
          [-1, 1],
        ]),
      );
    const one = await dispatches((x) => [product(x)], [[-4, 3]]);
    t.equal(await dispatches((x) => [ops.relu(product(x))], [[0, 3]]), one);
    t.equal(await dispatches((x) => [ops.square(product(x))], [[16, 9]]), one);
    const both = (x: Tensor): readonly Tensor[] => {
      const y = product(x);
      return [y, ops.relu(y)];
    };
    t.ok(
      (await dispatches(both, [
        [-4, 3],
        [0, 3],
      ])) > one,
    );
  });
}

t.test('behind other kernels nothing is applied on store', (t) => {
  t.equal(gpuActivated(avgPoolKernel as Kernel, squareKernel as Kernel), undefined);
  t.equal(gpuActivated(matmulKernel as Kernel, softmaxKernel as Kernel), undefined);
  t.end();
});
