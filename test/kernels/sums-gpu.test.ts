/** Kernels that sum on a graphics card: sums that are long enough to be split, within the bound of float32. */
import t from 'tap';
import type { Kernel } from '../../kernels/contract.ts';
import { conv1dFilterGradKernel, conv1dKernel } from '../../kernels/conv1d/index.ts';
import { conv2dFilterGradKernel, conv2dInputGradKernel, conv2dKernel } from '../../kernels/conv2d/index.ts';
import {
  depthwiseConv2dKernel,
  depthwiseFilterGradKernel,
  depthwiseInputGradKernel,
} from '../../kernels/depthwise/index.ts';
import { matmulKernel } from '../../kernels/matmul/index.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import { gpuCall, gpuModes, openGpuMemory, runOnGpu } from '../support/gpu-kernel.ts';
import { operand, uniform, type Operand } from './numeric.ts';
import { requireSums } from './sums.ts';

interface Sums {
  readonly name: string;
  readonly passes: number;
  readonly kernel: Kernel;
  readonly shapes: readonly (Shape | undefined)[];
  readonly output: Shape;
  readonly options: unknown;
}

function sums<Options, Geometry>(
  name: string,
  passes: number,
  kernel: Kernel<Options, Geometry>,
  shapes: readonly (Shape | undefined)[],
  output: Shape,
  options: Options,
): Sums {
  return { name, passes, kernel: kernel as Kernel, shapes, output, options };
}

const plain = { transposeA: false, transposeB: false };
const x = [5, 30, 29, 4];
const y = [5, 15, 15, 6];
const filters = [5, 3, 2, 6];
const strided = { strides: [2, 2], dilationRate: [1, 1], padding: 'same', groups: 2 } as const;
const dilated = { strides: [1, 1], dilationRate: [3, 2], padding: 'same' } as const;
const steps = { stride: 1, dilationRate: 2, padding: 'causal', groups: 1 } as const;

const cases: readonly Sums[] = [
  sums('a product of matrices', 1, matmulKernel, [[37, 200], [200, 300], [300]], [37, 300], plain),
  sums(
    'more results than keep a card busy',
    1,
    matmulKernel,
    [
      [200, 700],
      [700, 200],
    ],
    [200, 200],
    plain,
  ),
  sums('few results, long sums', 2, matmulKernel, [[3, 5003], [5003, 5], [5]], [3, 5], plain),
  sums(
    'one result',
    2,
    matmulKernel,
    [
      [1, 20011],
      [20011, 1],
    ],
    [1, 1],
    plain,
  ),
  sums(
    'batches that broadcast',
    2,
    matmulKernel,
    [
      [2, 1, 2003, 3],
      [3, 4, 2003],
    ],
    [2, 3, 3, 4],
    {
      transposeA: true,
      transposeB: true,
    },
  ),
  sums('conv2d', 1, conv2dKernel, [x, filters, [6]], y, strided),
  sums('conv2dInputGrad', 1, conv2dInputGradKernel, [y, filters], x, strided),
  sums('conv2dFilterGrad', 2, conv2dFilterGradKernel, [x, y], filters, strided),
  sums(
    'conv2dFilterGrad of long lines',
    2,
    conv2dFilterGradKernel,
    [
      [1, 9, 203, 1],
      [1, 7, 201, 1],
    ],
    [3, 3, 1, 1],
    {
      ...strided,
      strides: [1, 1],
      padding: 'valid',
      groups: 1,
    },
  ),
  sums('conv1d', 1, conv1dKernel, [[2, 301, 70], [5, 70, 3], undefined], [2, 301, 3], steps),
  sums(
    'conv1dFilterGrad',
    2,
    conv1dFilterGradKernel,
    [
      [4, 301, 2],
      [4, 301, 3],
    ],
    [5, 2, 3],
    steps,
  ),
  sums('depthwiseConv2d', 1, depthwiseConv2dKernel, [[3, 20, 21, 3], [3, 3, 3, 2], [6]], [3, 20, 21, 6], dilated),
  sums(
    'depthwiseInputGrad',
    1,
    depthwiseInputGradKernel,
    [
      [3, 20, 21, 6],
      [3, 3, 3, 2],
    ],
    [3, 20, 21, 3],
    dilated,
  ),
  sums(
    'depthwiseFilterGrad',
    2,
    depthwiseFilterGradKernel,
    [
      [3, 20, 21, 3],
      [3, 20, 21, 6],
    ],
    [3, 3, 3, 2],
    dilated,
  ),
];

for (const mode of await gpuModes()) {
  t.test(`mode ${mode}: long sums are within the bound of float32`, async (t) => {
    const memory = await openGpuMemory(mode);
    for (const { name, passes, kernel, shapes, output, options } of cases) {
      const random = uniform(7);
      const operands: Operand[] = shapes.map((shape) => shape && operand(shape, random));
      t.equal(gpuCall(kernel, operands, [output], options).passes.length, passes, `${name}: ${passes} passes`);
      const actual = await runOnGpu(memory, kernel, operands, [output], options);
      requireSums(kernel, operands, [output], options, { actual });
    }
    t.equal(memory.liveBuffers, 0);
  });
}
