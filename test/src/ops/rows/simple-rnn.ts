/** Rows of the simple recurrence and its backward pass. */
import type fc from 'fast-check';
import { simpleRnn, simpleRnnGrad, simpleRnnOp } from '../../../../src/ops/simple-rnn.ts';
import { sum } from '../../../../src/ops/broadcasting.ts';
import { grad } from '../../../../src/tape/grad.ts';
import { ones, tensor, zeros, type Tensor } from '../../../../src/tensor/tensor.ts';
import * as arbitraries from '../../../../src/testing/arbitraries/recurrent.ts';
import type { OpCase, OpRow } from '../../../../src/testing/op-row.ts';
import { optionsCode } from '../../../../src/testing/pasteable.ts';
import { argumentsCode, callCase, withDefaults } from './call-case.ts';
import { CONSTANTS, counted, coversOf, recurrentCode } from './recurrent-case.ts';

const FLAGS = ['goBackwards', 'zeroOutputForMask'];

function partsOf({ x, kernel, recurrentKernel, bias, options }: arbitraries.SimpleRnnCall) {
  const { mask, inputDropout, recurrentDropout } = options;
  return { x, kernel, recurrentKernel, bias, hidden: options.initialState, mask, inputDropout, recurrentDropout };
}

const simpleRnnCase: fc.Arbitrary<OpCase> = arbitraries.simpleRnn().map((drawn) => {
  const flags = flagsOf(drawn);
  return callCase(
    partsOf(drawn),
    ({ x, kernel, recurrentKernel, bias, hidden, ...constants }) => {
      const options = { ...flags, ...constants, initialState: hidden };
      return Object.values(simpleRnn(x, kernel, recurrentKernel, bias, options)) as readonly Tensor[];
    },
    (names) => {
      const { x, kernel, recurrentKernel, bias, mask, inputDropout, recurrentDropout } = names;
      const tensors = { initialState: names.hidden, mask, inputDropout, recurrentDropout };
      const args = [x, kernel, recurrentKernel, bias, recurrentCode(tensors, flags)];
      return `Object.values(simpleRnn(${argumentsCode(args)}))`;
    },
    { ...counted(drawn, FLAGS), constants: CONSTANTS },
  );
});

// The op under the function, whose outputs for the gradient are computed beside it.
const simpleRnnGradCase: fc.Arbitrary<OpCase> = arbitraries.simpleRnn().map((drawn) => {
  const { goBackwards = false, zeroOutputForMask = false } = drawn.options;
  const options = { goBackwards, zeroOutputForMask };
  const state = [drawn.x.shape[0] ?? 0, drawn.recurrentKernel.shape[0] ?? 0];
  return callCase(
    partsOf(drawn),
    ({ x, kernel, recurrentKernel, bias, hidden = zeros(state), mask, inputDropout, recurrentDropout }) => {
      const inputs = [x, kernel, recurrentKernel, bias, hidden, mask, inputDropout, recurrentDropout];
      const outputs = simpleRnnOp.all(inputs as unknown as Parameters<typeof simpleRnnOp.all>[0], options);
      const upstream = [outputs[0], undefined];
      return simpleRnnGrad.all(
        [...inputs, ...outputs, ...upstream] as unknown as Parameters<typeof simpleRnnGrad.all>[0],
        options,
      );
    },
    ({ x, kernel, recurrentKernel, bias, hidden, mask, inputDropout, recurrentDropout }) => {
      const zeroCode = `zeros([${state.join(', ')}])`;
      const states = [hidden].map((name) => (name === 'undefined' ? zeroCode : name));
      const inputs = [x, kernel, recurrentKernel, bias, ...states, mask, inputDropout, recurrentDropout].join(', ');
      const forward = `simpleRnnOp.all([${inputs}], ${optionsCode(options)})`;
      return `((outputs) => simpleRnnGrad.all([${inputs}, ...outputs, outputs[0], undefined], ${optionsCode(options)}))(${forward})`;
    },
    counted(drawn, FLAGS),
  );
});

function flagsOf({ options }: arbitraries.SimpleRnnCall): object {
  return Object.fromEntries(Object.entries(withDefaults(options, FLAGS)).filter(([, value]) => value !== undefined));
}

const COVERS = coversOf(['none', 'shared']);

const of = (...shape: number[]): Tensor => ones(shape);
const call = (changed: Readonly<Record<string, Tensor>> = {}): unknown => {
  const { x = of(2, 5, 3), kernel = of(3, 4), recurrentKernel = of(4, 4), bias = of(4), ...options } = changed;
  return simpleRnn(x, kernel, recurrentKernel, bias, options);
};

export const rows: readonly OpRow[] = [
  {
    op: 'simpleRnn',
    arbitrary: simpleRnnCase,
    covers: COVERS,
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
    covers: COVERS,
    noGradient: 'one kernel for the whole backward pass: second derivatives are refused',
    refused: [],
  },
];
