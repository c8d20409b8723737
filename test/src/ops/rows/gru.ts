/** Rows of the GRU and its backward pass. */
import type fc from 'fast-check';
import { gru, gruGrad, gruOp } from '../../../../src/ops/gru.ts';
import { sum } from '../../../../src/ops/broadcasting.ts';
import { grad } from '../../../../src/tape/grad.ts';
import { ones, tensor, zeros, type Tensor } from '../../../../src/tensor/tensor.ts';
import * as arbitraries from '../../../../src/testing/arbitraries/recurrent.ts';
import type { OpCase, OpRow } from '../../../../src/testing/op-row.ts';
import { optionsCode } from '../../../../src/testing/pasteable.ts';
import { argumentsCode, callCase, withDefaults } from './call-case.ts';
import { CONSTANTS, counted, coversOf, recurrentCode } from './recurrent-case.ts';

const FLAGS = ['resetAfter', 'goBackwards', 'zeroOutputForMask'];

function partsOf({ x, kernel, recurrentKernel, bias, options }: arbitraries.GruCall) {
  const { mask, inputDropout, recurrentDropout } = options;
  return { x, kernel, recurrentKernel, bias, hidden: options.initialState, mask, inputDropout, recurrentDropout };
}

const gruCase: fc.Arbitrary<OpCase> = arbitraries.gru().map((drawn) => {
  const flags = flagsOf(drawn);
  return callCase(
    partsOf(drawn),
    ({ x, kernel, recurrentKernel, bias, hidden, ...constants }) => {
      const options = { ...flags, ...constants, initialState: hidden };
      return Object.values(gru(x, kernel, recurrentKernel, bias, options)) as readonly Tensor[];
    },
    (names) => {
      const { x, kernel, recurrentKernel, bias, mask, inputDropout, recurrentDropout } = names;
      const tensors = { initialState: names.hidden, mask, inputDropout, recurrentDropout };
      const args = [x, kernel, recurrentKernel, bias, recurrentCode(tensors, flags)];
      return `Object.values(gru(${argumentsCode(args)}))`;
    },
    { ...counted(drawn, FLAGS), constants: CONSTANTS },
  );
});

// The op under the function, whose outputs for the gradient are computed beside it.
const gruGradCase: fc.Arbitrary<OpCase> = arbitraries.gru().map((drawn) => {
  const { resetAfter = true, goBackwards = false, zeroOutputForMask = false } = drawn.options;
  const options = { resetAfter, goBackwards, zeroOutputForMask };
  const state = [drawn.x.shape[0] ?? 0, drawn.recurrentKernel.shape[0] ?? 0];
  return callCase(
    partsOf(drawn),
    ({ x, kernel, recurrentKernel, bias, hidden = zeros(state), mask, inputDropout, recurrentDropout }) => {
      const inputs = [x, kernel, recurrentKernel, bias, hidden, mask, inputDropout, recurrentDropout];
      const outputs = gruOp.all(inputs as unknown as Parameters<typeof gruOp.all>[0], options);
      const upstream = [outputs[0], undefined];
      return gruGrad.all([...inputs, ...outputs, ...upstream] as unknown as Parameters<typeof gruGrad.all>[0], options);
    },
    ({ x, kernel, recurrentKernel, bias, hidden, mask, inputDropout, recurrentDropout }) => {
      const zeroCode = `zeros([${state.join(', ')}])`;
      const states = [hidden].map((name) => (name === 'undefined' ? zeroCode : name));
      const inputs = [x, kernel, recurrentKernel, bias, ...states, mask, inputDropout, recurrentDropout].join(', ');
      const forward = `gruOp.all([${inputs}], ${optionsCode(options)})`;
      return `((outputs) => gruGrad.all([${inputs}, ...outputs, outputs[0], undefined], ${optionsCode(options)}))(${forward})`;
    },
    counted(drawn, FLAGS),
  );
});

function flagsOf({ options }: arbitraries.GruCall): object {
  return Object.fromEntries(Object.entries(withDefaults(options, FLAGS)).filter(([, value]) => value !== undefined));
}

const COVERS = { ...coversOf(['none', 'shared', 'per gate']), resetAfter: [undefined, false, true] };

const of = (...shape: number[]): Tensor => ones(shape);
const call = (changed: Readonly<Record<string, Tensor>> = {}, resetAfter = true): unknown => {
  const { x = of(2, 5, 3), kernel = of(3, 12), recurrentKernel = of(4, 12), bias = of(2, 12), ...options } = changed;
  return gru(x, kernel, recurrentKernel, bias, { ...options, resetAfter });
};

export const rows: readonly OpRow[] = [
  {
    op: 'gru',
    arbitrary: gruCase,
    covers: COVERS,
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
    covers: COVERS,
    noGradient: 'one kernel for the whole backward pass: second derivatives are refused',
    refused: [],
  },
];
