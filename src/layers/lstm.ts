/** A long short-term memory layer. */
import { ArgumentError, ShapeError } from '../errors.ts';
import { concat, lstm as lstmOp, reshape, slice } from '../ops/index.ts';
import { dropoutWith } from '../ops/random.ts';
import { formatShape } from '../tensor/shape.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import { full, ones, zeros, type Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import type { CallContext } from './call-scope.ts';
import { Layer, type Config, type InputShapes, type LayerOptions } from './layer.ts';
import { initializerConfig, oneShape, positiveOption, type InitializerSpec } from './options.ts';

export interface LstmOptions<Name extends string = string> extends LayerOptions<Name> {
  /** Only `'tanh'`, which the kernel computes. */
  readonly activation?: string;
  /** Only `'sigmoid'`. */
  readonly recurrentActivation?: string;
  /** Default true. */
  readonly useBias?: boolean;
  /** Default `'glorot_uniform'`. */
  readonly kernelInitializer?: InitializerSpec;
  /** Default `'orthogonal'`. */
  readonly recurrentInitializer?: InitializerSpec;
  /** Default `'zeros'`. */
  readonly biasInitializer?: InitializerSpec;
  /** The forget gate's bias starts at 1. Default true. */
  readonly unitForgetBias?: boolean;
  /** Fraction of the inputs dropped, the same ones at every step. Default 0. */
  readonly dropout?: number;
  /** Fraction of the hidden state dropped, the same units at every step. Default 0. */
  readonly recurrentDropout?: number;
  /** Gives the hidden state of every step instead of the last. Default false. */
  readonly returnSequences?: boolean;
  /** Gives `[output, h, c]`. Default false. */
  readonly returnState?: boolean;
  /** Takes the last step first. Default false. */
  readonly goBackwards?: boolean;
}

export class LSTM<Name extends string = string> extends Layer<Name> {
  static readonly kerasName: string = 'LSTM';
  readonly units: number;
  readonly options: Required<Omit<LstmOptions, keyof LayerOptions | 'activation' | 'recurrentActivation'>>;
  kernel: Variable | undefined;
  recurrentKernel: Variable | undefined;
  bias: Variable | undefined;

  constructor(options: LstmOptions<Name> & { readonly units: number }) {
    super(options);
    const where = `layer '${this.name}'`;
    this.units = positiveOption(where, 'units', options.units);
    checkActivations(where, options);
    this.options = {
      useBias: options.useBias ?? true,
      kernelInitializer: options.kernelInitializer ?? 'glorot_uniform',
      recurrentInitializer: options.recurrentInitializer ?? 'orthogonal',
      biasInitializer: options.biasInitializer ?? 'zeros',
      unitForgetBias: options.unitForgetBias ?? true,
      dropout: rate(where, 'dropout', options.dropout ?? 0),
      recurrentDropout: rate(where, 'recurrentDropout', options.recurrentDropout ?? 0),
      returnSequences: options.returnSequences ?? false,
      returnState: options.returnState ?? false,
      goBackwards: options.goBackwards ?? false,
    };
  }

  override build(shapes: InputShapes): void {
    const { units } = this;
    const { useBias, kernelInitializer, recurrentInitializer, biasInitializer, unitForgetBias } = this.options;
    const features = this.knownSize(oneShape(this.name, shapes), -1);
    this.kernel = this.addWeight('kernel', [features, 4 * units], kernelInitializer);
    this.recurrentKernel = this.addWeight('recurrent_kernel', [units, 4 * units], recurrentInitializer);
    if (!useBias) return;
    this.bias = this.addWeight('bias', [4 * units], biasInitializer);
    if (!unitForgetBias) return;
    // Gates stand in the order i, f, c, o.
    const value = this.bias.hostValue();
    this.bias.assignOnHost(
      concat([slice(value, [0], [units]), full([units], 1), slice(value, [2 * units], [2 * units])], { axis: 0 }),
    );
  }

