/** Plain arithmetic beside fastMath as text. */
import { FAST_MATH, OURS, timeOf, type Results } from './results.ts';
import { align, formatDifference, formatTime } from './table.ts';

/** Medians in ms, how many times as fast fastMath is, its rate, and how far the results are apart. */
export function fastMathTable({ rows }: Pick<Results, 'rows'>): string {
  const heads = ['workload', OURS, FAST_MATH, 'times as fast', 'GFLOP/s', 'agreement'];
  const lines = rows.map((row) => {
    const [plain, fast] = [OURS, FAST_MATH].map((name) => timeOf(row, name, 'milliseconds'));
    const rate = row.flops !== undefined && fast !== undefined ? row.flops / fast / 1e6 : undefined;
    return [
      row.workload,
      formatTime(plain),
      formatTime(fast),
      plain !== undefined && fast !== undefined ? `${(plain / fast).toFixed(2)}x` : '-',
      rate?.toFixed(1) ?? '-',
      formatDifference(row),
    ];
  });
  return align([heads, ...lines]);
}
