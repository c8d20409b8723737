/** Rows of the cross-entropies of logits. */
import fc from 'fast-check';
import { softmaxCrossEntropy, sparseSoftmaxCrossEntropy } from '../../../../src/ops/cross-entropy.ts';
import { ones, tensor, type Tensor } from '../../../../src/tensor/tensor.ts';
import { positiveDouble, shapes, tensorOf } from '../../../../src/testing/arbitraries/tensors.ts';
import type { OpCase, OpRow } from '../../../../src/testing/op-row.ts';

const drawn = fc.record({ rows: shapes({ maxRank: 2 }), classes: fc.integer({ min: 1, max: 5 }) });

const softmaxCase: fc.Arbitrary<OpCase> = drawn.chain(({ rows, classes }) =>
  fc.tuple(tensorOf([...rows, classes]), tensorOf([...rows, classes], positiveDouble())).map((inputs): OpCase => ({
    inputs,
    call: (logits, targets) => softmaxCrossEntropy(logits, targets),
    describe: `rank ${rows.length + 1}`,
  })),
);

const sparseCase: fc.Arbitrary<OpCase> = drawn.chain(({ rows, classes }) =>
  fc
    .tuple(tensorOf([...rows, classes]), tensorOf(rows, fc.integer({ min: 0, max: classes - 1 })))
    .map(([logits, labels]): OpCase => ({
      inputs: [logits],
      call: (input) => sparseSoftmaxCrossEntropy(input, labels),
      describe: `rank ${rows.length + 1}`,
    })),
);

const of = (...shape: number[]): Tensor => ones(shape);

export const rows: readonly OpRow[] = [
  {
    op: 'softmaxCrossEntropy',
    arbitrary: softmaxCase,
    secondOrder: true,
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
    op: 'sparseSoftmaxCrossEntropy',
    arbitrary: sparseCase,
    secondOrder: true,
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
