/**
 * The base of all layers. A layer is a function with weights: called on symbolic tensors it grows a model graph, called
 * on tensors it computes. A subclass writes `call`, and where it needs them `build`, `computeOutputShape`, `getConfig`.
 */
import { resolveConstraint } from '../constraints/index.ts';
import { warn } from '../console.ts';
import { ArgumentError, optionsOf } from '../errors.ts';
import { resolveInitializer, type Initializer } from '../initializers/index.ts';
import { hashKey } from '../../kernels/random/key.ts';
import { div } from '../ops/arithmetic.ts';
import { asTensor, type TensorLike } from '../ops/define-op.ts';
import { globalSeed } from '../ops/random-state.ts';
import { resolveRegularizer, type Regularizer } from '../regularizers/index.ts';
import { runWithTape } from '../tape/active-tape.ts';
import type { Shape } from '../tensor/shape.ts';
import { Symbolic, type DeferredCall, type PartialShape } from '../tensor/symbolic.ts';
import { Tensor } from '../tensor/tensor.ts';
import { Variable } from '../tensor/variable.ts';
import { callItems } from './call-items.ts';
import { attachMasks, sideTensors } from './call-masks.ts';
import { addLossToRun, callInScope, type CallContext } from './call-scope.ts';
import { firstValue } from './first-values.ts';
import { mainInputs, onlyNode, splitOptions, type CallOptions, type GraphNode } from './graph-node.ts';
import { heldIn } from './held.ts';
import type { Config, InputShapes, LayerOptions, Masks, Symbolics, Tensors, WeightOptions } from './layer-types.ts';
import { automaticName, kerasNameOf, layerName } from './naming.ts';
import { regularizerConfig } from './options.ts';
import { probeOutputShape } from './probe-shapes.ts';
import { SymbolicTensor, type InputType } from './symbolic-tensor.ts';
import { knownSize, weightValues } from './weight-values.ts';

export type {
  Config,
  InputShapes,
  Json,
  LayerOptions,
  Masks,
  Symbolics,
  Tensors,
  WeightOptions,
} from './layer-types.ts';

/** A layer that gives one tensor. `Name` is its name where the compiler knows it. */
export interface Layer<Name extends string = string> {
  (input: Symbolics, options?: CallOptions): SymbolicTensor<Name>;
  (input: Tensors | Variable, options?: CallOptions): Tensor;
}

export abstract class Layer<Name extends string = string> {
  declare readonly name: Name;
  /** @internal The seed when the layer was made. */
  declare readonly seed: number;
  /** @internal The shape of one sample, for a sequential model. */
  declare readonly sampleShape: PartialShape | undefined;
  /** Whether the weights exist. */
  declare built: boolean;
  /** @internal Calls in model graphs, in order. */
  declare readonly nodes: GraphNode[];
  /** The term that the outputs add to the loss. */
  declare readonly activityRegularizer: Regularizer | undefined;
  declare private ownTrainable: boolean;
  declare private warnedOfMask: boolean;
  declare private readonly ownWeights: Variable[];

  constructor(options: LayerOptions<Name> = {}) {
    // A layer is called like a function: the instance is one, with the class's prototype.
    const self = ((input: unknown, callOptions?: CallOptions) => self.invoke(input, callOptions)) as unknown as this;
    Object.setPrototypeOf(self, new.target.prototype as object);
    const own = (key: string, value: unknown, writable = false): void => {
      Object.defineProperty(self, key, { value, writable, configurable: true, enumerable: false });
    };
    optionsOf(self.className, options);
    own('name', layerName(options.name) ?? automaticName(self.className));
    own('seed', globalSeed());
    own('sampleShape', options.inputShape);
    own('built', false, true);
    own('nodes', []);
    own('ownTrainable', options.trainable ?? true, true);
    own('ownWeights', []);
    own('warnedOfMask', false, true);
    own('activityRegularizer', resolveRegularizer(`layer '${self.name}'`, options.activityRegularizer));
    return self;
  }

