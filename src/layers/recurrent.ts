/**
 * The base of the recurrent layers: options, weights, states, masks and dropout. A subclass says how many gates and states
 * it has, runs its kernel, and gives its step for activations that the kernel does not compute.
 */
import { hashKey } from '../../kernels/random/key.ts';
import { ArgumentError, ShapeError } from '../errors.ts';
import { reshape, slice } from '../ops/index.ts';
import { dropoutWith } from '../ops/random.ts';
import { formatShape, sameShape, type Shape } from '../tensor/shape.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import { ones, zeros, type Tensor } from '../tensor/tensor.ts';
import { Variable } from '../tensor/variable.ts';
import type { CallContext } from './call-scope.ts';
import { firstValue } from './first-values.ts';
import type { CallOptions } from './graph-node.ts';
import {
  Layer,
  type Config,
  type InputShapes,
  type LayerOptions,
  type Masks,
  type Symbolics,
  type Tensors,
} from './layer.ts';
import {
  activationConfig,
  activationOf,
  constraintConfig,
  initializerConfig,
  oneShape,
  positiveOption,
  regularizerConfig,
  type Activation,
  type ActivationSpec,
  type ConstraintSpec,
  type InitializerSpec,
  type RegularizerSpec,
} from './options.ts';
import { unrollSteps, type RecurrentOutcome, type RecurrentRun, type Step } from './recurrent-cell.ts';
import type { SymbolicTensor } from './symbolic-tensor.ts';

/** Options of every recurrent layer. */
export interface RecurrentOptions<Name extends string = string> extends LayerOptions<Name> {
  /** Default `'tanh'`, which a kernel computes; others run step by step, made of ops. */
  readonly activation?: ActivationSpec;
  /** Default true. */
  readonly useBias?: boolean;
  /** Default `'glorot_uniform'`. */
  readonly kernelInitializer?: InitializerSpec;
  /** Default `'orthogonal'`. */
  readonly recurrentInitializer?: InitializerSpec;
  /** Default `'zeros'`. */
  readonly biasInitializer?: InitializerSpec;
  /** Default none. */
  readonly kernelRegularizer?: RegularizerSpec;
  /** Default none. */
  readonly recurrentRegularizer?: RegularizerSpec;
  /** Default none. */
  readonly biasRegularizer?: RegularizerSpec;
  /** Default none. */
  readonly kernelConstraint?: ConstraintSpec;
  /** Default none. */
  readonly recurrentConstraint?: ConstraintSpec;
  /** Default none. */
  readonly biasConstraint?: ConstraintSpec;
  /** Fraction of the inputs dropped, the same ones at every step. Default 0. */
  readonly dropout?: number;
  /** Fraction of the hidden state dropped, the same units at every step. Default 0. */
  readonly recurrentDropout?: number;
  /** An integer that the dropout masks come from. Default: the global seed and the layer's path. */
  readonly seed?: number;
  /** Gives the hidden state of every step instead of the last. Default false. */
  readonly returnSequences?: boolean;
  /** Gives `[output, h]`, or `[output, h, c]`. Default false. */
  readonly returnState?: boolean;
  /** Takes the last step first; a sequence comes out in that order. Default false. */
  readonly goBackwards?: boolean;
  /**
   * Starts each batch from the states that the last one ended with, sample by sample, until `resetState()`. The input's
   * batch size must be fixed, and data must not be shuffled. Default false.
   */
  readonly stateful?: boolean;
  /** Accepted for Keras's files; it changes nothing here. Default false. */
  readonly unroll?: boolean;
  /** The output of a masked step is zero instead of the one before. Default false. */
  readonly zeroOutputForMask?: boolean;
}

/** Options of layers with gates. */
export interface GatedOptions<Name extends string = string> extends RecurrentOptions<Name> {
  /** The gates' activation. Default `'sigmoid'`, which a kernel computes. */
  readonly recurrentActivation?: ActivationSpec;
}

/** What a subclass tells of its recurrence. */
export interface RecurrenceSpec {
  /** How many times `units` wide the kernels are. */
  readonly gates: number;
  /** What the states are called, the hidden state first. */
  readonly states: readonly string[];
}

