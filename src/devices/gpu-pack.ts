/** The results of a run side by side in one buffer, so that one read brings all of them. */
import { joinCall } from '../../kernels/concat/gpu.ts';
import type { GpuOperand, GpuPass } from '../../kernels/contract.ts';
import { GPU_MOST_ELEMENTS } from '../../kernels/gpu-source.ts';
import type { GpuBuffer } from './gpu-memory.ts';

/** A pass that copies some slots one behind the other. */
interface PackPass {
  readonly pass: GpuPass;
  readonly operands: readonly number[];
  readonly result: number;
}

export interface Packed {
  readonly passes: readonly PackPass[];
  /** The slots to read: one, unless the results are too large for one buffer. */
  readonly slots: readonly number[];
  /** Fresh arrays, one for each result, from the buffers of `slots`, which it releases. */
  read(buffers: readonly GpuBuffer[]): Promise<Float32Array[]>;
}

/** @param makeSlot numbers a new buffer */
export function packResults(slots: readonly number[], sizes: readonly number[], makeSlot: () => number): Packed {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (slots.length < 2 || total > GPU_MOST_ELEMENTS) return { passes: [], slots, read: readAll };
  const call = joinCall(1, sizes);
  const results = call.passes.map(makeSlot);
  const slotOf = (operand: GpuOperand): number =>
    ('input' in operand ? slots[operand.input] : results[operand.pass]) as number;
  return {
    passes: call.passes.map((pass, index) => ({
      pass,
      operands: pass.operands.map(slotOf),
      result: results[index] as number,
    })),
    slots: results.slice(-1),
    async read(buffers) {
      const [all = new Float32Array(0)] = await readAll(buffers);
      let end = 0;
      return sizes.map((size) => all.slice(end, (end += size)));
    },
  };
}

async function readAll(buffers: readonly GpuBuffer[]): Promise<Float32Array[]> {
  try {
    return await Promise.all(buffers.map((buffer) => buffer.read()));
  } finally {
    for (const buffer of buffers) buffer.release();
  }
}