  /** The name of the class, as configs write it. */
  get className(): string {
    return kerasNameOf(this) ?? this.constructor.name;
  }

  /** Makes the weights; called once, before the first call. */
  build(_shapes: InputShapes): void {
    // A layer without weights has nothing to build.
  }

  /** The computation: ops on tensors, synchronous and without effects other than `assign` to own variables. */
  abstract call(input: Tensors, context: CallContext): Tensors;

  /** The shape of the output; left out, `call` is traced to find it. */
  computeOutputShape?(shapes: InputShapes): PartialShape | readonly PartialShape[];

  /** Whether the layer takes masks: it computes with them, or passes them on. Without, a mask ends here. */
  get supportsMasking(): boolean {
    return false;
  }

  /**
   * The masks of the outputs. Default: the first input's.
   * @param _input what `call` is given
   * @param masks one per input
   */
  computeMask(_input: Tensors, masks: readonly (Tensor | undefined)[]): Masks {
    return masks[0];
  }

  /**
   * Adds a scalar to the loss, from inside `call`. (A model also takes a symbolic tensor or a function.)
   * @throws ArgumentError outside a running call
   * @example this.addLoss(ops.mul(ops.mean(ops.square(x)), 0.01));
   */
  addLoss(value: Tensor): void {
    if (addLossToRun(value)) return;
    throw new ArgumentError(`layer '${this.name}': addLoss was called outside 'call'. Call it while the layer runs.`, {
      where: this.name,
    });
  }

  /** The terms that the trainable weights' regularizers add to the loss, one scalar each. */
  regularizationLosses(): Tensor[] {
    return this.trainableWeights.flatMap((weight) => weight.regularizer?.(weight.value) ?? []);
  }

  /** The options that make an equal layer, under Keras's names. */
  getConfig(): Config {
    return {
      name: this.name,
      trainable: this.trainable,
      ...(this.activityRegularizer ? this.activityRegularizerConfig() : {}),
    };
  }

  toJSON(): Config {
    return this.getConfig();
  }

  /** Whether training changes the weights; setting it reaches the layers inside. Takes effect at `model.compile()`. */
  get trainable(): boolean {
    return this.ownTrainable;
  }

  set trainable(value: boolean) {
    this.ownTrainable = value;
    for (const layer of this.sublayers) layer.trainable = value;
  }

  /** Layers that this one holds in its fields. */
  get sublayers(): readonly Layer[] {
    return heldIn<Layer>(this, Layer);
  }

  /** All variables: trainable ones first, then moving statistics and the like, then those of the layers inside. */
  get weights(): readonly Variable[] {
    const own = this.ownWeights;
    return unique([
      ...own.filter((weight) => weight.trainable),
      ...own.filter((weight) => !weight.trainable),
      ...this.sublayers.flatMap((layer) => layer.weights),
    ]);
  }

  /** The variables that training changes; none while `trainable` is false. */
  get trainableWeights(): readonly Variable[] {
    if (!this.trainable) return [];
    return unique([
      ...this.ownWeights.filter((weight) => weight.trainable),
      ...this.sublayers.flatMap((layer) => layer.trainableWeights),
    ]);
  }

  get nonTrainableWeights(): readonly Variable[] {
    const trainable = new Set(this.trainableWeights);
    return this.weights.filter((weight) => !trainable.has(weight));
  }

  /**
   * @internal Variables in the fields that are no weights, those of the layers inside among them: states of recurrent
   * layers, random counters of models, what a layer of one's own counts.
   */
  get runVariables(): readonly Variable[] {
    const weights = new Set(this.weights);
    const own = heldIn(this, Variable).filter((variable) => !weights.has(variable));
    return unique([...own, ...this.sublayers.flatMap((layer) => layer.runVariables)]);
  }

  /** Number of elements of all weights. */
  countParams(): number {
    return this.weights.reduce((sum, weight) => sum + weight.size, 0);
  }

