/** The results of a run side by side in one buffer, so that one read brings all of them. */
import type { GpuPass } from '../../kernels/contract.ts';
import { GPU_MOST_ELEMENTS, GPU_MOST_OPERANDS } from '../../kernels/gpu-source.ts';
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
  const passes: PackPass[] = [];
  let pieces = slots.map((slot, index) => ({ slot, size: sizes[index] as number })).filter(({ size }) => size > 0);
  while (pieces.length > 1) {
    const joined: typeof pieces = [];
    for (let start = 0; start < pieces.length; start += GPU_MOST_OPERANDS) {
      const group = pieces.slice(start, start + GPU_MOST_OPERANDS);
      const pass = packPass(group.map(({ size }) => size));
      const result = makeSlot();
      passes.push({ pass, operands: group.map(({ slot }) => slot), result });
      joined.push({ slot: result, size: pass.size });
    }
    pieces = joined;
  }
  return {
    passes,
    slots: pieces.map(({ slot }) => slot),
    async read(buffers) {
      const [all = new Float32Array(0)] = await readAll(buffers);
      let end = 0;
      return sizes.map((size) => all.slice(end, (end += size)));
    },
  };
}

function packPass(sizes: readonly number[]): GpuPass {
  const lines = ['const i = this.thread.x;', 'let value = 0;'];
  let start = 0;
  sizes.forEach((size, index) => {
    const end = start + size;
    lines.push(`if (i >= ${start}) { if (i < ${end}) { value = a${index}[i - ${start}]; } }`);
    start = end;
  });
  lines.push('return value;');
  return { source: lines.join('\n'), operands: sizes.map((_, input) => ({ input })), size: start };
}

async function readAll(buffers: readonly GpuBuffer[]): Promise<Float32Array[]> {
  try {
    return await Promise.all(buffers.map((buffer) => buffer.read()));
  } finally {
    for (const buffer of buffers) buffer.release();
  }
}
