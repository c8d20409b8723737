/** LSTM over a whole sequence in one kernel, and its gradient in another. */
import { lstmGradKernel, lstmKernel, type LstmOptions } from '../../kernels/lstm/index.ts';
import { ArgumentError, ShapeError } from '../errors.ts';
import { formatShape, type Shape } from '../tensor/shape.ts';
import { zeros, type Tensor } from '../tensor/tensor.ts';
import { asTensor, defineOp, type Op, type TensorLike } from './define-op.ts';
import { once } from './once.ts';

/** Options of `lstm`. */
export interface LstmCallOptions {
  /** Hidden state and cell `[batch, units]` before the first step. Default zeros. */
  readonly initialState?: readonly [hidden: TensorLike, cell: TensorLike] | undefined;
  /** `[batch, steps]`; a step where it is 0 keeps the state. */
  readonly mask?: TensorLike | undefined;
  /** Factors of x, the same at every step: `[batch, features]`, or `[batch, 4 * features]` with one part per gate. Constants. */
  readonly inputDropout?: TensorLike | undefined;
  /** Factors of the hidden state, the same at every step: `[batch, units]`, or `[batch, 4 * units]` with one part per gate. Constants. */
  readonly recurrentDropout?: TensorLike | undefined;
  /** Takes the last step first; the sequence comes out in that order. Default false. */
  readonly goBackwards?: boolean;
  /** The output of a masked step is zero instead of the one before. Default false. */
  readonly zeroOutputForMask?: boolean;
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
  const [hidden, cell] = initialState ?? noState(input, recurrent);
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
export const lstmOp: Op<LstmInputs, LstmOptions> = defineOp<LstmInputs, LstmOptions>({
  name: 'lstm',
  kernel: lstmKernel,
  shape: (inputs) => lstmShapes(inputs),
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
export const lstmGrad: Op<LstmGradInputs, LstmOptions> = defineOp<LstmGradInputs, LstmOptions>({
  name: 'lstmGrad',
  kernel: lstmGradKernel,
  shape: ([x, kernel, recurrentKernel, , hidden, cell]) => [x, kernel, recurrentKernel, kernel.slice(1), hidden, cell],
  gradient: () => {
    throw new ArgumentError(
      'lstm: second derivatives are not available, because its backward pass is one kernel. ' +
        'Write the steps with matmul, sigmoid and tanh in a loop (an unrolled cell) where you need them.',
      { where: 'lstm' },
    );
  },
});

function noState(x: Tensor, recurrentKernel: Tensor): readonly [Tensor, Tensor] {
  const state = zeros([x.shape[0] ?? 0, recurrentKernel.shape[0] ?? 0]);
  return [state, state];
}

type LstmShapes = readonly [
  x: Shape,
  kernel: Shape,
  recurrentKernel: Shape,
  bias: Shape | undefined,
  hidden: Shape,
  cell: Shape,
  mask: Shape | undefined,
  inputDropout: Shape | undefined,
  recurrentDropout: Shape | undefined,
];

function lstmShapes(inputs: LstmShapes): readonly Shape[] {
  const [x, kernel, recurrentKernel, bias, hidden, cell, mask, inputDropout, recurrentDropout] = inputs;
  const [batch = 0, steps = 0, features = 0] = x;
  const [units = 0] = recurrentKernel;
  const gates = 4 * units;
  check('x', x, x.length === 3, '[batch, steps, features]', 'Add the missing axis with reshape().');
  check(
    'recurrentKernel',
    recurrentKernel,
    recurrentKernel.length === 2 && recurrentKernel[1] === gates,
    '[units, 4 * units]',
    'The gates i, f, c, o stand side by side.',
  );
  const fits = (name: string, shape: Shape | undefined, expected: Shape, why: string): void => {
    if (shape === undefined) return;
    const equal = shape.length === expected.length && shape.every((length, axis) => length === expected[axis]);
    check(name, shape, equal, formatShape(expected), why);
  };
  fits('kernel', kernel, [features, gates], `x has ${features} features and the recurrent kernel ${units} units.`);
  fits('bias', bias, [gates], `It has one number per unit and gate, ${units} units.`);
  const perSample = `The batch has ${batch} samples and the recurrent kernel ${units} units.`;
  fits('the initial hidden state', hidden, [batch, units], perSample);
  fits('the initial cell', cell, [batch, units], perSample);
  fits('mask', mask, [batch, steps], `x has the shape ${formatShape(x)}.`);
  const perGate = (shape: Shape | undefined, width: number): Shape => [
    batch,
    shape?.[1] === 4 * width ? 4 * width : width,
  ];
  const drawn = 'Factors are drawn once per sample; four times as many give each gate its own.';
  fits('inputDropout', inputDropout, perGate(inputDropout, features), drawn);
  fits('recurrentDropout', recurrentDropout, perGate(recurrentDropout, units), drawn);
  return [
    [batch, steps, units],
    [batch, units],
    [batch, units],
    [batch, steps, gates],
    [batch, steps, units],
  ];
}

function check(name: string, shape: Shape, fits: boolean, expected: string, why: string): void {
  if (fits) return;
  throw new ShapeError(`lstm: ${name} has the shape ${formatShape(shape)}, expected ${expected}. ${why}`, {
    where: 'lstm',
    got: shape,
    expected,
  });
}