  /** The weights' values, in the order of `weights`. */
  async getWeights(): Promise<Tensor[]> {
    return Promise.all(this.weights.map((weight) => weight.read()));
  }

  /**
   * Sets all weights, in the order of `weights`; nothing changes when one does not fit.
   * @throws ShapeError naming the weight and both shapes
   */
  setWeights(values: readonly (Tensor | Float32Array)[]): void {
    const { weights } = this;
    weightValues(this.name, weights, values).forEach((value, index) => weights[index]?.assign(value));
  }

  /** Recurrent layers with `stateful` begin their next batch from zeros again; reaches the layers inside. */
  resetState(): void {
    for (const layer of this.sublayers) layer.resetState();
  }

  /** The symbolic input of the layer's only call. */
  get input(): Symbolics {
    const node = onlyNode(this, 'input');
    return node.isList ? mainInputs(node) : (node.inputs[0] as SymbolicTensor);
  }

  /** The symbolic output of the layer's only call. */
  get output(): Symbolics {
    const node = onlyNode(this, 'output');
    return node.givesList ? node.outputs : (node.outputs[0] as SymbolicTensor);
  }

  /**
   * Makes a weight, named `layer/name`, filled by the initializer.
   * @param initializer a name as in Keras, or an object of `initializers`
   * @param options trainable true, regularizer none, constraint none
   */
  protected addWeight(
    name: string,
    shape: Shape,
    initializer: string | Initializer,
    options: WeightOptions = {},
  ): Variable {
    const where = `layer '${this.name}'`;
    const resolved = resolveInitializer(where, initializer);
    const regularizer = resolveRegularizer(where, options.regularizer);
    const constraint = resolveConstraint(where, options.constraint);
    const path = `${this.name}/${name}`;
    const value = firstValue(path, shape, () => resolved.initialize(shape, hashKey(this.seed, path, 0)));
    const weight = new Variable(value, { name: path, trainable: options.trainable ?? true });
    weight.regularizer = regularizer && ((given) => regularizer.apply(given));
    weight.constraint = constraint && ((given) => constraint.apply(given));
    this.ownWeights.push(weight);
    return weight;
  }

  /** The size of an axis that must be known before the weights are made. */
  protected knownSize(shape: PartialShape, axis: number): number {
    return knownSize(this, shape, axis);
  }

  /** @internal `activity_regularizer`, for the configs of the layers that write it in Keras even where there is none. */
  protected activityRegularizerConfig(): Config {
    return { activity_regularizer: regularizerConfig(this.name, this.activityRegularizer) };
  }

  /** @internal The run's random counter when this layer is the outermost one: a model has its own. */
  protected get runCounter(): Variable | undefined {
    return undefined;
  }

  /** @internal The number type that the outputs are marked with. */
  protected get outputType(): InputType {
    return 'float32';
  }

  /** @internal */
  invoke(input: unknown, options: CallOptions = {}): unknown {
    const where = `layer '${this.name}'`;
    optionsOf(where, options);
    const items = callItems(this.name, input);
    if (items.every((item) => item instanceof SymbolicTensor))
      return this.connect(items, Array.isArray(input), options);
    const tensors = items.map((item) => asTensor(item as TensorLike, where));
    const given: Tensors = Array.isArray(input) ? tensors : (tensors[0] as Tensor);
    const shapes: InputShapes = Array.isArray(input) ? tensors.map((one) => one.shape) : (tensors[0]?.shape ?? []);
    this.ensureBuilt(shapes);
    this.checkInputs(shapes);
    const side = sideTensors(where, tensors, options);
    return callInScope(this, options.training, this.runCounter, side, (context) => {
      const result = this.call(given, context);
      this.addActivityLosses(result, context);
      return attachMasks(given, side.masks, result, {
        computeMask: this.supportsMasking ? () => this.computeMask(given, side.masks) : undefined,
        onDropped: () => this.warnOfMask(),
      });
    });
  }

