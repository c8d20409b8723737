/** Rows of the LSTM and its backward pass. */
import type fc from 'fast-check';
import { lstm, lstmGrad, lstmOp } from '../../../../src/ops/lstm.ts';
import { sum } from '../../../../src/ops/broadcasting.ts';
import { grad } from '../../../../src/tape/grad.ts';
import { ones, tensor, zeros, type Tensor } from '../../../../src/tensor/tensor.ts';
import * as arbitraries from '../../../../src/testing/arbitraries/recurrent.ts';
import type { OpCase, OpRow } from '../../../../src/testing/op-row.ts';
import { optionsCode } from '../../../../src/testing/pasteable.ts';
import { argumentsCode, callCase, withDefaults } from './call-case.ts';
import { CONSTANTS, counted, coversOf, recurrentCode } from './recurrent-case.ts';

const FLAGS = ['goBackwards', 'zeroOutputForMask'];

function partsOf({ x, kernel, recurrentKernel, bias, options }: arbitraries.LstmCall) {
  const [hidden, cell] = options.initialState ?? [];
  const { mask, inputDropout, recurrentDropout } = options;
  return { x, kernel, recurrentKernel, bias, hidden, cell, mask, inputDropout, recurrentDropout };
}

const lstmCase: fc.Arbitrary<OpCase> = arbitraries.lstm().map((drawn) => {
  const flags = flagsOf(drawn);
  return callCase(
    partsOf(drawn),
    ({ x, kernel, recurrentKernel, bias, hidden, cell, ...constants }) => {
      const options = { ...flags, ...constants, initialState: hidden && cell && ([hidden, cell] as const) };
      return Object.values(lstm(x, kernel, recurrentKernel, bias, options)) as readonly Tensor[];
    },
    (names) => {
      const { x, kernel, recurrentKernel, bias, mask, inputDropout, recurrentDropout } = names;
      const tensors = { initialState: `[${names.hidden}, ${names.cell}]`, mask, inputDropout, recurrentDropout };
      const args = [x, kernel, recurrentKernel, bias, recurrentCode(tensors, flags)];
      return `Object.values(lstm(${argumentsCode(args)}))`;
    },
    { ...counted(drawn, FLAGS), constants: CONSTANTS },
  );
});

// The op under the function, whose outputs for the gradient are computed beside it.
const lstmGradCase: fc.Arbitrary<OpCase> = arbitraries.lstm().map((drawn) => {
  const { goBackwards = false, zeroOutputForMask = false } = drawn.options;
  const options = { goBackwards, zeroOutputForMask };
  const state = [drawn.x.shape[0] ?? 0, drawn.recurrentKernel.shape[0] ?? 0];
  return callCase(
    partsOf(drawn),
    ({
      x,
      kernel,
      recurrentKernel,
      bias,
      hidden = zeros(state),
      cell = zeros(state),
      mask,
      inputDropout,
      recurrentDropout,
    }) => {
      const inputs = [x, kernel, recurrentKernel, bias, hidden, cell, mask, inputDropout, recurrentDropout];
      const outputs = lstmOp.all(inputs as unknown as Parameters<typeof lstmOp.all>[0], options);
      const upstream = [outputs[0], undefined, outputs[2]];
      return lstmGrad.all(
        [...inputs, ...outputs, ...upstream] as unknown as Parameters<typeof lstmGrad.all>[0],
        options,
      );
    },
    ({ x, kernel, recurrentKernel, bias, hidden, cell, mask, inputDropout, recurrentDropout }) => {
      const zeroCode = `zeros([${state.join(', ')}])`;
      const states = [hidden, cell].map((name) => (name === 'undefined' ? zeroCode : name));
      const inputs = [x, kernel, recurrentKernel, bias, ...states, mask, inputDropout, recurrentDropout].join(', ');
      const forward = `lstmOp.all([${inputs}], ${optionsCode(options)})`;
      return `((outputs) => lstmGrad.all([${inputs}, ...outputs, outputs[0], undefined, outputs[2]], ${optionsCode(options)}))(${forward})`;
    },
    counted(drawn, FLAGS),
  );
});

function flagsOf({ options }: arbitraries.LstmCall): object {
  return Object.fromEntries(Object.entries(withDefaults(options, FLAGS)).filter(([, value]) => value !== undefined));
}

const COVERS = coversOf(['none', 'shared', 'per gate']);

const of = (...shape: number[]): Tensor => ones(shape);
const call = (changed: Readonly<Record<string, Tensor>> = {}): unknown => {
  const { x = of(2, 5, 3), kernel = of(3, 16), recurrentKernel = of(4, 16), bias = of(16), ...options } = changed;
  return lstm(x, kernel, recurrentKernel, bias, options);
};

export const rows: readonly OpRow[] = [
  {
    op: 'lstm',
    arbitrary: lstmCase,
    covers: COVERS,
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
    covers: COVERS,
    noGradient: 'one kernel for the whole backward pass: second derivatives are refused',
    refused: [],
  },
];
