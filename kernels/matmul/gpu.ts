/**
 * Matrix product on a graphics card: one pass with a thread for each element of the result. Where results are few and
 * the sums long, threads sum pieces of them and a second pass adds up.
 */
import type { GpuCall, GpuPass } from '../contract.ts';
import { storingRow, type GpuRow, type GpuStore } from '../gpu-form.ts';
import { divide, unravel } from '../gpu-source.ts';
import { appendSum, sumLines } from '../gpu-sum.ts';
import { batchAxes } from './batch-axes.ts';
import type { MatmulGeometry } from './cpu.ts';
import { matmulKernel } from './index.ts';

function matmulCall(geometry: MatmulGeometry, [, , hasBias = false]: readonly boolean[], store: GpuStore): GpuCall {
  const { m, n, k, aDepth, bDepth, aStarts } = geometry;
  const passes: GpuPass[] = [];
  const last = appendSum(passes, {
    size: aStarts.length * m * n,
    count: k,
    operands: [{ input: 0 }, { input: 1 }],
    prepare: startLines(geometry),
    add: (name, first, count) =>
      sumLines(
        name,
        count,
        (p) => `a0[aStart + (${first} + ${p}) * ${aDepth}] * a1[bStart + (${first} + ${p}) * ${bDepth}]`,
      ),
    finish: {
      functions: store.functions,
      operands: hasBias ? [{ input: 2 }] : [],
      source: (operand) => `${hasBias ? `${divide('line', 'column', 'result', n)}\nsum += ${operand(0)}[column];` : ''}
return ${store.expression('sum')};`,
    },
  });
  return { passes, outputs: [last] };
}

/** Lines that declare where the row of A and the column of B of element `result` start. */
function startLines({ m, n, aRow, bColumn, aStarts, bStarts }: MatmulGeometry): string {
  const axes = batchAxes(aStarts, bStarts);
  const position = (steps: readonly number[]): string => steps.map((step, axis) => `i${axis} * ${step}`).join(' + ');
  return `${unravel('i', 'result', [...axes.map(({ length }) => length), m, n])}
const aStart = ${position([...axes.map(({ aStep }) => aStep), aRow])};
const bStart = ${position([...axes.map(({ bStep }) => bStep), 0, bColumn])};`;
}

export const matmulRows: readonly GpuRow[] = [storingRow(matmulKernel, matmulCall)];
