/** Which axes of two tensors `dot` sums over. */
import t from 'tap';
import * as layers from '../../../src/layers/index.ts';
import { tensor, type Tensor } from '../../../src/tensor/tensor.ts';

const counted = (shape: readonly number[], from: number): Tensor =>
  tensor(
    Float32Array.from(
      { length: shape.reduce((size, length) => size * length, 1) },
      (_, index) => ((index * 5) % 11) - from,
    ),
    shape,
  );

t.test('dot: an axis of each operand, which need not be the same one', (t) => {
  const [batch, m, n, size] = [2, 3, 4, 5];
  // Sums of products of small whole numbers are exact.
  for (const first of [1, 2]) {
    for (const second of [1, 2]) {
      const a = counted(first === 1 ? [batch, size, m] : [batch, m, size], 4);
      const b = counted(second === 1 ? [batch, size, n] : [batch, n, size], 7);
      const expected: number[] = [];
      for (let sample = 0; sample < batch; sample++)
        for (let i = 0; i < m; i++)
          for (let j = 0; j < n; j++) {
            let sum = 0;
            for (let k = 0; k < size; k++) {
              sum +=
                (first === 1 ? a.at(sample, k, i) : a.at(sample, i, k)) *
                (second === 1 ? b.at(sample, k, j) : b.at(sample, j, k));
            }
            expected.push(sum);
          }
      for (const axes of [[first, second] as const, [first - 3, second - 3] as const]) {
        const y = layers.dot({ axes }).invoke([a, b]) as Tensor;
        t.strictSame(y.shape, [batch, m, n]);
        t.strictSame([...y.data], expected, `axes ${axes.join()}`);
      }
      if (first === second) t.strictSame([...(layers.dot({ axes: first }).invoke([a, b]) as Tensor).data], expected);
    }
  }
  t.end();
});
