/** A gated recurrent unit. */
import { gru as gruOp, reshape, slice } from '../ops/index.ts';
import type { Variable } from '../tensor/variable.ts';
import type { Config } from './layer.ts';
import { activationConfig } from './options.ts';
import { gruStep, type RecurrentOutcome, type RecurrentRun, type Step } from './recurrent-cell.ts';
import { Recurrent, type GatedOptions, type RecurrenceSpec } from './recurrent.ts';

export interface GruOptions<Name extends string = string> extends GatedOptions<Name> {
  /** Applies the reset gate after the product with the recurrent kernel; the state then has a bias of its own. Default true. */
  readonly resetAfter?: boolean;
}

export class GRU<Name extends string = string> extends Recurrent<Name> {
  static readonly kerasName: string = 'GRU';
  readonly resetAfter: boolean;

  constructor(options: GruOptions<Name> & { readonly units: number }) {
    super(options);
    this.resetAfter = options.resetAfter ?? true;
  }

  protected override get recurrence(): RecurrenceSpec {
    return { gates: 3, states: ['h'] };
  }

  protected override get step(): Step {
    const bias = this.resetAfter ? this.bias?.value : undefined;
    const stateBias = bias && reshape(slice(bias, [1, 0], [1, -1]), [-1]);
    return gruStep(this.activation, this.recurrentActivation, this.resetAfter, stateBias);
  }

  protected override makeBias(width: number): Variable {
    return this.addBias(this.resetAfter ? [2, width] : [width]);
  }

  protected override runKernel({ x, initialState: [hidden], ...options }: RecurrentRun): RecurrentOutcome {
    const { sequence, lastHidden } = gruOp(x, this.kernel as Variable, this.recurrentKernel as Variable, this.bias, {
      ...options,
      initialState: hidden,
      resetAfter: this.resetAfter,
    });
    return { sequence, states: [lastHidden] };
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      recurrent_activation: activationConfig(this.name, this.recurrentActivation),
      reset_after: this.resetAfter,
      seed: this.options.seed ?? null,
    };
  }
}

/**
 * Gated recurrent unit over `[batch, steps, features]`, giving `[batch, units]`, or every step's state with
 * `returnSequences`: `h' = z h + (1 - z) tanh(a_h + r q_h)`, where `z, r` are the sigmoids of `a + q`,
 * `a = x kernel + bias[0]` and `q = h recurrentKernel + bias[1]`. Weights: kernel `[features, 3 units]`, recurrent kernel
 * `[units, 3 units]`, bias `[2, 3 units]` (`[3 units]` without `resetAfter`); gates z, r, h. Steps that the input's mask
 * leaves out keep the state. Source: Cho et al. 2014; Keras `GRU`.
 * @param units size of the hidden state
 * @throws ArgumentError for units that are no positive integer, and dropout outside [0, 1)
 * @example const encoded = gru(32)(embedding(10000, 64)(text));
 */
export function gru<const Name extends string = string>(units: number, options: GruOptions<Name> = {}): GRU<Name> {
  return new GRU<Name>({ ...options, units });
}