export abstract class Recurrent<Name extends string = string> extends Layer<Name> {
  readonly units: number;
  readonly options: GatedOptions<Name> & { readonly units: number };
  readonly activation: Activation;
  readonly recurrentActivation: Activation;
  /** Whether masked steps give zeros; a bidirectional layer sets it. */
  zeroOutputForMask: boolean;
  kernel: Variable | undefined;
  recurrentKernel: Variable | undefined;
  bias: Variable | undefined;
  /** The states that a stateful layer keeps, `[batch, units]` each; they are not among the weights, as in Keras. */
  states: readonly Variable[] | undefined;

  constructor(options: GatedOptions<Name> & { readonly units: number }) {
    super(options);
    const where = `layer '${this.name}'`;
    this.units = positiveOption(where, 'units', options.units);
    this.options = options;
    this.activation = activationOf(where, options.activation ?? 'tanh');
    this.recurrentActivation = activationOf(where, options.recurrentActivation ?? 'sigmoid');
    this.zeroOutputForMask = options.zeroOutputForMask ?? false;
    checkRate(where, 'dropout', options.dropout);
    checkRate(where, 'recurrentDropout', options.recurrentDropout);
    if (options.seed !== undefined && !Number.isInteger(options.seed)) {
      throw new ArgumentError(`${where}: seed is ${options.seed}; it must be an integer.`, {
        where,
        got: options.seed,
      });
    }
  }

  protected abstract get recurrence(): RecurrenceSpec;

  /** The sequence and the last states, by the kernel of tanh and sigmoid. */
  protected abstract runKernel(run: RecurrentRun): RecurrentOutcome;

  /** One step made of ops. */
  protected abstract get step(): Step;

  get returnSequences(): boolean {
    return this.options.returnSequences ?? false;
  }

  get returnState(): boolean {
    return this.options.returnState ?? false;
  }

  get goBackwards(): boolean {
    return this.options.goBackwards ?? false;
  }

