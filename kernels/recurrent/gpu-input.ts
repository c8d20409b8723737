/** The input's side of a recurrence on a graphics card: its product with the kernel for all steps, and the gradients. */
import type { GpuOperand } from '../contract.ts';
import { divide, unravel } from '../gpu-source.ts';
import { sumLines } from '../gpu-sum.ts';
import type { DropoutLayout } from './dropout.ts';
import type { GpuPasses, OperandName, PassOperand } from './gpu-passes.ts';

/**
 * Appends `(x * dropout) kernel + bias`, rows `[batch * steps, gateCount]` in time order.
 * @param bias lines that declare `offset`, the bias of column `i1`
 */
export function appendProjection(
  call: GpuPasses,
  { batch, steps, width, groups }: DropoutLayout,
  gateCount: number,
  dropout: GpuOperand | undefined,
  bias: (name: OperandName) => string,
): PassOperand {
  return call.add(batch * steps * gateCount, (name) => {
    const [x, kernel] = [name({ input: 0 }), name({ input: 1 })];
    const factors = dropout && name(dropout);
    const term = (j: string): string =>
      `${x}[i0 * ${width} + ${j}]${factors ? ` * ${factors}[factors + ${j}]` : ''} * ${kernel}[${j} * ${gateCount} + i1]`;
    return `${unravel('i', 'this.thread.x', [batch * steps, gateCount])}
${factors ? `${divide('sample', 'time', 'i0', steps)}\n${divide('group', 'unit', 'i1', gateCount / groups)}` : ''}
${factors ? `const factors = (sample * ${groups} + group) * ${width};` : ''}
${sumLines('sum', width, term)}
${bias(name)}
return sum + offset;`;
  });
}

/** The lines that `appendProjection` wants for one bias, or for none. */
export function plainBias(bias: GpuOperand | undefined): (name: OperandName) => string {
  return (name) => `let offset = ${bias ? `${name(bias)}[i1]` : '0'};`;
}

/** Appends `dx = (dGates kernelᵀ) * dropout` from rows of `rowSize` numbers, the first `gateCount` of which are dGates. */
export function appendInputGradient(
  call: GpuPasses,
  { batch, steps, width, groups }: DropoutLayout,
  gateCount: number,
  dropout: GpuOperand | undefined,
  dGates: PassOperand,
  rowSize: number,
): PassOperand {
  return call.add(batch * steps * width, (name) => {
    const columns = gateCount / groups;
    const sums = Array.from({ length: groups }, (_, group) => {
      const start = group * columns;
      const term = (j: string): string =>
        `${name(dGates)}[i0 * ${rowSize} + ${start} + ${j}] * ${name({ input: 1 })}[i1 * ${gateCount} + ${start} + ${j}]`;
      return sumLines(`sum${group}`, columns, term);
    });
    const factor = (group: number): string =>
      dropout ? ` * ${name(dropout)}[(sample * ${groups} + ${group}) * ${width} + i1]` : '';
    return `${unravel('i', 'this.thread.x', [batch * steps, width])}
${dropout ? divide('sample', 'time', 'i0', steps) : ''}
${sums.join('\n')}
return ${sums.map((_, group) => `sum${group}${factor(group)}`).join(' + ')};`;
  });
}
