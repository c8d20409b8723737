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

export const training: readonly TrainingWorkload[] = [
  {
    kind: 'mlp',
    name: 'step MLP 784-512-512-10, batch 128',
    flops: step(2 * 128 * 784 * 512, 2 * 128 * (512 * 512 + 512 * 10)),
    depth: DEPTH,
    operands: () => [
      normal([128, 784], 1),
      oneHotRows(128, 10),
      glorot([784, 512], 2),
      zeros([512]),
      glorot([512, 512], 3),
      zeros([512]),
      glorot([512, 10], 4),
      zeros([10]),
    ],
  },
  {
    kind: 'cnn',
    name: 'step CNN 28x28, 32 and 64 filters, batch 64',
    flops: step(2 * 64 * 28 * 28 * 9 * 32, 2 * 64 * (14 * 14 * 9 * 32 * 64 + 3136 * 10)),
    depth: DEPTH,
    operands: () => [
      normal([64, 28, 28, 1], 1),
      oneHotRows(64, 10),
      glorot([3, 3, 1, 32], 2),
      zeros([32]),
      glorot([3, 3, 32, 64], 3),
      zeros([64]),
      glorot([3136, 10], 4),
      zeros([10]),
    ],
  },
  {
    kind: 'lstmRegression',
    name: 'step LSTM(64) on [64,50,32]',
    flops: step(2 * 64 * 50 * 32 * 256, 2 * 64 * 50 * 64 * 256 + 2 * 64 * 64),
    depth: DEPTH,
    operands: () => [
      normal([64, 50, 32], 1),
      normal([64, 1], 2),
      glorot([32, 256], 3),
      glorot([64, 256], 4),
      normal([256], 5),
      glorot([64, 1], 6),
      zeros([1]),
    ],
  },
];