  private addActivityLosses(result: Tensors, context: CallContext): void {
    const { activityRegularizer } = this;
    if (!activityRegularizer) return;
    for (const output of result instanceof Tensor ? [result] : result)
      context.addLoss(div(activityRegularizer.apply(output), Math.max(1, output.shape[0] ?? 1)));
  }

  private warnOfMask(): void {
    if (this.dropsMasks || this.warnedOfMask) return;
    this.warnedOfMask = true;
    warn(
      `layer '${this.name}' (${this.className}): its input carries a mask, which this layer does not pass on; the layers behind it see every step.`,
    );
  }

  /** @internal Whether a mask ends here without a word, as in layers that make something else of the steps. */
  protected get dropsMasks(): boolean {
    return false;
  }

  /** @internal Refuses real inputs as symbolic ones are refused, with the same message. */
  protected checkInputs(shapes: InputShapes): void {
    this.computeOutputShape?.(shapes);
  }

  /** @internal */
  ensureBuilt(shapes: InputShapes): void {
    if (this.built) return;
    // Initial values are plain tensors, also when the first call happens inside a traced function.
    runWithTape(undefined, () => this.build(shapes));
    this.built = true;
  }

  /** @internal Appends a call to the graph. */
  connect(inputs: readonly SymbolicTensor[], isList: boolean, options: CallOptions): Symbolics {
    const shapes: InputShapes = isList ? inputs.map((one) => one.shape) : (inputs[0]?.shape ?? []);
    const { options: plain, sideInputs, tensors } = splitOptions(options);
    this.ensureBuilt(shapes);
    const result = this.outputShapes(shapes);
    const givesList = result.length > 0 && Array.isArray(result[0]);
    const outputShapes = (givesList ? result : [result]) as readonly PartialShape[];
    const node: GraphNode = {
      layer: this,
      callIndex: this.nodes.length,
      inputs: [...inputs, ...tensors],
      sideInputs,
      mainCount: inputs.length,
      isList,
      options: plain,
      outputs: [],
      givesList,
    };
    node.outputs = outputShapes.map((shape, index) => new SymbolicTensor(shape, this.outputType, node, index));
    this.nodes.push(node);
    return givesList ? node.outputs : (node.outputs[0] as SymbolicTensor);
  }

  /** @internal The declared output shape, or the one that tracing finds. */
  outputShapes(shapes: InputShapes): PartialShape | readonly PartialShape[] {
    if (this.computeOutputShape) return this.computeOutputShape(shapes);
    const side = { masks: [], initialState: undefined };
    return probeOutputShape(shapes, (inputs) =>
      callInScope(this, false, this.runCounter, side, (context) => this.call(inputs, context)),
    );
  }

  /** @internal An op that met a symbolic tensor becomes a layer of its own. */
  connectDeferred(deferred: DeferredCall): SymbolicTensor {
    const inputs = deferred.inputs.filter((input): input is SymbolicTensor => input instanceof SymbolicTensor);
    return new OpLayer(deferred).connect(inputs, true, {}) as SymbolicTensor;
  }
}

/** An op between symbolic tensors, as a layer: `x.add(y)`. */
export class OpLayer extends Layer {
  /** @internal What was called. */
  readonly deferred: DeferredCall;

  constructor(deferred: DeferredCall, options: LayerOptions = {}) {
    super({ name: automaticName(deferred.name), ...options });
    this.deferred = deferred;
  }

  override get className(): string {
    return 'OpLayer';
  }

  override call(input: Tensors): Tensor {
    const given = input instanceof Tensor ? [input] : input;
    let next = 0;
    return this.deferred.call(this.deferred.inputs.map((one) => (one instanceof Symbolic ? given[next++] : one)));
  }

  /** @internal Masks do not pass an op, as in Keras. */
  protected override get dropsMasks(): boolean {
    return true;
  }
}

function unique<Item>(items: readonly Item[]): Item[] {
  return [...new Set(items)];
}
