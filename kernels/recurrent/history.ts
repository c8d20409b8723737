/** The hidden state that each step of a recurrence started from, recovered from what the forward pass left. */
import type { FloatArray } from '../contract.ts';

/**
 * Fills `previousHidden` `[batch, steps, units]`, in time order. It is h0, then the last real output, which
 * `zeroOutputForMask` hides from the sequence: a masked step hands on what it was given.
 * @param sequence `[batch, steps, units]` in processing order
 */
export function recoverPreviousHidden(
  h0: FloatArray,
  mask: FloatArray | undefined,
  sequence: FloatArray,
  batch: number,
  steps: number,
  units: number,
  goBackwards: boolean,
  previousHidden: Float64Array,
): void {
  for (let sample = 0; sample < batch; sample++) {
    let source: FloatArray = h0;
    let start = sample * units;
    for (let step = 0; step < steps; step++) {
      const row = sample * steps + (goBackwards ? steps - 1 - step : step);
      const target = row * units;
      for (let j = 0; j < units; j++) previousHidden[target + j] = source[start + j]!;
      if (mask === undefined || mask[row] !== 0) {
        source = sequence;
        start = (sample * steps + step) * units;
      }
    }
  }
}
