/** The two tables as text. */
import { bestPeer, OURS, timeOf, type Results, type Row } from './results.ts';

/** Without transfers, or with them. */
export type Kind = 'milliseconds' | 'withTransfers';

/** All medians in ms, and what follows from them. Without transfers also rate and first run. */
export function table(results: Results, kind: Kind): string {
  const { engines, peak } = results;
  const resident = kind === 'milliseconds';
  const heads = ['workload', ...engines.map(({ name }) => name), 'vs best peer'];
  if (resident) heads.push('GFLOP/s', '% of peak', 'first run', 'agreement');
  const lines = results.rows.map((row) => {
    const ours = timeOf(row, OURS, kind);
    const best = bestPeer(row, engines, kind);
    const cells = [row.workload, ...engines.map(({ name }) => formatTime(timeOf(row, name, kind)))];
    cells.push(ours !== undefined && best ? `${(best.milliseconds / ours).toFixed(2)}x ${best.name}` : '-');
    if (resident) {
      const rate = row.flops !== undefined && ours !== undefined ? row.flops / ours / 1e6 : undefined;
      cells.push(rate?.toFixed(1) ?? '-', rate === undefined ? '-' : `${((100 * rate) / peak).toFixed(0)} %`);
      cells.push(formatTime(row.firstRun), formatDifference(row));
    }
    return cells;
  });
  return align([heads, ...lines]);
}

/** Why cells are empty, one line for each engine and reason. */
export function reasons({ rows }: Pick<Results, 'rows'>): string {
  const places = new Map<string, string[]>();
  for (const { workload, cells } of rows) {
    for (const { engine, reason } of cells) {
      if (reason === undefined) continue;
      const key = `${engine}: ${reason}`;
      places.set(key, [...(places.get(key) ?? []), workload]);
    }
  }
  return [...places].map(([key, names]) => `${key} (${names.join('; ')})`).join('\n');
}

/** The times of a row in one line, for those who wait. */
export function timesOf({ cells }: Row): string {
  return cells.map(({ engine, milliseconds }) => `${engine} ${formatTime(milliseconds)}`).join(', ');
}

/** Three digits that count; microseconds as fractions of a ms. */
export function formatTime(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return '-';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(milliseconds)));
  return milliseconds.toFixed(Math.min(digits, 6));
}

/** The largest difference of all engines. */
export function formatDifference({ cells }: Row): string {
  const differences = cells.flatMap(({ difference }) => (difference === undefined ? [] : [difference]));
  return differences.length === 0 ? '-' : Math.max(...differences).toExponential(0);
}

/** Columns of equal width: the first to the left, the others to the right. */
export function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
