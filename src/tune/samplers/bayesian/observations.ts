/** What a Gaussian process learns from: points, and a value for each, the higher the better. */
export interface Observations {
  /**
   * `[count, size]`, row-major: numbers in [0, 1] in the first `numeric` columns, indices of choices in the others, which
   * are the same or not.
   */
  readonly points: Float64Array;
  /** `[count]`, with a mean of about 0 and a variance of about 1. */
  readonly targets: Float64Array;
  readonly count: number;
  readonly size: number;
  readonly numeric: number;
}

/** Every `stride`-th observation, counted from the last. */
export function thinOut({ points, targets, count, size, numeric }: Observations, stride: number): Observations {
  const kept = Math.ceil(count / stride);
  const thin = { points: new Float64Array(kept * size), targets: new Float64Array(kept), count: kept, size, numeric };
  for (let k = 0; k < kept; k++) {
    const i = count - 1 - (kept - 1 - k) * stride;
    thin.targets[k] = targets[i]!;
    for (let d = 0; d < size; d++) thin.points[k * size + d] = points[i * size + d]!;
  }
  return thin;
}
