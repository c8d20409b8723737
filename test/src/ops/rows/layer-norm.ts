/** Rows of layer normalisation. */
import type fc from 'fast-check';
import { layerNorm } from '../../../../src/ops/layer-norm.ts';
import { ones } from '../../../../src/tensor/tensor.ts';
import * as arbitraries from '../../../../src/testing/arbitraries/normalization.ts';
import { argumentsCode, callCase, withDefaults } from './call-case.ts';
import type { OpCase, OpRow } from '../../../../src/testing/op-row.ts';

const cases: fc.Arbitrary<OpCase> = arbitraries.layerNorm().map(({ x: given, gamma, beta, options }) =>
  callCase(
    { x: given, gamma, beta },
    (parts) => layerNorm(parts.x, parts.gamma, parts.beta, options),
    (names) => `layerNorm(${argumentsCode([names.x, names.gamma, names.beta], options)})`,
    {
      options: withDefaults(options, ['axis', 'epsilon']),
      domain: { gamma: gamma !== undefined, beta: beta !== undefined },
    },
  ),
);

const x = ones([2, 3]);

export const rows: readonly OpRow[] = [
  {
    op: 'layerNorm',
    arbitrary: cases,
    secondOrder: true,
    covers: {
      axis: [undefined, 0, 1, 2, -1, -2, -3],
      epsilon: [undefined, 0.5, 0.125],
      gamma: [true, false],
      beta: [true, false],
      rank: [1, 2, 3, 4],
      size: [0, 1, 2],
    },
    refused: [
      {
        name: 'a gamma for other features',
        call: () => layerNorm(x, ones([2])),
        message: /layerNorm: gamma has the shape \[2\]; expected \[3\], the sizes of x \[2, 3\] along axis 1/,
      },
      {
        name: 'an axis that is not there',
        call: () => layerNorm(x, undefined, undefined, { axis: 2 }),
        message: /axis 2 is out of range/,
      },
      {
        name: 'a negative epsilon',
        call: () => layerNorm(x, undefined, undefined, { epsilon: -1 }),
        message: /epsilon is -1/,
      },
    ],
  },
];