  get stateful(): boolean {
    return this.options.stateful ?? false;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  /** A new layer of the same options, but for those named. @internal */
  copyWith(changes: RecurrentOptions): this {
    const Class = this.constructor as new (options: object) => this;
    return new Class({ ...this.options, trainable: this.trainable, ...changes });
  }

  /** Sets the states of a stateful layer back to zero. */
  override resetState(): void {
    for (const state of this.states ?? []) state.assign(zeros(state.shape));
  }

  override build(shapes: InputShapes): void {
    const { units, options } = this;
    const { gates } = this.recurrence;
    const shape = oneShape(this.name, shapes);
    const features = this.knownSize(shape, -1);
    this.kernel = this.addWeight('kernel', [features, gates * units], options.kernelInitializer ?? 'glorot_uniform', {
      regularizer: options.kernelRegularizer,
      constraint: options.kernelConstraint,
    });
    this.recurrentKernel = this.addWeight(
      'recurrent_kernel',
      [units, gates * units],
      options.recurrentInitializer ?? 'orthogonal',
      { regularizer: options.recurrentRegularizer, constraint: options.recurrentConstraint },
    );
    if (options.useBias ?? true) this.bias = this.makeBias(gates * units);
    if (this.stateful) this.makeStates(shape);
  }

  /** Makes the bias; a subclass may give it another shape or other first values. */
  protected makeBias(width: number): Variable {
    return this.addBias([width]);
  }

  protected addBias(shape: Shape): Variable {
    const { biasInitializer = 'zeros', biasRegularizer, biasConstraint } = this.options;
    return this.addWeight('bias', shape, biasInitializer, { regularizer: biasRegularizer, constraint: biasConstraint });
  }

  override call(x: Tensor, context: CallContext): Tensor | Tensor[] {
    const [batch = 0, steps = 0] = x.shape;
    if (context.initialState) this.checkStates(context.initialState, batch);
    if (context.mask) this.checkMask(context.mask.shape, [batch, steps]);
    const run: RecurrentRun = {
      x,
      initialState: context.initialState ?? this.firstStates(batch),
      mask: context.mask,
      ...this.dropoutFactors(x, context),
      goBackwards: this.goBackwards,
      zeroOutputForMask: this.zeroOutputForMask,
    };
    const { sequence, states } = this.hasKernel ? this.runKernel(run) : this.unroll(run);
    if (this.stateful) this.states?.forEach((variable, index) => variable.assign(states[index] as Tensor));
    const output = this.returnSequences ? sequence : this.lastOutput(sequence, states, steps, run.mask !== undefined);
    return this.returnState ? [output, ...states] : output;
  }

  override computeMask(_input: Tensors, [mask]: readonly (Tensor | undefined)[]): Masks {
    const own = this.returnSequences ? mask : undefined;
    return this.returnState ? [own, ...this.recurrence.states.map(() => undefined)] : own;
  }

  override computeOutputShape(shapes: InputShapes): PartialShape | readonly PartialShape[] {
    const shape = oneShape(this.name, shapes);
    const features = this.kernel?.shape[0];
    if (shape.length !== 3 || (features !== undefined && shape[2] !== features)) {
      throw new ShapeError(
        `layer '${this.name}' (${this.className}): the input has the shape ${formatShape(shape)}; expected [batch, steps, ${shape.length === 3 ? features : 'features'}]. Reshape it, or put an embedding before it.`,
        { where: this.name, got: shape },
      );
    }
    const [batch = null, steps = null] = shape;
    this.checkBatch(batch);
    const state = [batch, this.units];
    const output = this.returnSequences ? [batch, steps, this.units] : state;
    return this.returnState ? [output, ...this.recurrence.states.map(() => state)] : output;
  }

  /** @internal */
  override connect(inputs: readonly SymbolicTensor[], isList: boolean, options: CallOptions): Symbolics {
    const { initialState } = options;
    if (initialState !== undefined) {
      this.checkStates(Array.isArray(initialState) ? initialState : [initialState], inputs[0]?.shape[0] ?? null);
    }
    return super.connect(inputs, isList, options);
  }

  override getConfig(): Config {
    const { options, name } = this;
    return {
      ...super.getConfig(),
      return_sequences: this.returnSequences,
      return_state: this.returnState,
      go_backwards: this.goBackwards,
      stateful: this.stateful,
      unroll: options.unroll ?? false,
      zero_output_for_mask: this.zeroOutputForMask,
      units: this.units,
      activation: activationConfig(name, this.activation),
      use_bias: options.useBias ?? true,
      kernel_initializer: initializerConfig(name, options.kernelInitializer ?? 'glorot_uniform'),
      recurrent_initializer: initializerConfig(name, options.recurrentInitializer ?? 'orthogonal'),
      bias_initializer: initializerConfig(name, options.biasInitializer ?? 'zeros'),
      kernel_regularizer: regularizerConfig(name, options.kernelRegularizer),
      recurrent_regularizer: regularizerConfig(name, options.recurrentRegularizer),
      bias_regularizer: regularizerConfig(name, options.biasRegularizer),
      ...this.activityRegularizerConfig(),
      kernel_constraint: constraintConfig(name, options.kernelConstraint),
      recurrent_constraint: constraintConfig(name, options.recurrentConstraint),
      bias_constraint: constraintConfig(name, options.biasConstraint),
      dropout: options.dropout ?? 0,
      recurrent_dropout: options.recurrentDropout ?? 0,
    };
  }

  // The output of the last step is the last hidden state, unless that step was masked and gives zero.
  private lastOutput(sequence: Tensor, states: readonly Tensor[], steps: number, masked: boolean): Tensor {
    if (steps === 0 || !(masked && this.zeroOutputForMask)) return states[0] as Tensor;
    const [batch = 0] = sequence.shape;
    return reshape(slice(sequence, [0, steps - 1, 0], [batch, 1, this.units]), [batch, this.units]);
  }

  private get hasKernel(): boolean {
    return this.activation.name === 'tanh' && this.recurrentActivation.name === 'sigmoid';
  }

  private unroll(run: RecurrentRun): RecurrentOutcome {
    const weights = {
      kernel: (this.kernel as Variable).value,
      recurrentKernel: (this.recurrentKernel as Variable).value,
      bias: this.bias?.value,
    };
    return unrollSteps(this.step, weights, this.recurrence.gates, run);
  }

  // One mask per sample, and one per gate when the hidden state is dropped too, as in Keras.
  private dropoutFactors(
    x: Tensor,
    context: CallContext,
  ): { readonly inputDropout: Tensor | undefined; readonly recurrentDropout: Tensor | undefined } {
    const { dropout = 0, recurrentDropout = 0, seed } = this.options;
    const [batch = 0, , features = 0] = x.shape;
    const parts = recurrentDropout > 0 ? this.recurrence.gates : 1;
    const factors = (label: string, fraction: number, size: number): Tensor | undefined => {
      if (!context.training || fraction === 0) return undefined;
      const source = context.random(label);
      const key = seed === undefined ? source.key : hashKey(seed, label, 0);
      return dropoutWith(ones([batch, parts * size]), fraction, { ...source, key });
    };
    return {
      inputDropout: factors('dropout', dropout, features),
      recurrentDropout: factors('recurrent_dropout', recurrentDropout, this.units),
    };
  }

  private firstStates(batch: number): readonly Tensor[] {
    if (this.stateful && this.states) return this.states.map((state) => state.value);
    const state = zeros([batch, this.units]);
    return this.recurrence.states.map(() => state);
  }

  private makeStates(shape: PartialShape): void {
    const [batch] = shape;
    if (batch === null || batch === undefined) {
      throw new ShapeError(
        `layer '${this.name}' (${this.className}): stateful layers keep one state per sample of a batch, so the batch size must be fixed; the input shape is ${formatShape(shape)}. Give it in input(shape, { batchSize }).`,
        { where: this.name, got: shape },
      );
    }
    const names = this.recurrence.states;
    const stateShape = [batch, this.units];
    this.states = names.map((_, index) => {
      const name = `${this.name}/rnn_state${index === 0 ? '' : `_${index}`}`;
      const value = firstValue(name, stateShape, () => zeros(stateShape));
      return new Variable(value, { name, trainable: false });
    });
  }

  private checkMask(shape: Shape, expected: Shape): void {
    if (sameShape(shape, expected)) return;
    throw new ShapeError(
      `layer '${this.name}' (${this.className}): the mask has the shape ${formatShape(shape)}; expected ${formatShape(expected)}, one number per step.`,
      { where: this.name, got: shape, expected },
    );
  }

  private checkBatch(batch: number | null): void {
    const expected = this.states?.[0]?.shape[0];
    if (expected === undefined || batch === null || batch === expected) return;
    throw new ShapeError(
      `layer '${this.name}' (${this.className}): it is stateful and was built for batches of ${expected} samples; this batch has ${batch}. Give batches of ${expected}, or build another layer.`,
      { where: this.name, got: batch, expected },
    );
  }

  private checkStates(given: readonly { readonly shape: PartialShape }[], batch: number | null): void {
    const { states } = this.recurrence;
    if (given.length !== states.length) {
      throw new ArgumentError(
        `layer '${this.name}' (${this.className}): initialState has ${given.length} tensors; expected ${states.length}: [${states.join(', ')}].`,
        { where: this.name, got: given.length, expected: states.length },
      );
    }
    given.forEach(({ shape }, index) => {
      const [size = null, units] = shape;
      if (shape.length === 2 && units === this.units && (size === null || batch === null || size === batch)) return;
      throw new ShapeError(
        `layer '${this.name}' (${this.className}): the initial state ${states[index]} has the shape ${formatShape(shape)}; expected [${batch ?? 'batch'}, ${this.units}].`,
        { where: this.name, got: shape, expected: [batch, this.units] },
      );
    });
  }
}

function checkRate(where: string, name: string, value: number | undefined): void {
  if (value === undefined || (value >= 0 && value < 1)) return;
  throw new ArgumentError(`${where}: ${name} is ${value}; it must be at least 0 and below 1.`, { where, got: value });
}
