/** reduceLoss: Keras's reductions with weights and masks; the expected numbers are Keras 3.15.1's. */
import t from 'tap';
import { reduceLoss, type Reduction } from '../../../src/losses/index.ts';
import { tensor } from '../../../src/tensor/tensor.ts';

const values = tensor([[1, 2, 3], [4, 5, 6]]); // prettier-ignore
const mask = tensor([[1, 1, 0], [1, 0, 0]]); // prettier-ignore
const weights = tensor([[1, 2, 1], [0.5, 1, 1]]); // prettier-ignore
const perSample = tensor([1, 0.5]);

const expected: readonly (readonly [Reduction, masked: number, maskedAndWeighted: number, weightedSamples: number])[] =
  [
    ['sum_over_batch_size', 7 / 3, 7 / 3, 2.25],
    ['sum', 7, 7, 13.5],
    ['mean', 7 / 3, 7 / 3, 2.25],
    ['mean_with_sample_weight', 7 / 3, 2, 9],
  ];

for (const [reduction, masked, both, weighted] of expected) {
  t.test(`${reduction}: masks and weights count as in Keras`, (t) => {
    t.equal(reduceLoss(values, undefined, mask, reduction).item(), Math.fround(masked));
    t.equal(reduceLoss(values, weights, mask, reduction).item(), Math.fround(both));
    t.equal(
      reduceLoss(values, perSample, undefined, reduction).item(),
      weighted,
      'one weight per sample counts for all its steps',
    );
    t.equal(reduceLoss(values, undefined, tensor([[0, 0, 0], [0, 0, 0]]), reduction).item(), 0, 'nothing left gives 0'); // prettier-ignore
    t.end();
  });
}

t.test('none keeps every loss, weighted and masked', (t) => {
  t.strictSame(reduceLoss(values, undefined, mask, 'none').toArray(), [[1, 2, 0], [4, 0, 0]]); // prettier-ignore
  t.strictSame(reduceLoss(values, perSample, undefined, 'none').toArray(), [[1, 2, 3], [2, 2.5, 3]]); // prettier-ignore
  t.end();
});

t.test('as many samples as steps: a weight is still that of a sample', (t) => {
  const square = tensor([[1, 1], [1, 1]]); // prettier-ignore
  t.strictSame(reduceLoss(square, tensor([1, 3]), undefined, 'none').toArray(), [[1, 1], [3, 3]]); // prettier-ignore
  t.end();
});

t.test('weights that fit neither samples nor losses, and unknown reductions, are refused', (t) => {
  t.throws(() => reduceLoss(tensor([1, 2, 3]), tensor([1, 2])), {
    name: 'ShapeError',
    message: /sampleWeight of shape \[2\]/,
  });
  t.throws(() => reduceLoss(values, undefined, undefined, 'average' as never), {
    name: 'ArgumentError',
    message: /unknown reduction 'average'/,
  });
  t.end();
});

t.test('a batch of none gives 0', (t) => {
  t.equal(reduceLoss(tensor([])).item(), 0);
  t.end();
});
