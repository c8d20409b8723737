/** LSTM over a whole sequence in one kernel, and its gradient in another. */
import { lstmGradKernel, lstmKernel, type LstmOptions } from '../../kernels/lstm/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { asTensor, defineOp, type Op, type TensorLike } from './define-op.ts';
import { once } from './once.ts';
import { noSecondDerivatives, noState, recurrentSizes, type RecurrentCallOptions } from './recurrent.ts';

/** Options of `lstm`. */
export interface LstmCallOptions extends RecurrentCallOptions {
  /** Hidden state and cell `[batch, units]` before the first step. Default zeros. */
  readonly initialState?: readonly [hidden: TensorLike, cell: TensorLike] | undefined;
}

/** What `lstm` returns. */
export interface LstmResult {
  /** The hidden state after each step, in the order of processing: `[batch, steps, units]`. */
  readonly sequence: Tensor;
  /** `[batch, units]` */
  readonly lastHidden: Tensor;
  /** `[batch, units]` */
  readonly lastCell: Tensor;
}

/**
 * Long short-term memory, gates in the order i, f, c, o (Hochreiter and Schmidhuber 1997, with forget gates):
 * `z = x kernel + h recurrentKernel + bias`, `c = sigmoid(z_f) c + sigmoid(z_i) tanh(z_c)`, `h = sigmoid(z_o) tanh(c)`.
 * First derivatives only: the backward pass is one kernel.
 * @param x `[batch, steps, features]`
 * @param kernel `[features, 4 * units]`
 * @param recurrentKernel `[units, 4 * units]`
 * @param bias `[4 * units]`, or undefined for none
 * @throws ShapeError naming the input whose shape does not fit
 * @example const { sequence, lastHidden } = lstm(x, kernel, recurrentKernel, bias, { mask });
 */
export function lstm(
  x: TensorLike,
  kernel: TensorLike,
  recurrentKernel: TensorLike,
  bias?: TensorLike,
  options: LstmCallOptions = {},
): LstmResult {
  const {
    initialState,
    mask,
    inputDropout,
    recurrentDropout,
    goBackwards = false,
    zeroOutputForMask = false,
  } = options;
  const input = asTensor(x, 'lstm');
  const recurrent = asTensor(recurrentKernel, 'lstm');
  const [hidden = noState(input, recurrent), cell = noState(input, recurrent)] = initialState ?? [];
  const [sequence, lastHidden, lastCell] = lstmOp.all(
    [input, kernel, recurrent, bias, hidden, cell, mask, inputDropout, recurrentDropout],
    { goBackwards, zeroOutputForMask },
  ) as LstmOutputs;
  return { sequence, lastHidden, lastCell };
}

type LstmInputs = [
  x: TensorLike,
  kernel: TensorLike,
  recurrentKernel: TensorLike,
  bias: TensorLike | undefined,
  hidden: TensorLike,
  cell: TensorLike,
  mask: TensorLike | undefined,
  inputDropout: TensorLike | undefined,
  recurrentDropout: TensorLike | undefined,
];
type LstmOutputs = readonly [sequence: Tensor, lastHidden: Tensor, lastCell: Tensor, gates: Tensor, cells: Tensor];

/** @internal Outputs: sequence, last hidden state, last cell; for the gradient: gates and cells of all steps. */
export const lstmOp: Op<LstmInputs, LstmOptions> = /* @__PURE__ */ defineOp<LstmInputs, LstmOptions>({
  name: 'lstm',
  kernel: lstmKernel,
  shape: ([x, kernel, recurrentKernel, bias, hidden, cell, mask, inputDropout, recurrentDropout]) => {
    const { batch, steps, units } = recurrentSizes(
      { where: 'lstm', gates: ['i', 'f', 'c', 'o'] },
      {
        x,
        kernel,
        recurrentKernel,
        bias,
        states: [
          ['the initial hidden state', hidden],
          ['the initial cell', cell],
        ],
        mask,
        inputDropout,
        recurrentDropout,
      },
    );
    const state = [batch, units];
    return [[batch, steps, units], state, state, [batch, steps, 4 * units], [batch, steps, units]];
  },
  gradient: ({ inputs, outputs, gradients, used, options }) => {
    const upstream = [0, 1, 2].map((index) => (used[index] ? gradients[index] : undefined));
    const parts = once(() => lstmGrad.all([...inputs, ...outputs, ...upstream] as unknown as LstmGradInputs, options));
    const part = (index: number) => (): Tensor => parts()[index] as Tensor;
    // the kernel writes dBias even where there is no bias
    return [part(0), part(1), part(2), inputs[3] && part(3), part(4), part(5)];
  },
});

type LstmGradInputs = [
  ...LstmInputs,
  sequence: TensorLike,
  lastHidden: TensorLike,
  lastCell: TensorLike,
  gates: TensorLike,
  cells: TensorLike,
  dSequence: TensorLike | undefined,
  dLastHidden: TensorLike | undefined,
  dLastCell: TensorLike | undefined,
];

/** @internal The backward pass of `lstm`. Outputs: dx, dKernel, dRecurrentKernel, dBias, dHidden, dCell. */
export const lstmGrad: Op<LstmGradInputs, LstmOptions> = /* @__PURE__ */ defineOp<LstmGradInputs, LstmOptions>({
  name: 'lstmGrad',
  kernel: lstmGradKernel,
  shape: ([x, kernel, recurrentKernel, , hidden, cell]) => [x, kernel, recurrentKernel, kernel.slice(1), hidden, cell],
  gradient: () => noSecondDerivatives('lstm'),
});
