/** Values of the cross-entropies that are known in closed form. */
import t from 'tap';
import { softmaxCrossEntropy, sparseSoftmaxCrossEntropy } from '../../../src/ops/cross-entropy.ts';
import { tensor } from '../../../src/tensor/tensor.ts';

t.test('equal logits of n classes cost ln n, whatever the class', (t) => {
  const logits = tensor([
    [0, 0, 0, 0],
    [7, 7, 7, 7],
  ]);
  const lnFour = Math.fround(Math.LN2 * 2);
  t.strictSame([...sparseSoftmaxCrossEntropy(logits, tensor([3, 0])).data], [lnFour, lnFour]);
  t.strictSame(
    [
      ...softmaxCrossEntropy(
        logits,
        tensor([
          [0.25, 0.25, 0.5, 0],
          [0, 1, 0, 0],
        ]),
      ).data,
    ],
    [lnFour, lnFour],
  );
  t.end();
});

t.test('logits far apart give the difference, not the log of a rounded zero', (t) => {
  const logits = tensor([[200, -300]]);
  t.strictSame([...sparseSoftmaxCrossEntropy(logits, tensor([1])).data], [500]);
  t.strictSame([...sparseSoftmaxCrossEntropy(logits, tensor([0])).data], [0]);
  t.strictSame([...softmaxCrossEntropy(logits, tensor([[0.5, 0.5]])).data], [250]);
  t.end();
});
