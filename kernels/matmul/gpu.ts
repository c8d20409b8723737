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
  const { m, n, k, aRow, aDepth, bDepth, bColumn, aStarts, bStarts } = geometry;
  const axes = batchAxes(aStarts, bStarts);
  const [row, column] = [`i${axes.length}`, `i${axes.length + 1}`];
  const start = (steps: readonly number[], last: string): string =>
    [...steps.map((step, axis) => `i${axis} * ${step}`), last].join(' + ');
  const passes: GpuPass[] = [];
  const last = appendSum(passes, {
    size: aStarts.length * m * n,
    count: k,
    operands: [{ input: 0 }, { input: 1 }],
    prepare: `${unravel('i', 'result', [...axes.map(({ length }) => length), m, n])}
const aStart = ${start(
      axes.map(({ aStep }) => aStep),
      `${row} * ${aRow}`,
    )};
const bStart = ${start(
      axes.map(({ bStep }) => bStep),
      `${column} * ${bColumn}`,
    )};`,
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

export const matmulRows: readonly GpuRow[] = [storingRow(matmulKernel, matmulCall)];
