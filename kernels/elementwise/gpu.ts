/** Element-wise kernels on a graphics card: a thread computes one element from one of each operand. */
import type { Kernel } from '../contract.ts';
import { gpuRow, singlePass, type GpuRow } from '../gpu-form.ts';
import { divide, unravel } from '../gpu-source.ts';
import type { BroadcastGeometry } from './broadcast.ts';
import { addKernel, broadcastToKernel, mulKernel, type ElementwiseKernel } from './index.ts';

/** The value of one element as an expression of the operands' values. */
type Expression = (...operands: readonly string[]) => string;

/** Lines that declare the position of element `this.thread.x` in each operand, and those positions. */
function positions({ walk }: BroadcastGeometry): { readonly lines: string; readonly at: readonly string[] } {
  const { length, sizes, steps, strides } = walk;
  const operands = steps.slice(1);
  if (sizes.length === 0) {
    return { lines: '', at: operands.map((step) => (step === 0 ? '0' : 'this.thread.x')) };
  }
  const lines = [divide('row', 'column', 'this.thread.x', length), unravel('i', 'row', [...sizes])].join('\n');
  const at = operands.map((step, operand) => {
    const terms = [...sizes.keys()].filter((axis) => strides[operand + 1]![axis] !== 0);
    return (
      [
        ...(step === 0 ? [] : [`column * ${step}`]),
        ...terms.map((axis) => `i${axis} * ${strides[operand + 1]![axis]}`),
      ].join(' + ') || '0'
    );
  });
  return { lines, at };
}

function elementwiseRow(kernel: ElementwiseKernel, expression: Expression): GpuRow {
  return gpuRow(kernel as Kernel<unknown, BroadcastGeometry>, (geometry) => {
    const { lines, at } = positions(geometry);
    const values = at.map((position, operand) => `a${operand}[${position}]`);
    return singlePass(`${lines}\nreturn ${expression(...values)};`, at.length, geometry.size);
  });
}

export const elementwiseRows: readonly GpuRow[] = [
  elementwiseRow(addKernel, (a, b) => `${a} + ${b}`),
  elementwiseRow(mulKernel, (a, b) => `${a} * ${b}`),
  elementwiseRow(broadcastToKernel, (a) => a!),
];
