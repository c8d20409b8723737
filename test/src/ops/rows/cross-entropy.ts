/** Rows of the cross-entropies of logits. */
import fc from 'fast-check';
import {
  softmaxCrossEntropy,
  softmaxCrossEntropyGrad,
  sparseSoftmaxCrossEntropy,
} from '../../../../src/ops/cross-entropy.ts';
import { ones, tensor, type Tensor } from '../../../../src/tensor/tensor.ts';
import * as arbitraries from '../../../../src/testing/arbitraries/cross-entropy.ts';
import type { OpCase, OpRow } from '../../../../src/testing/op-row.ts';

const softmaxCase: fc.Arbitrary<OpCase> = arbitraries.softmaxCrossEntropy().map(({ logits, targets }): OpCase => ({
  inputs: [logits, targets],
  call: (x, y) => softmaxCrossEntropy(x as Tensor, y as Tensor),
  domain: { classes: logits.shape.at(-1) },
}));

const sparseCase: fc.Arbitrary<OpCase> = arbitraries.sparseSoftmaxCrossEntropy().map(({ logits, labels }): OpCase => ({
  inputs: [logits, labels],
  call: (x, y) => sparseSoftmaxCrossEntropy(x as Tensor, y as Tensor),
  differentiable: [0],
  domain: { classes: logits.shape.at(-1) },
}));

const gradCase: fc.Arbitrary<OpCase> = fc
  .tuple(arbitraries.softmaxCrossEntropy(), fc.integer({ min: -128, max: 128 }))
  .map(([{ logits, targets }, scale]): OpCase => {
    const rows = logits.shape.slice(0, -1);
    // Multiples of 1/64 in [-2, 2], another for each row.
    const dLoss = tensor(
      ones(rows).data.map((_, i) => (((scale + 128 + 37 * i) % 257) - 128) / 64),
      rows,
    );
    return {
      inputs: [logits, targets, dLoss],
      call: (x, y, d) => softmaxCrossEntropyGrad(x as Tensor, y as Tensor, d as Tensor),
      domain: { classes: logits.shape.at(-1) },
    };
  });

const COVERS = { classes: [1, 2, 3, 4, 5], rank: [1, 2, 3], size: [0, 1] };

const of = (...shape: number[]): Tensor => ones(shape);

export const rows: readonly OpRow[] = [
  {
    op: 'softmaxCrossEntropy',
    arbitrary: softmaxCase,
    secondOrder: true,
    covers: COVERS,
    refused: [
      {
        name: 'class numbers',
        call: () => softmaxCrossEntropy(of(4, 3), of(4)),
        message: /the targets \[4\]. They must be equal. For class numbers use sparseSoftmaxCrossEntropy\(\)/,
      },
      { name: 'a scalar', call: () => softmaxCrossEntropy(1, 1), message: /the logits are a scalar/ },
    ],
  },
  {
    op: 'softmaxCrossEntropyGrad',
    arbitrary: gradCase,
    secondOrder: true,
    covers: COVERS,
  },
  {
    op: 'sparseSoftmaxCrossEntropy',
    arbitrary: sparseCase,
    secondOrder: true,
    covers: COVERS,
    refused: [
      {
        name: 'class probabilities',
        call: () => sparseSoftmaxCrossEntropy(of(4, 3), of(4, 3)),
        message: /take one label per row: \[4\]. For class probabilities use softmaxCrossEntropy\(\)/,
      },
      {
        name: 'a label that is no class',
        call: () => sparseSoftmaxCrossEntropy(of(2, 3), tensor([0, 3])),
        message: /the index 3 at position 1 is out of range/,
      },
    ],
  },
];
