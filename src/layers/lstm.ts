/** A long short-term memory. */
import { concat, lstm as lstmOp, slice } from '../ops/index.ts';
import { full, type Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import type { Config } from './layer.ts';
import { activationConfig } from './options.ts';
import { lstmStep, type RecurrentOutcome, type RecurrentRun, type Step } from './recurrent-cell.ts';
import { Recurrent, type GatedOptions, type RecurrenceSpec } from './recurrent.ts';

export interface LstmOptions<Name extends string = string> extends GatedOptions<Name> {
  /** The forget gate's bias starts at 1. Default true. */
  readonly unitForgetBias?: boolean;
}

export class LSTM<Name extends string = string> extends Recurrent<Name> {
  static readonly kerasName: string = 'LSTM';
  readonly unitForgetBias: boolean;

  constructor(options: LstmOptions<Name> & { readonly units: number }) {
    super(options);
    this.unitForgetBias = options.unitForgetBias ?? true;
  }

  protected override get recurrence(): RecurrenceSpec {
    return { gates: 4, states: ['h', 'c'] };
  }

  protected override get step(): Step {
    return lstmStep(this.activation, this.recurrentActivation);
  }

  protected override makeBias(width: number): Variable {
    const bias = super.makeBias(width);
    if (!this.unitForgetBias) return bias;
    // Gates stand in the order i, f, c, o.
    const { units } = this;
    const value = bias.hostValue();
    bias.assignOnHost(
      concat([slice(value, [0], [units]), full([units], 1), slice(value, [2 * units], [2 * units])], { axis: 0 }),
    );
    return bias;
  }

  protected override runKernel({ x, initialState, ...options }: RecurrentRun): RecurrentOutcome {
    const { sequence, lastHidden, lastCell } = lstmOp(
      x,
      this.kernel as Variable,
      this.recurrentKernel as Variable,
      this.bias,
      { ...options, initialState: initialState as readonly [Tensor, Tensor] },
    );
    return { sequence, states: [lastHidden, lastCell] };
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      recurrent_activation: activationConfig(this.name, this.recurrentActivation),
      unit_forget_bias: this.unitForgetBias,
      seed: this.options.seed ?? null,
    };
  }
}

/**
 * Long short-term memory over `[batch, steps, features]`, giving `[batch, units]`, or every step's state with
 * `returnSequences`: `c' = f c + i tanh(z_c)`, `h' = o tanh(c')`, where `i, f, o` are the sigmoids of
 * `z = x kernel + h recurrentKernel + bias`. Weights: kernel `[features, 4 units]`, recurrent kernel `[units, 4 units]`,
 * bias; gates i, f, c, o. Steps that the input's mask leaves out keep the state.
 * Source: Hochreiter and Schmidhuber 1997; Keras `LSTM`.
 * @param units size of the hidden state
 * @throws ArgumentError for units that are no positive integer, and dropout outside [0, 1)
 * @example const encoded = lstm(32)(embedding(10000, 64)(text));
 */
export function lstm<const Name extends string = string>(units: number, options: LstmOptions<Name> = {}): LSTM<Name> {
  return new LSTM<Name>({ ...options, units });
}
