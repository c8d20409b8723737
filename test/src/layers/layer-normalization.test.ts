/** Layer normalization with and without the mean, from its formula. */
import t from 'tap';
import * as layers from '../../../src/layers/index.ts';
import { tensor, type Tensor } from '../../../src/tensor/tensor.ts';

t.test('layerNormalization: epsilon is added to the variance; rmsScaling leaves the mean in', (t) => {
  const rows = [
    [1, 3],
    [-2, -2],
    [9, 5],
  ];
  // Epsilons with which the root is exact.
  const cases = [
    { row: 0, epsilon: 3, root: 2 },
    { row: 1, epsilon: 0.25, root: 0.5 },
    { row: 2, epsilon: 12, root: 4 },
  ];
  for (const { row, epsilon, root } of cases) {
    const values = rows[row] ?? [];
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const x = tensor([values]);
    const scaled = layers.layerNormalization({ epsilon, rmsScaling: true }).invoke(x) as Tensor;
    t.strictSame(scaled.toArray(), [values.map((value) => value / root)], 'y = x / sqrt(variance + epsilon)');
    const centred = layers.layerNormalization({ epsilon }).invoke(x) as Tensor;
    t.strictSame(centred.toArray(), [values.map((value) => (value - mean) / root)]);
  }
  t.end();
});
