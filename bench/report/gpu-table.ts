/** The tables of the graphics card as text. */
import { timeOf, type GpuResults } from './results.ts';
import { align, formatDifference, formatTime, type Kind } from './table.ts';

/** Whose times are compared, where both are measured: the head of the column, ours, the other's. */
const COMPARED: readonly (readonly [head: string, ours: string, other: string])[] = [
  ['webgpu vs tfjs', 'gradtape webgpu', 'tfjs webgpu'],
  ['webgl2 vs tfjs', 'gradtape webgl2', 'tfjs webgl'],
  ['webgpu vs wasm', 'gradtape webgpu', 'gradtape wasm'],
];

/** All medians in ms, and how many times as fast ours are; without transfers also the differences of results. */
export function gpuTable({ engines, rows }: GpuResults, kind: Kind): string {
  const names = engines.map(({ name }) => name);
  const compared = COMPARED.filter(([, ours, other]) => names.includes(ours) && names.includes(other));
  const resident = kind === 'milliseconds';
  const heads = ['workload', ...names, ...compared.map(([head]) => head)];
  if (resident) heads.push('agreement');
  const lines = rows.map((row) => {
    const cells = [row.workload, ...names.map((name) => formatTime(timeOf(row, name, kind)))];
    for (const [, ours, other] of compared) cells.push(formatRatio(timeOf(row, other, kind), timeOf(row, ours, kind)));
    if (resident) cells.push(formatDifference(row));
    return cells;
  });
  return align([heads, ...lines]);
}

function formatRatio(time: number | undefined, ours: number | undefined): string {
  if (time === undefined || ours === undefined) return '-';
  const ratio = time / ours;
  return `${ratio < 0.1 ? ratio.toPrecision(1) : ratio.toFixed(2)}x`;
}
