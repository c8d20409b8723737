/** Rows of the simple recurrence and its backward pass. */
import fc from 'fast-check';
import { sum } from '../../../../src/ops/broadcasting.ts';
import { simpleRnn, simpleRnnGrad, simpleRnnOp } from '../../../../src/ops/simple-rnn.ts';
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
    withBias: fc.boolean(),
    withState: fc.boolean(),
    withMask: fc.boolean(),
    withDropout: fc.boolean(),
    goBackwards: fc.boolean(),
    zeroOutputForMask: fc.boolean(),
  })
  .chain((one) => {
    const { batch, steps, features, units } = one;
    return fc.record({
      one: fc.constant(one),
      weights: tensorsOf([[batch, steps, features], [features, units], [units, units], [units], [batch, units]]),
      mask: tensorOf([batch, steps], fc.constantFrom(0, 1, 1)),
      inputDropout: tensorOf([batch, features], fc.constantFrom(0, 2)),
      recurrentDropout: tensorOf([batch, units], fc.constantFrom(0, 2)),
    });
  });

type Drawn = typeof drawn extends fc.Arbitrary<infer Value> ? Value : never;

const describe = ({ one: { withMask, withDropout, goBackwards, withBias } }: Drawn): string =>
  `${withMask ? 'masked' : 'no mask'}${withDropout ? ', dropout' : ''}${goBackwards ? ', backwards' : ''}${withBias ? ', bias' : ''}`;

/** The options that are constants of a case: masks and flags. */
const constants = ({ one, mask, inputDropout, recurrentDropout }: Drawn) => ({
  mask: one.withMask ? mask : undefined,
  inputDropout: one.withDropout ? inputDropout : undefined,
  recurrentDropout: one.withDropout ? recurrentDropout : undefined,
  goBackwards: one.goBackwards,
  zeroOutputForMask: one.zeroOutputForMask,
});

const simpleRnnCase: fc.Arbitrary<OpCase> = drawn.map((all) => {
  const { withBias, withState } = all.one;
  const [x, kernel, recurrentKernel, bias, hidden] = all.weights as readonly [Tensor, Tensor, Tensor, Tensor, Tensor];
  return {
    inputs: [x, kernel, recurrentKernel, ...(withState ? [hidden] : []), ...(withBias ? [bias] : [])],
    call: (input, k, r, ...rest) => {
      const { sequence, lastHidden } = simpleRnn(input, k, r, withBias ? rest.at(-1) : undefined, {
        ...constants(all),
        initialState: withState ? rest[0] : undefined,
      });
      return [sequence, lastHidden];
    },
    describe: describe(all),
  };
});

const simpleRnnGradCase: fc.Arbitrary<OpCase> = drawn.map((all) => {
  const { mask, inputDropout, recurrentDropout, ...options } = constants(all);
  return {
    inputs: all.weights,
    call: (...weights) => {
      const inputs = [...weights, mask, inputDropout, recurrentDropout] as unknown as Parameters<
        typeof simpleRnnOp.all
      >[0];
      const outputs = simpleRnnOp.all(inputs, options);
      const upstream = [outputs[0], undefined];
      return simpleRnnGrad.all(
        [...inputs, ...outputs, ...upstream] as unknown as Parameters<typeof simpleRnnGrad.all>[0],
        options,
      );
    },
    describe: describe(all),
  };
});

const of = (...shape: number[]): Tensor => ones(shape);
const call = (changed: Readonly<Record<string, Tensor>> = {}): unknown => {
  const { x = of(2, 5, 3), kernel = of(3, 4), recurrentKernel = of(4, 4), bias = of(4), ...options } = changed;
  return simpleRnn(x, kernel, recurrentKernel, bias, options);
};

export const rows: readonly OpRow[] = [
  {
    op: 'simpleRnn',
    arbitrary: simpleRnnCase,
    refused: [
      {
        name: 'one sample without its batch axis',
        call: () => call({ x: of(5, 3) }),
        message: /simpleRnn: x has the shape \[5, 3\], expected \[batch, steps, features\]/,
      },
      {
        name: 'a recurrent kernel that is not square',
        call: () => call({ recurrentKernel: of(4, 8) }),
        message: /simpleRnn: recurrentKernel has the shape \[4, 8\], expected \[units, units\]/,
      },
      {
        name: 'a kernel for other features',
        call: () => call({ kernel: of(2, 4) }),
        message: /simpleRnn: kernel has the shape \[2, 4\], expected \[3, 4\]/,
      },
      {
        name: 'dropout factors for other units',
        call: () => call({ recurrentDropout: of(2, 8) }),
        message: /simpleRnn: recurrentDropout has the shape \[2, 8\], expected \[2, 4\]/,
      },
      {
        name: 'second derivatives',
        call: () =>
          grad((outer: Tensor) => sum(grad((x: Tensor) => sum(simpleRnn(x, of(1, 1), of(1, 1)).sequence))(outer)))(
            tensor([[[0.5]]]),
          ),
        message: /simpleRnn: second derivatives are not available.*unrolled cell/,
      },
    ],
  },
  {
    op: 'simpleRnnGrad',
    arbitrary: simpleRnnGradCase,
    noGradient: 'one kernel for the whole backward pass: second derivatives are refused',
    refused: [],
  },
];
