/** How far the results of two engines are apart. */

/** The largest difference, relative to the largest value; Infinity when lengths differ or something is no number. */
export function relativeDifference(results: readonly Float32Array[], reference: readonly Float32Array[]): number {
  if (results.length !== reference.length) return Infinity;
  let worst = 0;
  reference.forEach((expected, index) => {
    const got = results[index] as Float32Array;
    if (got.length !== expected.length) worst = Infinity;
    let difference = 0;
    let largest = 0;
    for (let i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]!));
      difference = Math.max(difference, Math.abs(got[i]! - expected[i]!));
    }
    if (difference > 0) worst = Math.max(worst, difference / largest);
    if (Number.isNaN(difference)) worst = Infinity;
  });
  return worst;
}

/** What sums of so many float32 terms in another order may differ by: a rounding of 2^-24 for each term in both. */
export function differenceLimit(depth: number): number {
  return (2 * depth + 16) * 2 ** -24;
}
