/** The training steps as TensorFlow.js has them. */
import type { TrainingWorkload } from '../../workloads/workload.ts';
import type { Tf, TfTensor } from './api.ts';
import { tfLstm } from './operations.ts';

/** The loss of the batch. */
export function tfLoss(
  tf: Tf,
  kind: TrainingWorkload['kind'],
  x: TfTensor,
  y: TfTensor,
  weights: readonly TfTensor[],
): TfTensor {
  const dense = (input: TfTensor, at: number): TfTensor => tf.add(tf.matMul(input, weights[at]!), weights[at + 1]!);
  switch (kind) {
    case 'mlp':
      return tf.losses.softmaxCrossEntropy(y, dense(tf.relu(dense(tf.relu(dense(x, 0)), 2)), 4));
    case 'cnn': {
      const block = (input: TfTensor, at: number): TfTensor =>
        tf.maxPool(tf.relu(tf.add(tf.conv2d(input, weights[at]!, 1, 'same'), weights[at + 1]!)), 2, 2, 'valid');
      const features = block(block(x, 0), 2);
      return tf.losses.softmaxCrossEntropy(y, dense(tf.reshape(features, [x.shape[0] ?? 0, -1]), 4));
    }
    case 'lstmRegression': {
      const states = tfLstm(tf, x, weights[0]!, weights[1]!, weights[2]!);
      return tf.losses.meanSquaredError(y, dense(states.at(-1)!, 3));
    }
  }
}
