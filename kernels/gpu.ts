/**
 * Every kernel's form for a graphics card. A table of its own rather than a field of each kernel: bundles that never
 * import `gradtape/gpu` then hold none of it.
 */
import type { GpuCall, Kernel } from './contract.ts';
import type { BroadcastGeometry } from './elementwise/broadcast.ts';
import type { GpuForm, GpuRow } from './gpu-form.ts';
import { crossEntropyRows } from './cross-entropy/gpu.ts';
import { isFused } from './elementwise/fused.ts';
import { elementwiseRows, fusedCall } from './elementwise/gpu.ts';
import { matmulRows } from './matmul/gpu.ts';
import { optimizerRows } from './optimizer/gpu.ts';
import { reduceRows } from './reduce/gpu.ts';
import { softmaxRows } from './softmax/gpu.ts';

const rows: readonly GpuRow[] = [
  ...crossEntropyRows,
  ...elementwiseRows,
  ...matmulRows,
  ...optimizerRows,
  ...reduceRows,
  ...softmaxRows,
];

const forms: ReadonlyMap<Kernel, GpuForm> = new Map(rows);

/** The passes of one kernel call; undefined for a kernel without a form. */
export function gpuCallOf(kernel: Kernel, geometry: unknown, present: readonly boolean[]): GpuCall | undefined {
  if (isFused(kernel)) return fusedCall(kernel.fused, geometry as BroadcastGeometry);
  const form = forms.get(kernel) as GpuForm<unknown> | undefined;
  return form ? form(geometry, present) : kernel.gpu?.(geometry, present);
}
