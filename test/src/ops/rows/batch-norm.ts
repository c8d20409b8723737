/** Rows of batch normalisation and its gradients. */
import type fc from 'fast-check';
import {
  batchNorm,
  batchNormGrad,
  batchNormInference,
  batchNormInferenceGrad,
  batchNormTraining,
  batchNormTrainingOp,
} from '../../../../src/ops/batch-norm.ts';
import { ones, type Tensor } from '../../../../src/tensor/tensor.ts';
import { filled, type Filled } from '../../../../src/testing/arbitraries/filled.ts';
import * as arbitraries from '../../../../src/testing/arbitraries/normalization.ts';
import { scaledDouble } from '../../../../src/testing/arbitraries/tensors.ts';
import { argumentsCode, callCase, withDefaults } from './call-case.ts';
import type { OpCase, OpRow } from '../../../../src/testing/op-row.ts';

interface Counted {
  readonly gamma?: Tensor;
  readonly beta?: Tensor;
  readonly options: object;
}

/** What is counted of a call. */
const counted = ({ gamma, beta, options }: Counted): Partial<OpCase> => ({
  options: withDefaults(options, ['epsilon']),
  domain: { gamma: gamma !== undefined, beta: beta !== undefined },
});
const COVERS = {
  epsilon: [undefined, 0.5, 0.125],
  gamma: [true, false],
  beta: [true, false],
  rank: [1, 2, 3, 4],
  size: [0, 1, 2, 3],
};
const GRADIENT_COVERS = { ...COVERS, beta: [] };

const trainingCase: fc.Arbitrary<OpCase> = arbitraries.batchNormTraining().map((drawn) =>
  callCase(
    { x: drawn.x, gamma: drawn.gamma, beta: drawn.beta },
    ({ x, gamma, beta }) => Object.values(batchNormTraining(x, gamma, beta, drawn.options)),
    ({ x, gamma, beta }) => `Object.values(batchNormTraining(${argumentsCode([x, gamma, beta], drawn.options)}))`,
    counted(drawn),
  ),
);

/** A call and a gradient of its result. */
const withUpstream = <Call extends { readonly x: Tensor }>(
  calls: fc.Arbitrary<Call>,
): fc.Arbitrary<Filled<Call, 'dy'>> => filled(calls, { dy: { values: scaledDouble(), shape: ({ x }) => x.shape } });

// The op takes the moments as functions of x: they are computed beside it.
const trainingGradCase: fc.Arbitrary<OpCase> = withUpstream(arbitraries.batchNormTraining()).map(
  ({ drawn, tensors: { dy: upstream } }) =>
    callCase(
      { x: drawn.x, gamma: drawn.gamma, dy: upstream },
      ({ x, gamma, dy }) => {
        const [, mean, , s] = batchNormTrainingOp.all([x, gamma, undefined], drawn.options);
        return batchNormGrad.all([x, gamma, mean as Tensor, s as Tensor, dy]);
      },
      ({ x, gamma, dy }) => {
        const moments = `batchNormTrainingOp.all(${argumentsCode([`[${x}, ${gamma}, undefined]`], drawn.options)})`;
        return `((moments) => batchNormGrad.all([${x}, ${gamma}, moments[1], moments[3], ${dy}]))(${moments})`;
      },
      counted(drawn),
    ),
);

const inferenceCase: fc.Arbitrary<OpCase> = arbitraries.batchNormInference().map((drawn) =>
  callCase(
    { x: drawn.x, gamma: drawn.gamma, beta: drawn.beta, mean: drawn.movingMean, variance: drawn.movingVariance },
    ({ x, gamma, beta, mean, variance }) => batchNormInference(x, gamma, beta, mean, variance, drawn.options),
    ({ x, gamma, beta, mean, variance }) =>
      `batchNormInference(${argumentsCode([x, gamma, beta, mean, variance], drawn.options)})`,
    counted(drawn),
  ),
);

const inferenceGradCase: fc.Arbitrary<OpCase> = withUpstream(arbitraries.batchNorm()).map(
  ({ drawn, tensors: { dy: upstream } }) =>
    callCase(
      { x: drawn.x, gamma: drawn.gamma, mean: drawn.mean, variance: drawn.variance, dy: upstream },
      ({ x, gamma, mean, variance, dy }) => batchNormInferenceGrad.all([x, gamma, mean, variance, dy], drawn.options),
      ({ x, gamma, mean, variance, dy }) =>
        `batchNormInferenceGrad.all(${argumentsCode([`[${[x, gamma, mean, variance, dy].join(', ')}]`], drawn.options)})`,
      counted(drawn),
    ),
);

const givenMomentsCase: fc.Arbitrary<OpCase> = arbitraries.batchNorm().map((drawn) =>
  callCase(
    { x: drawn.x, mean: drawn.mean, variance: drawn.variance, gamma: drawn.gamma, beta: drawn.beta },
    ({ x, mean, variance, gamma, beta }) => batchNorm(x, mean, variance, gamma, beta, drawn.options),
    ({ x, mean, variance, gamma, beta }) =>
      `batchNorm(${argumentsCode([x, mean, variance, gamma, beta], drawn.options)})`,
    counted(drawn),
  ),
);

const of = (...shape: number[]): Tensor => ones(shape);

export const rows: readonly OpRow[] = [
  {
    op: 'batchNormTraining',
    arbitrary: trainingCase,
    secondOrder: true,
    covers: COVERS,
    refused: [
      {
        name: 'gamma for other channels',
        call: () => batchNormTraining(of(4, 3), of(4)),
        message:
          /batchNormTraining: gamma has the shape \[4\], but x \[4, 3\] has 3 channels on its last axis. Give gamma the shape \[3\]/,
      },
      {
        name: 'a negative epsilon',
        call: () => batchNormTraining(of(4, 3), undefined, undefined, { epsilon: -1 }),
        message: /batchNormTraining: epsilon is -1. Use a small number/,
      },
      { name: 'a scalar', call: () => batchNormTraining(1), message: /x is a scalar, expected \[..., channels\]/ },
    ],
  },
  {
    op: 'batchNormGrad',
    arbitrary: trainingGradCase,
    secondOrder: true,
    covers: GRADIENT_COVERS,
    refused: [],
  },
  {
    op: 'batchNormInference',
    arbitrary: inferenceCase,
    secondOrder: true,
    covers: { ...COVERS, epsilon: [undefined, 0.5, 0.125, 0] },
    refused: [
      {
        name: 'a mean for other channels',
        call: () => batchNormInference(of(4, 3), undefined, undefined, of(4), of(3)),
        message: /batchNormInference: mean has the shape \[4\]/,
      },
    ],
  },
  {
    op: 'batchNormInferenceGrad',
    arbitrary: inferenceGradCase,
    secondOrder: true,
    covers: { ...GRADIENT_COVERS, epsilon: [undefined, 0.5, 0.125, 0] },
    refused: [],
  },
  {
    op: 'batchNorm',
    arbitrary: givenMomentsCase,
    secondOrder: true,
    covers: { ...COVERS, epsilon: [undefined, 0.5, 0.125, 0] },
    refused: [
      {
        name: 'a variance for other channels',
        call: () => batchNorm(of(4, 3), of(3), of(3, 1)),
        message: /batchNorm: variance has the shape \[3, 1\]/,
      },
    ],
  },
];
