/**
 * Every kernel's form for a graphics card. A table of its own rather than a field of each kernel: bundles that never
 * import `gradtape/gpu` then hold none of it.
 */
import { activated } from './activated.ts';
import { batchNormRows } from './batchnorm/gpu.ts';
import type { GpuCall, Kernel } from './contract.ts';
import { concatRows } from './concat/gpu.ts';
import { conv1dRows } from './conv1d/gpu.ts';
import { conv2dRows } from './conv2d/gpu.ts';
import { crossEntropyRows } from './cross-entropy/gpu.ts';
import { depthwiseRows } from './depthwise/gpu.ts';
import type { BroadcastGeometry } from './elementwise/broadcast.ts';
import { isFused } from './elementwise/fused.ts';
import { gpuExpressions } from './elementwise/gpu-expressions.ts';
import { elementwiseRows, fusedCall } from './elementwise/gpu.ts';
import type { GpuForm, GpuRow, GpuStore, GpuStoringForm } from './gpu-form.ts';
import { sourcesOf } from './gpu-math.ts';
import { gatherRows } from './gather/gpu.ts';
import { gruRows } from './gru/gpu.ts';
import { lstmRows } from './lstm/gpu.ts';
import { matmulRows } from './matmul/gpu.ts';
import { optimizerRows } from './optimizer/gpu.ts';
import { padRows } from './pad/gpu.ts';
import { poolRows } from './pool/gpu.ts';
import { randomRows } from './random/gpu.ts';
import { reduceRows } from './reduce/gpu.ts';
import { reverseRows } from './reverse/gpu.ts';
import { simpleRnnRows } from './simple-rnn/gpu.ts';
import { sliceRows } from './slice/gpu.ts';
import { softmaxRows } from './softmax/gpu.ts';
import { transposeRows } from './transpose/gpu.ts';

const rows: readonly GpuRow[] = [
  ...batchNormRows,
  ...concatRows,
  ...conv1dRows,
  ...conv2dRows,
  ...crossEntropyRows,
  ...depthwiseRows,
  ...elementwiseRows,
  ...gatherRows,
  ...gruRows,
  ...lstmRows,
  ...matmulRows,
  ...optimizerRows,
  ...padRows,
  ...poolRows,
  ...randomRows,
  ...reduceRows,
  ...reverseRows,
  ...simpleRnnRows,
  ...sliceRows,
  ...softmaxRows,
  ...transposeRows,
];

const forms: ReadonlyMap<Kernel, GpuForm> = new Map(rows.map(([kernel, form]) => [kernel, form]));
const storing: ReadonlyMap<Kernel, GpuStoringForm | undefined> = new Map(
  rows.map(([kernel, , form]) => [kernel, form]),
);

/** The passes of one kernel call; undefined for a kernel without a form. */
export function gpuCallOf(kernel: Kernel, geometry: unknown, present: readonly boolean[]): GpuCall | undefined {
  if (isFused(kernel)) return fusedCall(kernel, geometry as BroadcastGeometry);
  const form = forms.get(kernel) as GpuForm<unknown> | undefined;
  return form ? form(geometry, present) : kernel.gpu?.(geometry, present);
}

/** A kernel that applies the element-wise one of one operand behind it to what it stores; undefined where it cannot. */
export function gpuActivated(kernel: Kernel, activation: Kernel): Kernel | undefined {
  const form = storing.get(kernel) as GpuStoringForm<unknown> | undefined;
  const expression = gpuExpressions.get(activation);
  if (!form || !expression) return undefined;
  const store: GpuStore = { expression: (value) => expression.of(value), functions: sourcesOf(expression.uses) };
  return activated(kernel, activation, { gpu: (geometry, present) => form(geometry, present, store) });
}
