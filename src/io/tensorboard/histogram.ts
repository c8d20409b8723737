/** Counts of values in buckets of one width, as TensorBoard's histograms take them. */

/** Buckets that TensorBoard draws by default. */
const BUCKETS = 30;

/**
 * Rows of left edge, right edge and number of values, row-major `[buckets, 3]`.
 *
 * Without a value every number is 0; where all are equal, every edge is the value and the last bucket holds them all.
 * NaN and infinite values are left out: no bucket of a finite width can hold them.
 * @example histogramRows([0, 1, 1], 2) // [0, 0.5, 1,  0.5, 1, 2]
 */
export function histogramRows(values: ArrayLike<number>, buckets: number = BUCKETS): Float64Array {
  const rows = new Float64Array(3 * buckets);
  const { min, max, count } = rangeOf(values);
  if (count === 0) return rows;
  if (min === max) {
    for (let bucket = 0; bucket < buckets; bucket++) rows.set([min, min, 0], 3 * bucket);
    rows[3 * buckets - 1] = count;
    return rows;
  }
  const width = (max - min) / buckets;
  for (let bucket = 0; bucket < buckets; bucket++) {
    rows[3 * bucket] = min + width * bucket;
    rows[3 * bucket + 1] = bucket === buckets - 1 ? max : min + width * (bucket + 1);
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    const bucket = Math.min(Math.floor((value - min) / width), buckets - 1);
    rows[3 * bucket + 2]!++;
  }
  return rows;
}

function rangeOf(values: ArrayLike<number>): { min: number; max: number; count: number } {
  let [min, max, count] = [Infinity, -Infinity, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    count++;
  }
  return { min, max, count };
}
