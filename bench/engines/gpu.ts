/**
 * GPU.js in its WebAssembly mode, which needs no GPU. It keeps no operand between calls: every call copies typed arrays in
 * and out, also in the table without transfers. One kernel by hand, the product.
 */
import type { Engine } from './engine.ts';
import { importPeer, versionOf } from './peer.ts';

type Kernel = (a: Float32Array, b: Float32Array) => Float32Array;

interface Gpu {
  createKernel(source: string, options: object): Kernel & { destroy(): void };
  destroy(): Promise<void>;
}

// Index variables are float32 inside kernels: half a cell keeps the division on the safe side.
const PRODUCT = `function (a, b) {
  const row = Math.floor((this.thread.x + 0.5) / this.constants.size);
  const column = this.thread.x - row * this.constants.size;
  let sum = 0;
  for (let k = 0; k < this.constants.size; k++) {
    sum += a[row * this.constants.size + k] * b[k * this.constants.size + column];
  }
  return sum;
}`;

export async function gpuJs(): Promise<Engine> {
  const { GPU } = await importPeer<{ GPU: new (options: { mode: string }) => Gpu }>('gpu.js');
  return {
    name: 'gpu.js webasm',
    version: versionOf('gpu.js'),
    role: 'peer',
    slow: 0.5,
    prepare: async (workload) => {
      if (workload.kind !== 'matmul' || workload.transposeA || workload.transposeB) return 'no kernel of its own';
      const [a, b] = workload.operands();
      const size = a!.shape[0] ?? 0;
      const gpu = new GPU({ mode: 'webasm' });
      const kernel = gpu.createKernel(PRODUCT, {
        output: [size * size],
        constants: { size },
        loopMaxIterations: size,
      });
      const run = (): readonly Float32Array[] => [kernel(a!.data, b!.data)];
      return { run, transfer: run, dispose: () => gpu.destroy() };
    },
  };
}
