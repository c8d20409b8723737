/** A simple recurrence. */
import { simpleRnn as simpleRnnOp } from '../ops/index.ts';
import type { Variable } from '../tensor/variable.ts';
import { simpleStep, type RecurrentOutcome, type RecurrentRun, type Step } from './recurrent-cell.ts';
import { Recurrent, type RecurrenceSpec, type RecurrentOptions } from './recurrent.ts';

export type SimpleRnnOptions<Name extends string = string> = RecurrentOptions<Name>;

export class SimpleRNN<Name extends string = string> extends Recurrent<Name> {
  static readonly kerasName: string = 'SimpleRNN';

  // For the type: there are no gates here.
  constructor(options: SimpleRnnOptions<Name> & { readonly units: number }) {
    super(options);
  }

  protected override get recurrence(): RecurrenceSpec {
    return { gates: 1, states: ['h'] };
  }

  protected override get step(): Step {
    return simpleStep(this.activation);
  }

  protected override runKernel({ x, initialState: [hidden], ...options }: RecurrentRun): RecurrentOutcome {
    const { sequence, lastHidden } = simpleRnnOp(
      x,
      this.kernel as Variable,
      this.recurrentKernel as Variable,
      this.bias,
      { ...options, initialState: hidden },
    );
    return { sequence, states: [lastHidden] };
  }
}

/**
 * The simple recurrence `h' = tanh(x kernel + h recurrentKernel + bias)` over `[batch, steps, features]`, giving
 * `[batch, units]`, or every step's state with `returnSequences`. Weights: kernel `[features, units]`, recurrent kernel
 * `[units, units]`, bias `[units]`. Steps that the input's mask leaves out keep the state.
 * Source: Elman 1990; Keras `SimpleRNN`.
 * @param units size of the hidden state
 * @throws ArgumentError for units that are no positive integer, and dropout outside [0, 1)
 * @example const encoded = simpleRnn(16, { activation: 'relu' })(input([null, 3]));
 */
export function simpleRnn<const Name extends string = string>(
  units: number,
  options: SimpleRnnOptions<Name> = {},
): SimpleRNN<Name> {
  return new SimpleRNN<Name>({ ...options, units });
}
