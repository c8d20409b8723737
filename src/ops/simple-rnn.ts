/** The simple recurrence over a whole sequence in one kernel, and its gradient in another. */
import { simpleRnnGradKernel, simpleRnnKernel, type SimpleRnnOptions } from '../../kernels/simple-rnn/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { asTensor, defineOp, type Op, type TensorLike } from './define-op.ts';
import type { RecurrentResult } from './gru.ts';
import { once } from './once.ts';
import { noSecondDerivatives, noState, recurrentSizes, type RecurrentCallOptions } from './recurrent.ts';

/** Options of `simpleRnn`. */
export interface SimpleRnnCallOptions extends RecurrentCallOptions {
  /** Hidden state `[batch, units]` before the first step. Default zeros. */
  readonly initialState?: TensorLike | undefined;
}

/**
 * The simple recurrence `h' = tanh(x kernel + h recurrentKernel + bias)` (Elman 1990).
 * First derivatives only: the backward pass is one kernel.
 * @param x `[batch, steps, features]`
 * @param kernel `[features, units]`
 * @param recurrentKernel `[units, units]`
 * @param bias `[units]`, or undefined for none
 * @throws ShapeError naming the input whose shape does not fit
 * @example const { sequence, lastHidden } = simpleRnn(x, kernel, recurrentKernel, bias, { mask });
 */
export function simpleRnn(
  x: TensorLike,
  kernel: TensorLike,
  recurrentKernel: TensorLike,
  bias?: TensorLike,
  options: SimpleRnnCallOptions = {},
): RecurrentResult {
  const { mask, inputDropout, recurrentDropout, goBackwards = false, zeroOutputForMask = false } = options;
  const input = asTensor(x, 'simpleRnn');
  const recurrent = asTensor(recurrentKernel, 'simpleRnn');
  const hidden = options.initialState ?? noState(input, recurrent);
  const [sequence, lastHidden] = simpleRnnOp.all(
    [input, kernel, recurrent, bias, hidden, mask, inputDropout, recurrentDropout],
    { goBackwards, zeroOutputForMask },
  ) as SimpleRnnOutputs;
  return { sequence, lastHidden };
}

type SimpleRnnInputs = [
  x: TensorLike,
  kernel: TensorLike,
  recurrentKernel: TensorLike,
  bias: TensorLike | undefined,
  hidden: TensorLike,
  mask: TensorLike | undefined,
  inputDropout: TensorLike | undefined,
  recurrentDropout: TensorLike | undefined,
];
type SimpleRnnOutputs = readonly [sequence: Tensor, lastHidden: Tensor, states: Tensor];

/** @internal Outputs: sequence, last hidden state; for the gradient: the states in time order. */
export const simpleRnnOp: Op<SimpleRnnInputs, SimpleRnnOptions> = /* @__PURE__ */ defineOp<
  SimpleRnnInputs,
  SimpleRnnOptions
>({
  name: 'simpleRnn',
  kernel: simpleRnnKernel,
  shape: ([x, kernel, recurrentKernel, bias, hidden, mask, inputDropout, recurrentDropout]) => {
    const { batch, steps, units } = recurrentSizes(
      { where: 'simpleRnn', gates: ['h'] },
      {
        x,
        kernel,
        recurrentKernel,
        bias,
        states: [['the initial state', hidden]],
        mask,
        inputDropout,
        recurrentDropout,
      },
    );
    const sequence = [batch, steps, units];
    return [sequence, [batch, units], sequence];
  },
  gradient: ({ inputs, outputs, gradients, used, options }) => {
    const upstream = [0, 1].map((index) => (used[index] ? gradients[index] : undefined));
    const parts = once(() =>
      simpleRnnGrad.all([...inputs, ...outputs, ...upstream] as unknown as SimpleRnnGradInputs, options),
    );
    const part = (index: number) => (): Tensor => parts()[index] as Tensor;
    // the kernel writes dBias even where there is no bias
    return [part(0), part(1), part(2), inputs[3] && part(3), part(4)];
  },
});

type SimpleRnnGradInputs = [
  ...SimpleRnnInputs,
  sequence: TensorLike,
  lastHidden: TensorLike,
  states: TensorLike,
  dSequence: TensorLike | undefined,
  dLastHidden: TensorLike | undefined,
];

/** @internal The backward pass of `simpleRnn`. Outputs: dx, dKernel, dRecurrentKernel, dBias, dHidden. */
export const simpleRnnGrad: Op<SimpleRnnGradInputs, SimpleRnnOptions> = /* @__PURE__ */ defineOp<
  SimpleRnnGradInputs,
  SimpleRnnOptions
>({
  name: 'simpleRnnGrad',
  kernel: simpleRnnGradKernel,
  shape: ([x, kernel, recurrentKernel, , hidden]) => [x, kernel, recurrentKernel, kernel.slice(1), hidden],
  gradient: () => noSecondDerivatives('simpleRnn'),
});
