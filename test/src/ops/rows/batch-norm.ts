/** Rows of batch normalisation and its gradients. */
import fc from 'fast-check';
import {
  batchNorm,
  batchNormGrad,
  batchNormInference,
  batchNormInferenceGrad,
  batchNormTraining,
  batchNormTrainingOp,
} from '../../../../src/ops/batch-norm.ts';
import type { Shape } from '../../../../src/tensor/shape.ts';
import { ones, type Tensor } from '../../../../src/tensor/tensor.ts';
import { positiveDouble, scaledDouble, shapes, tensorOf } from '../../../../src/testing/arbitraries/tensors.ts';
import type { OpCase, OpRow } from '../../../../src/testing/op-row.ts';

interface Drawn {
  readonly shape: Shape;
  readonly epsilon: number;
  readonly withGamma: boolean;
  readonly withBeta: boolean;
}

// A batch of one or two rows and a small epsilon would make a function too steep for central differences.
const drawn: fc.Arbitrary<Drawn> = fc.record({
  shape: fc
    .record({
      rows: fc.integer({ min: 3, max: 5 }),
      more: shapes({ maxRank: 2, maxSize: 2 }),
      channels: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ rows, more, channels }) => [rows, ...more, channels]),
  epsilon: fc.constantFrom(0.125, 0.5),
  withGamma: fc.boolean(),
  withBeta: fc.boolean(),
});

const describe = ({ shape, withGamma, withBeta }: Drawn): string => {
  const factors = [...(withGamma ? ['gamma'] : []), ...(withBeta ? ['beta'] : [])];
  return `rank ${shape.length}, ${factors.length === 0 ? 'plain' : factors.join(' and ')}`;
};

/** The tensors that are there, in a fixed order, and back to their names. */
function named(parts: Readonly<Record<string, Tensor | undefined>>): {
  inputs: Tensor[];
  pick: (given: readonly Tensor[], name: string) => Tensor | undefined;
} {
  const names = Object.keys(parts).filter((name) => parts[name] !== undefined);
  const pick = (given: readonly Tensor[], name: string): Tensor | undefined => {
    const position = names.indexOf(name);
    return position < 0 ? undefined : given[position];
  };
  return { inputs: names.map((name) => parts[name] as Tensor), pick };
}

const perChannel = ({ shape }: Drawn, value = scaledDouble()): fc.Arbitrary<Tensor> => tensorOf(shape.slice(-1), value);
const optional = (present: boolean, value: fc.Arbitrary<Tensor>): fc.Arbitrary<Tensor | undefined> =>
  present ? value : fc.constant(undefined);

type Call = (pick: (name: string) => Tensor | undefined, epsilon: number) => Tensor | readonly Tensor[];

const caseOf = (extra: readonly ('mean' | 'variance' | 'dy')[], withBeta: boolean, call: Call): fc.Arbitrary<OpCase> =>
  drawn.chain((one) =>
    fc
      .record({
        x: tensorOf(one.shape),
        gamma: optional(one.withGamma, perChannel(one)),
        beta: optional(withBeta && one.withBeta, perChannel(one)),
        mean: optional(extra.includes('mean'), perChannel(one)),
        variance: optional(extra.includes('variance'), perChannel(one, positiveDouble())),
        dy: optional(extra.includes('dy'), tensorOf(one.shape)),
      })
      .map((parts): OpCase => {
        const { inputs, pick } = named(parts);
        return {
          inputs,
          call: (...given) => call((name) => pick(given, name), one.epsilon),
          describe: describe({ ...one, withBeta: withBeta && one.withBeta }),
        };
      }),
  );

const x = (pick: (name: string) => Tensor | undefined, name = 'x'): Tensor => pick(name) as Tensor;

const of = (...shape: number[]): Tensor => ones(shape);

export const rows: readonly OpRow[] = [
  {
    op: 'batchNormTraining',
    arbitrary: caseOf([], true, (pick, epsilon) => {
      const { y, mean, variance } = batchNormTraining(x(pick), pick('gamma'), pick('beta'), { epsilon });
      return [y, mean, variance];
    }),
    secondOrder: true,
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
    // The op takes the moments as functions of x: they are computed beside it.
    op: 'batchNormGrad',
    arbitrary: caseOf(['dy'], false, (pick, epsilon) => {
      const [, mean, , s] = batchNormTrainingOp.all([x(pick), pick('gamma'), undefined], { epsilon });
      const [dx, dGamma, dBeta] = batchNormGrad.all([
        x(pick),
        pick('gamma'),
        mean as Tensor,
        s as Tensor,
        x(pick, 'dy'),
      ]);
      return [dx, dGamma as Tensor, dBeta as Tensor];
    }),
    secondOrder: true,
    refused: [],
  },
  {
    op: 'batchNormInference',
    arbitrary: caseOf(['mean', 'variance'], true, (pick, epsilon) =>
      batchNormInference(x(pick), pick('gamma'), pick('beta'), x(pick, 'mean'), x(pick, 'variance'), { epsilon }),
    ),
    secondOrder: true,
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
    arbitrary: caseOf(['mean', 'variance', 'dy'], false, (pick, epsilon) =>
      batchNormInferenceGrad.all([x(pick), pick('gamma'), x(pick, 'mean'), x(pick, 'variance'), x(pick, 'dy')], {
        epsilon,
      }),
    ),
    secondOrder: true,
    refused: [],
  },
  {
    op: 'batchNorm',
    arbitrary: caseOf(['mean', 'variance'], true, (pick, epsilon) =>
      batchNorm(x(pick), x(pick, 'mean'), x(pick, 'variance'), pick('gamma'), pick('beta'), { epsilon }),
    ),
    secondOrder: true,
    refused: [
      {
        name: 'a variance for other channels',
        call: () => batchNorm(of(4, 3), of(3), of(3, 1)),
        message: /batchNorm: variance has the shape \[3, 1\]/,
      },
    ],
  },
];
