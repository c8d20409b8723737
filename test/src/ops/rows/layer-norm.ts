/** Rows of layer normalisation. */
import fc from 'fast-check';
import { layerNorm } from '../../../../src/ops/layer-norm.ts';
import { ones, type Tensor } from '../../../../src/tensor/tensor.ts';
import { scaledDouble, shapes, tensorOf } from '../../../../src/testing/arbitraries/tensors.ts';
import type { OpCase, OpRow } from '../../../../src/testing/op-row.ts';

const cases: fc.Arbitrary<OpCase> = fc
  .record({
    shape: shapes({ minRank: 1, maxRank: 3 }),
    features: fc.integer({ min: 2, max: 4 }),
    withGamma: fc.boolean(),
    withBeta: fc.boolean(),
    bothAxes: fc.boolean(),
  })
  .chain(({ shape, features, ...options }) => {
    const whole = [...shape, features];
    const axis = options.bothAxes ? [-1, -2] : [-1];
    const sizes = options.bothAxes ? whole.slice(-2) : whole.slice(-1);
    return fc.record({
      x: tensorOf(whole),
      gamma: options.withGamma ? tensorOf(sizes, scaledDouble()) : fc.constant(undefined),
      beta: options.withBeta ? tensorOf(sizes, scaledDouble()) : fc.constant(undefined),
      axis: fc.constant(axis),
    });
  })
  .map(({ x, gamma, beta, axis }) => ({
    inputs: [x, gamma, beta].filter((one): one is Tensor => one !== undefined),
    call: (given, ...rest) => {
      const parameters = [...rest];
      const [scale, shift] = [gamma && parameters.shift(), beta && parameters.shift()];
      return layerNorm(given as Tensor, scale, shift, { axis, epsilon: 0.125 });
    },
    describe: `axis ${axis.join(' and ')}${gamma ? ', gamma' : ''}${beta ? ', beta' : ''}`,
  }));

const x = ones([2, 3]);

export const rows: readonly OpRow[] = [
  {
    op: 'layerNorm',
    arbitrary: cases,
    secondOrder: true,
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
