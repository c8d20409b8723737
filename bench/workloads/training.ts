/** Whole training steps: forward, loss, backward, Adam. */
import { glorot, normal, oneHotRows, zeros } from './values.ts';
import type { TrainingWorkload } from './workload.ts';

/**
 * A backward pass has two products for each of the forward pass, but no gradient of the data.
 * @param first flops of the first layer's product
 * @param others those of the rest
 */
const step = (first: number, others: number): number => 2 * first + 3 * others;

// Roundings before a second step: of the layers' sums, forward and back, and of Adam, whose first step is the sign of the
// gradient. TensorFlow.js adds epsilon to the corrected root, where it counts 32 times less in that step than in Keras:
// gradients of 1e-6 take another step, and the MLP's second loss is 7e-4 away.
const DEPTH = 2 ** 13;

/** @param part of the whole batches, 64 images and 64 sequences. The MLP keeps its 128 rows: of 32, the second losses differ by more than the limit */
export function training(part: number): readonly TrainingWorkload[] {
  return [mlp(), cnn(64 * part), lstmRegression(64 * part)];
}

function mlp(): TrainingWorkload {
  const batch = 128;
  return {
    kind: 'mlp',
    name: `step MLP 784-512-512-10, batch ${batch}`,
    flops: step(2 * batch * 784 * 512, 2 * batch * (512 * 512 + 512 * 10)),
    depth: DEPTH,
    operands: () => [
      normal([batch, 784], 1),
      oneHotRows(batch, 10),
      glorot([784, 512], 2),
      zeros([512]),
      glorot([512, 512], 3),
      zeros([512]),
      glorot([512, 10], 4),
      zeros([10]),
    ],
  };
}

function cnn(batch: number): TrainingWorkload {
  return {
    kind: 'cnn',
    name: `step CNN 28x28, 32 and 64 filters, batch ${batch}`,
    flops: step(2 * batch * 28 * 28 * 9 * 32, 2 * batch * (14 * 14 * 9 * 32 * 64 + 3136 * 10)),
    depth: DEPTH,
    operands: () => [
      normal([batch, 28, 28, 1], 1),
      oneHotRows(batch, 10),
      glorot([3, 3, 1, 32], 2),
      zeros([32]),
      glorot([3, 3, 32, 64], 3),
      zeros([64]),
      glorot([3136, 10], 4),
      zeros([10]),
    ],
  };
}

function lstmRegression(batch: number): TrainingWorkload {
  return {
    kind: 'lstmRegression',
    name: `step LSTM(64) on [${batch},50,32]`,
    flops: step(2 * batch * 50 * 32 * 256, 2 * batch * 50 * 64 * 256 + 2 * batch * 64),
    depth: DEPTH,
    operands: () => [
      normal([batch, 50, 32], 1),
      normal([batch, 1], 2),
      glorot([32, 256], 3),
      glorot([64, 256], 4),
      normal([256], 5),
      glorot([64, 1], 6),
      zeros([1]),
    ],
  };
}
