/** The default beside another kind of the same device as text. */
import { OURS, timeOf, type Results } from './results.ts';
import { align, formatDifference, formatTime } from './table.ts';

/** Medians in ms, how many times as fast the variant is, its rate, and how far the results are apart. */
export function variantTable({ rows }: Pick<Results, 'rows'>, variant: string): string {
  const heads = ['workload', OURS, variant, 'times as fast', 'GFLOP/s', 'agreement'];
  const lines = rows.map((row) => {
    const [plain, fast] = [OURS, variant].map((name) => timeOf(row, name, 'milliseconds'));
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