  override call(x: Tensor, context: CallContext): Tensor | Tensor[] {
    const { dropout, recurrentDropout, returnSequences, returnState, goBackwards } = this.options;
    const [batch = 0, steps = 0, features = 0] = x.shape;
    // One mask per sample, and one per gate when the hidden state is dropped too, as in Keras.
    const gates = recurrentDropout > 0 ? 4 : 1;
    const mask = (label: string, fraction: number, size: number): Tensor | undefined =>
      context.training && fraction > 0
        ? dropoutWith(ones([batch, gates * size]), fraction, context.random(label))
        : undefined;
    const { sequence, lastHidden, lastCell } = lstmOp(
      x,
      this.kernel as Variable,
      this.recurrentKernel as Variable,
      this.bias,
      {
        goBackwards,
        inputDropout: mask('dropout', dropout, features),
        recurrentDropout: mask('recurrent_dropout', recurrentDropout, this.units),
      },
    );
    const last =
      steps === 0
        ? zeros([batch, this.units])
        : reshape(slice(sequence, [0, steps - 1, 0], [batch, 1, this.units]), [batch, this.units]);
    const output = returnSequences ? sequence : last;
    return returnState ? [output, lastHidden, lastCell] : output;
  }

  override computeOutputShape(shapes: InputShapes): PartialShape | readonly PartialShape[] {
    const shape = oneShape(this.name, shapes);
    if (shape.length !== 3) {
      throw new ShapeError(
        `layer '${this.name}' (LSTM): the input has the shape ${formatShape(shape)}; expected [batch, steps, features]. Reshape it, or put an embedding before it.`,
        {
          where: this.name,
          got: shape,
        },
      );
    }
    const [batch = null, steps = null] = shape;
    const output = this.options.returnSequences ? [batch, steps, this.units] : [batch, this.units];
    return this.options.returnState ? [output, [batch, this.units], [batch, this.units]] : output;
  }

  override getConfig(): Config {
    const { options } = this;
    return {
      ...super.getConfig(),
      units: this.units,
      activation: 'tanh',
      recurrent_activation: 'sigmoid',
      use_bias: options.useBias,
      kernel_initializer: initializerConfig(this.name, options.kernelInitializer),
      recurrent_initializer: initializerConfig(this.name, options.recurrentInitializer),
      bias_initializer: initializerConfig(this.name, options.biasInitializer),
      unit_forget_bias: options.unitForgetBias,
      dropout: options.dropout,
      recurrent_dropout: options.recurrentDropout,
      return_sequences: options.returnSequences,
      return_state: options.returnState,
      go_backwards: options.goBackwards,
      stateful: false,
      unroll: false,
    };
  }
}

/**
 * Long short-term memory over `[batch, steps, features]`, giving `[batch, units]`, or every step's state with
 * `returnSequences`. Weights: kernel `[features, 4 units]`, recurrent kernel `[units, 4 units]`, bias; gates i, f, c, o.
 * Source: Hochreiter and Schmidhuber 1997; Keras `LSTM`.
 * @param units size of the hidden state
 * @example const encoded = lstm(32)(embedding(10000, 64)(text));
 */
export function lstm<const Name extends string = string>(units: number, options: LstmOptions<Name> = {}): LSTM<Name> {
  return new LSTM<Name>({ ...options, units });
}

function checkActivations(where: string, { activation = 'tanh', recurrentActivation = 'sigmoid' }: LstmOptions): void {
  if (activation === 'tanh' && recurrentActivation === 'sigmoid') return;
  throw new ArgumentError(
    `${where}: activation '${activation}' and recurrentActivation '${recurrentActivation}' are not what the kernel computes: tanh and sigmoid. Leave them out, or write the cell with ops.`,
    {
      where,
      got: [activation, recurrentActivation],
    },
  );
}

function rate(where: string, name: string, value: number): number {
  if (value >= 0 && value < 1) return value;
  throw new ArgumentError(`${where}: ${name} is ${value}; it must be at least 0 and below 1.`, { where, got: value });
}
