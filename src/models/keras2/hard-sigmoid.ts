/** Keras 2's hard sigmoid: `0.2 x + 0.5` between 0 and 1. Keras 3 gave the name to `x / 6 + 0.5`. */
import { add, clip, mul } from '../../ops/index.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** What translated configs call it. */
export const HARD_SIGMOID_OF_KERAS_2 = 'keras2>hard_sigmoid';

export function hardSigmoidOfKeras2(x: Tensor): Tensor {
  return clip(add(mul(x, 0.2), 0.5), 0, 1);
}
