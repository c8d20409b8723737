/** The pooling kernels on a graphics card: maxima and their places exactly, means within the bound of float32. */
import t from 'tap';
import {
  avgPoolGradKernel,
  avgPoolKernel,
  maxPoolGradKernel,
  maxPoolKernel,
  poolGatherKernel,
} from '../../kernels/pool/index.ts';
import type { Kernel } from '../../kernels/contract.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import { gpuCall, gpuModes, openGpuMemory, runOnGpu } from '../support/gpu-kernel.ts';
import { convert, operand, prepare, uniform, type Operand } from './numeric.ts';
import { awkward, pooledShape, type Pool } from './pools.ts';
import { requireSums } from './sums.ts';

const base = { batch: 2, height: 9, width: 10, channels: 3 };

const pools: readonly Pool[] = [
  { ...base, poolSize: [2, 2], strides: [2, 2], padding: 'valid' },
  { ...base, poolSize: [3, 2], strides: [1, 3], padding: 'same' },
  { ...base, poolSize: [1, 2], strides: [3, 4], padding: 'valid' },
  { ...base, poolSize: [5, 5], strides: [3, 2], padding: 'same' },
  { ...base, width: 1, poolSize: [4, 1], strides: [2, 1], padding: 'same' },
  { batch: 1, height: 100, width: 64, channels: 2, poolSize: [100, 64], strides: [1, 1], padding: 'valid' },
];

for (const mode of await gpuModes()) {
  t.test(`mode ${mode}: pools and their gradients`, async (t) => {
    const memory = await openGpuMemory(mode);
    const run = (kernel: Kernel<Pool>, operands: readonly Operand[], shape: Shape, pool: Pool, outputs = 1) => {
      const shapes = Array.from({ length: outputs }, () => shape);
      t.equal(gpuCall(kernel, operands, shapes, pool).passes.length, outputs, `${kernel.name}: a pass for each output`);
      return runOnGpu(memory, kernel, operands, shapes, pool);
    };
    for (const pool of pools) {
      const xShape = [pool.batch, pool.height, pool.width, pool.channels];
      const yShape = pooledShape(pool);
      const draw = uniform(9);
      const [x, dy] = [operand(xShape, awkward(draw)), operand(yShape, () => Math.round(draw() * 64) / 64)];
      const equal = async (kernel: Kernel<Pool>, operands: readonly Operand[], shape: Shape, outputs = 1) => {
        const actual = await run(kernel, operands, shape, pool, outputs);
        const shapes = actual.map(() => shape);
        const expected = prepare(kernel, operands, shapes, pool, Float32Array)(convert(operands, Float32Array));
        expected.forEach((values, output) => {
          const wrong = values.findIndex((value, i) => !Object.is(value + 0, (actual[output]?.[i] ?? 0) + 0));
          t.equal(wrong, -1, `${kernel.name} of ${pool.poolSize.join(' x ')}: output ${output}`);
        });
        return expected;
      };
      const [, places] = await equal(maxPoolKernel as Kernel<Pool>, [x], yShape, 2);
      const picked = { shape: yShape, data: places ?? new Float32Array() };
      await equal(poolGatherKernel as Kernel<Pool>, [x, picked], yShape);
      await equal(maxPoolGradKernel as Kernel<Pool>, [dy, picked], xShape);
      const terms = pool.poolSize[0] * pool.poolSize[1];
      const numbers = operand(xShape, draw);
      const [y, dx] = [avgPoolKernel as Kernel<Pool>, avgPoolGradKernel as Kernel<Pool>];
      requireSums(y, [numbers], [yShape], pool, { actual: await run(y, [numbers], yShape, pool), terms });
      requireSums(dx, [dy], [xShape], pool, { actual: await run(dx, [dy], xShape, pool), terms });
    }
  });
}
