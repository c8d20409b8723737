/** Rows of the GRU and its backward pass. */
import fc from 'fast-check';
import { gru, gruGrad, gruOp } from '../../../../src/ops/gru.ts';
import { sum } from '../../../../src/ops/broadcasting.ts';
import { grad } from '../../../../src/tape/grad.ts';
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
    resetAfter: fc.boolean(),
    withBias: fc.boolean(),
    withState: fc.boolean(),
    withMask: fc.boolean(),
    dropout: fc.constantFrom('no dropout', 'one dropout mask', 'dropout per gate'),
    goBackwards: fc.boolean(),
    zeroOutputForMask: fc.boolean(),
  })
  .chain((one) => {
    const { batch, steps, features, units, dropout, resetAfter } = one;
    const gates = dropout === 'dropout per gate' ? 3 : 1;
    return fc.record({
      one: fc.constant(one),
      weights: tensorsOf([
        [batch, steps, features],
        [features, 3 * units],
        [units, 3 * units],
        resetAfter ? [2, 3 * units] : [3 * units],
        [batch, units],
      ]),
      mask: tensorOf([batch, steps], fc.constantFrom(0, 1, 1)),
      inputDropout: tensorOf([batch, gates * features], fc.constantFrom(0, 2)),
      recurrentDropout: tensorOf([batch, gates * units], fc.constantFrom(0, 2)),
    });
  });

type Drawn = typeof drawn extends fc.Arbitrary<infer Value> ? Value : never;

const describe = ({ one: { withMask, dropout, goBackwards, resetAfter } }: Drawn): string =>
  `reset ${resetAfter ? 'after' : 'before'}, ${withMask ? 'masked' : 'no mask'}, ${dropout}${goBackwards ? ', backwards' : ''}`;

/** The options that are constants of a case: masks and flags. */
const constants = ({ one, mask, inputDropout, recurrentDropout }: Drawn) => ({
  mask: one.withMask ? mask : undefined,
  inputDropout: one.dropout === 'no dropout' ? undefined : inputDropout,
  recurrentDropout: one.dropout === 'no dropout' ? undefined : recurrentDropout,
  resetAfter: one.resetAfter,
  goBackwards: one.goBackwards,
  zeroOutputForMask: one.zeroOutputForMask,
});

const gruCase: fc.Arbitrary<OpCase> = drawn.map((all) => {
  const { withBias, withState } = all.one;
  const [x, kernel, recurrentKernel, bias, hidden] = all.weights as readonly [Tensor, Tensor, Tensor, Tensor, Tensor];
  return {
    inputs: [x, kernel, recurrentKernel, ...(withState ? [hidden] : []), ...(withBias ? [bias] : [])],
    call: (input, k, r, ...rest) => {
      const { sequence, lastHidden } = gru(input, k, r, withBias ? rest.at(-1) : undefined, {
        ...constants(all),
        initialState: withState ? rest[0] : undefined,
      });
      return [sequence, lastHidden];
    },
    describe: describe(all),
  };
});

const gruGradCase: fc.Arbitrary<OpCase> = drawn.map((all) => {
  const { mask, inputDropout, recurrentDropout, ...options } = constants(all);
  return {
    inputs: all.weights,
    call: (...weights) => {
      const inputs = [...weights, mask, inputDropout, recurrentDropout] as unknown as Parameters<typeof gruOp.all>[0];
      const outputs = gruOp.all(inputs, options);
      const upstream = [outputs[0], undefined];
      return gruGrad.all([...inputs, ...outputs, ...upstream] as unknown as Parameters<typeof gruGrad.all>[0], options);
    },
    describe: describe(all),
  };
});

const of = (...shape: number[]): Tensor => ones(shape);
const call = (changed: Readonly<Record<string, Tensor>> = {}, resetAfter = true): unknown => {
  const { x = of(2, 5, 3), kernel = of(3, 12), recurrentKernel = of(4, 12), bias = of(2, 12), ...options } = changed;
  return gru(x, kernel, recurrentKernel, bias, { ...options, resetAfter });
};

export const rows: readonly OpRow[] = [
  {
    op: 'gru',
    arbitrary: gruCase,
    refused: [
      {
        name: 'one sample without its batch axis',
        call: () => call({ x: of(5, 3) }),
        message: /gru: x has the shape \[5, 3\], expected \[batch, steps, features\]/,
      },
      {
        name: 'a recurrent kernel of four gates',
        call: () => call({ recurrentKernel: of(4, 16) }),
        message: /gru: recurrentKernel has the shape \[4, 16\], expected \[units, 3 \* units\]. The gates z, r, h/,
      },
      {
        name: 'one bias where the reset gate comes after',
        call: () => call({ bias: of(12) }),
        message: /gru: bias has the shape \[12\], expected \[2, 12\]/,
      },
      {
        name: 'two biases where it comes before',
        call: () => call({}, false),
        message: /gru: bias has the shape \[2, 12\], expected \[12\]/,
      },
      {
        name: 'a state of another batch',
        call: () => call({ initialState: of(3, 4) }),
        message: /gru: the initial state has the shape \[3, 4\], expected \[2, 4\]/,
      },
      {
        name: 'second derivatives',
        call: () =>
          grad((outer: Tensor) => sum(grad((x: Tensor) => sum(gru(x, of(1, 3), of(1, 3)).sequence))(outer)))(
            tensor([[[0.5]]]),
          ),
        message: /gru: second derivatives are not available.*unrolled cell/,
      },
    ],
  },
  {
    op: 'gruGrad',
    arbitrary: gruGradCase,
    noGradient: 'one kernel for the whole backward pass: second derivatives are refused',
    refused: [],
  },
];
