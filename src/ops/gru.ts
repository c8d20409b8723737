/** GRU over a whole sequence in one kernel, and its gradient in another. */
import { gruGradKernel, gruKernel, type GruOptions } from '../../kernels/gru/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { asTensor, defineOp, type Op, type TensorLike } from './define-op.ts';
import { once } from './once.ts';
import { noSecondDerivatives, noState, recurrentSizes, type RecurrentCallOptions } from './recurrent.ts';

/** Options of `gru`. */
export interface GruCallOptions extends RecurrentCallOptions {
  /** Hidden state `[batch, units]` before the first step. Default zeros. */
  readonly initialState?: TensorLike | undefined;
  /** Applies the reset gate after the product with the recurrent kernel, not before. Default true, as in Keras. */
  readonly resetAfter?: boolean;
}

/** What `gru` and `simpleRnn` return. */
export interface RecurrentResult {
  /** The hidden state after each step, in the order of processing: `[batch, steps, units]`. */
  readonly sequence: Tensor;
  /** `[batch, units]` */
  readonly lastHidden: Tensor;
}

/**
 * Gated recurrent unit, gates in the order z, r, h (Cho et al. 2014, with Keras's names):
 * `z, r = sigmoid(a + q)`, `h' = z h + (1 - z) tanh(a_h + r q_h)` where `a = x kernel + bias[0]` and
 * `q = h recurrentKernel + bias[1]`; without `resetAfter`: `h' = z h + (1 - z) tanh(a_h + (r h) recurrentKernel_h)`.
 * First derivatives only: the backward pass is one kernel.
 * @param x `[batch, steps, features]`
 * @param kernel `[features, 3 * units]`
 * @param recurrentKernel `[units, 3 * units]`
 * @param bias `[2, 3 * units]`, for the input and for the state; without `resetAfter` `[3 * units]`; or undefined
 * @throws ShapeError naming the input whose shape does not fit
 * @example const { sequence, lastHidden } = gru(x, kernel, recurrentKernel, bias, { mask });
 */
export function gru(
  x: TensorLike,
  kernel: TensorLike,
  recurrentKernel: TensorLike,
  bias?: TensorLike,
  options: GruCallOptions = {},
): RecurrentResult {
  const { mask, inputDropout, recurrentDropout } = options;
  const { resetAfter = true, goBackwards = false, zeroOutputForMask = false } = options;
  const input = asTensor(x, 'gru');
  const recurrent = asTensor(recurrentKernel, 'gru');
  const hidden = options.initialState ?? noState(input, recurrent);
  const [sequence, lastHidden] = gruOp.all(
    [input, kernel, recurrent, bias, hidden, mask, inputDropout, recurrentDropout],
    { resetAfter, goBackwards, zeroOutputForMask },
  ) as GruOutputs;
  return { sequence, lastHidden };
}

type GruInputs = [
  x: TensorLike,
  kernel: TensorLike,
  recurrentKernel: TensorLike,
  bias: TensorLike | undefined,
  hidden: TensorLike,
  mask: TensorLike | undefined,
  inputDropout: TensorLike | undefined,
  recurrentDropout: TensorLike | undefined,
];
type GruOutputs = readonly [sequence: Tensor, lastHidden: Tensor, gates: Tensor, inner: Tensor];

/** @internal Outputs: sequence, last hidden state; for the gradient: gates, and what the candidate's product gave or took. */
export const gruOp: Op<GruInputs, GruOptions> = /* @__PURE__ */ defineOp<GruInputs, GruOptions>({
  name: 'gru',
  kernel: gruKernel,
  shape: ([x, kernel, recurrentKernel, bias, hidden, mask, inputDropout, recurrentDropout], { resetAfter }) => {
    const { batch, steps, units } = recurrentSizes(
      { where: 'gru', gates: ['z', 'r', 'h'], ...(resetAfter ? { biasShape: (width: number) => [2, width] } : {}) },
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
    return [sequence, [batch, units], [batch, steps, 3 * units], sequence];
  },
  gradient: ({ inputs, outputs, gradients, used, options }) => {
    const upstream = [0, 1].map((index) => (used[index] ? gradients[index] : undefined));
    const parts = once(() => gruGrad.all([...inputs, ...outputs, ...upstream] as unknown as GruGradInputs, options));
    const part = (index: number) => (): Tensor => parts()[index] as Tensor;
    // the kernel writes dBias even where there is no bias
    return [part(0), part(1), part(2), inputs[3] && part(3), part(4)];
  },
});

type GruGradInputs = [
  ...GruInputs,
  sequence: TensorLike,
  lastHidden: TensorLike,
  gates: TensorLike,
  inner: TensorLike,
  dSequence: TensorLike | undefined,
  dLastHidden: TensorLike | undefined,
];

/** @internal The backward pass of `gru`. Outputs: dx, dKernel, dRecurrentKernel, dBias, dHidden. */
export const gruGrad: Op<GruGradInputs, GruOptions> = /* @__PURE__ */ defineOp<GruGradInputs, GruOptions>({
  name: 'gruGrad',
  kernel: gruGradKernel,
  shape: ([x, kernel, recurrentKernel, , hidden], { resetAfter }) => {
    const [, width = 0] = kernel;
    return [x, kernel, recurrentKernel, resetAfter ? [2, width] : [width], hidden];
  },
  gradient: () => noSecondDerivatives('gru'),
});
