/**
 * Dropout masks of a recurrence: drawn once per sample, the same at every step. A mask `[batch, width]` serves all
 * gates; a mask `[batch, gates * width]` holds one for each gate, side by side, as Keras draws them with recurrent dropout.
 */
import type { FloatArray } from '../contract.ts';
import type { Shape } from '../../src/tensor/shape.ts';

/** Sizes of a source `[batch, steps, width]` and of its mask `[batch, groups * width]`. */
export interface DropoutLayout {
  readonly batch: number;
  readonly steps: number;
  readonly width: number;
  /** 1 when the gates share a mask or there is none, else the number of gates: each has its own. */
  readonly groups: number;
}

/** How many groups of gates have a mask of their own. */
export function maskGroups(mask: Shape | undefined, width: number, gates: number): number {
  return mask === undefined || mask[1] === width ? 1 : gates;
}

/** `target = source * mask` for one group. */
export function applyMask(
  layout: DropoutLayout,
  source: FloatArray,
  mask: FloatArray,
  group: number,
  target: FloatArray,
): void {
  const { batch, steps, width, groups } = layout;
  let index = 0;
  for (let sample = 0; sample < batch; sample++) {
    const maskStart = (sample * groups + group) * width;
    for (let step = 0; step < steps; step++) {
      for (let j = 0; j < width; j++) {
        target[index] = source[index]! * mask[maskStart + j]!;
        index++;
      }
    }
  }
}

/** `target += source * mask` for one group. */
export function addMasked(
  layout: DropoutLayout,
  source: FloatArray,
  mask: FloatArray,
  group: number,
  target: FloatArray,
): void {
  const { batch, steps, width, groups } = layout;
  let index = 0;
  for (let sample = 0; sample < batch; sample++) {
    const maskStart = (sample * groups + group) * width;
    for (let step = 0; step < steps; step++) {
      for (let j = 0; j < width; j++) {
        target[index]! += source[index]! * mask[maskStart + j]!;
        index++;
      }
    }
  }
}
