/** Rows of the LSTM and its backward pass. */
import fc from 'fast-check';
import { lstm, lstmGrad, lstmOp } from '../../../../src/ops/lstm.ts';
import { grad } from '../../../../src/tape/grad.ts';
import { sum } from '../../../../src/ops/broadcasting.ts';
import { ones, tensor, type Tensor } from '../../../../src/tensor/tensor.ts';
import { tensorOf, tensorsOf } from '../../../../src/testing/arbitraries/tensors.ts';
import type { OpCase, OpRow } from '../../../../src/testing/op-row.ts';

const size = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });

const drawn = fc
  .record({
    batch: size(2),
    steps: size(4),
    features: size(3),
    units: size(3),
    withBias: fc.boolean(),
    withState: fc.boolean(),
    withMask: fc.boolean(),
    dropout: fc.constantFrom('no dropout', 'one dropout mask', 'dropout per gate'),
    goBackwards: fc.boolean(),
    zeroOutputForMask: fc.boolean(),
  })
  .chain((one) => {
    const { batch, steps, features, units, dropout } = one;
    const gates = dropout === 'dropout per gate' ? 4 : 1;
    return fc.record({
      one: fc.constant(one),
      weights: tensorsOf([
        [batch, steps, features],
        [features, 4 * units],
        [units, 4 * units],
        [4 * units],
        [batch, units],
        [batch, units],
      ]),
      mask: tensorOf([batch, steps], fc.constantFrom(0, 1, 1)),
      inputDropout: tensorOf([batch, gates * features], fc.constantFrom(0, 2)),
      recurrentDropout: tensorOf([batch, gates * units], fc.constantFrom(0, 2)),
    });
  });

type Drawn = typeof drawn extends fc.Arbitrary<infer Value> ? Value : never;

const describe = ({ one: { withBias, withMask, dropout, goBackwards } }: Drawn): string =>
  `${withMask ? 'masked' : 'no mask'}, ${dropout}, ${goBackwards ? 'backwards' : 'forwards'}${withBias ? ', bias' : ''}`;

/** The options that are constants of a case: masks and flags. */
const constants = ({ one, mask, inputDropout, recurrentDropout }: Drawn) => ({
  mask: one.withMask ? mask : undefined,
  inputDropout: one.dropout === 'no dropout' ? undefined : inputDropout,
  recurrentDropout: one.dropout === 'no dropout' ? undefined : recurrentDropout,
  goBackwards: one.goBackwards,
  zeroOutputForMask: one.zeroOutputForMask,
});

const lstmCase: fc.Arbitrary<OpCase> = drawn.map((all) => {
  const { withBias, withState } = all.one;
  const [x, kernel, recurrentKernel, bias, hidden, cell] = all.weights as readonly [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  return {
    inputs: [x, kernel, recurrentKernel, ...(withState ? [hidden, cell] : []), ...(withBias ? [bias] : [])],
    call: (input, k, r, ...rest) => {
      const initialState = withState ? ([rest[0], rest[1]] as [Tensor, Tensor]) : undefined;
      const { sequence, lastHidden, lastCell } = lstm(input, k, r, withBias ? rest.at(-1) : undefined, {
        ...constants(all),
        initialState,
      });
      return [sequence, lastHidden, lastCell];
    },
    describe: describe(all),
  };
});

const lstmGradCase: fc.Arbitrary<OpCase> = drawn.map((all) => {
  const { mask, inputDropout, recurrentDropout, ...options } = constants(all);
  return {
    inputs: all.weights,
    call: (...weights) => {
      const inputs = [...weights, mask, inputDropout, recurrentDropout] as unknown as Parameters<typeof lstmOp.all>[0];
      const outputs = lstmOp.all(inputs, options);
      const upstream = [outputs[0], undefined, outputs[2]];
      return lstmGrad.all(
        [...inputs, ...outputs, ...upstream] as unknown as Parameters<typeof lstmGrad.all>[0],
        options,
      );
    },
    describe: describe(all),
  };
});

const of = (...shape: number[]): Tensor => ones(shape);
const call = (changed: Readonly<Record<string, Tensor>> = {}): unknown => {
  const { x = of(2, 5, 3), kernel = of(3, 16), recurrentKernel = of(4, 16), bias = of(16), ...options } = changed;
  return lstm(x, kernel, recurrentKernel, bias, options);
};

export const rows: readonly OpRow[] = [
  {
    op: 'lstm',
    arbitrary: lstmCase,
    refused: [
      {
        name: 'one sample without its batch axis',
        call: () => call({ x: of(5, 3) }),
        message: /lstm: x has the shape \[5, 3\], expected \[batch, steps, features\]/,
      },
      {
        name: 'a kernel for other features',
        call: () => call({ kernel: of(4, 16) }),
        message:
          /lstm: kernel has the shape \[4, 16\], expected \[3, 16\]. x has 3 features and the recurrent kernel 4 units/,
      },
      {
        name: 'a recurrent kernel that is not four gates wide',
        call: () => call({ recurrentKernel: of(4, 12) }),
        message: /lstm: recurrentKernel has the shape \[4, 12\], expected \[units, 4 \* units\]/,
      },
      {
        name: 'a bias for other units',
        call: () => call({ bias: of(4) }),
        message: /lstm: bias has the shape \[4\], expected \[16\]/,
      },
      {
        name: 'a mask for other steps',
        call: () => call({ mask: of(2, 4) }),
        message: /lstm: mask has the shape \[2, 4\], expected \[2, 5\]/,
      },
      {
        name: 'dropout factors for other features',
        call: () => call({ inputDropout: of(2, 5) }),
        message: /lstm: inputDropout has the shape \[2, 5\], expected \[2, 3\]/,
      },
      {
        name: 'second derivatives',
        call: () =>
          grad((outer: Tensor) => sum(grad((x: Tensor) => sum(lstm(x, of(1, 4), of(1, 4)).sequence))(outer)))(
            tensor([[[0.5]]]),
          ),
        message: /lstm: second derivatives are not available.*unrolled cell/,
      },
    ],
  },
  {
    op: 'lstmGrad',
    arbitrary: lstmGradCase,
    noGradient: 'one kernel for the whole backward pass: second derivatives are refused',
    refused: [],
  },
];
