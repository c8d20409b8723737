/** A model: the layers between symbolic inputs and outputs, itself a layer. */
import { ArgumentError, describeValue, optionsOf, ShapeError, suggestName } from '../errors.ts';
import { newRandomCounter, type CallContext } from '../layers/call-scope.ts';
import { joinOptions, mainInputs, type CallOptions, type GraphNode } from '../layers/graph-node.ts';
import { Layer, type Config, type InputShapes, type Symbolics, type Tensors } from '../layers/layer.ts';
import { maskOf, setMask } from '../layers/masks.ts';
import { SymbolicTensor } from '../layers/symbolic-tensor.ts';
import { asTensor, identity, type TensorLike } from '../ops/define-op.ts';
import { reshape, sum } from '../ops/index.ts';
import { formatShape } from '../tensor/shape.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import { Tensor } from '../tensor/tensor.ts';
import { Variable } from '../tensor/variable.ts';
import { functionalConfig, modelEnvelope } from './config.ts';
import { buildGraph, type ModelGraph } from './graph.ts';
import { byName, inKerasOrder, itemsOf, layOut, type Layout, type Structure } from './structure.ts';

export interface ModelOptions {
  /** Default `functional`, then `functional_1`. */
  readonly name?: string;
  readonly trainable?: boolean;
}

/** The names in a model's outputs: those of the layers, or the keys of a record. */
export type OutputNames<Outputs> =
  Outputs extends SymbolicTensor<infer Name>
    ? Name
    : Outputs extends readonly unknown[]
      ? { [Index in keyof Outputs]: Outputs[Index] extends SymbolicTensor<infer Name> ? Name : never }[number]
      : Extract<keyof Outputs, string>;

/** A model is called like a layer; several inputs also by name. */
export interface Model<Names extends string = string> {
  (input: Structure<SymbolicTensor>, options?: CallOptions): SymbolicTensor<Names>;
  (input: Structure<Tensor | Variable>, options?: CallOptions): Tensor;
}

export class Model<Names extends string = string> extends Layer {
  /** Set it during `fit` to end training after the batch. */
  stopTraining = false;
  /** @internal The random counter that all programs of this model share. */
  readonly randomCounter: Variable = newRandomCounter();
  #graph: ModelGraph | undefined;
  readonly #losses: (SymbolicTensor | (() => Tensor))[] = [];
  readonly #lossNodes: GraphNode[] = [];
  #inputs: readonly SymbolicTensor[] = [];
  #outputs: readonly SymbolicTensor[] = [];
  #inputLayout: Layout = { kind: 'single' };
  #outputLayout: Layout = { kind: 'single' };
  /** Carries the output names for the compiler; there is no such member at run time. */
  declare readonly outputNameType?: Names;

  override get className(): string {
    return 'Functional';
  }

  /** All layers, inputs included, in Keras's order. */
  get layers(): readonly Layer[] {
    return this.#graph?.layers ?? [];
  }

  override get sublayers(): readonly Layer[] {
    return this.layers;
  }

  get inputs(): readonly SymbolicTensor[] {
    return this.#inputs;
  }

  get outputs(): readonly SymbolicTensor[] {
    return this.#outputs;
  }

  /** The symbolic input, or the list of them. */
  override get input(): Symbolics {
    if (!this.built) return super.input;
    return this.#inputLayout.kind === 'single' ? (this.#inputs[0] as SymbolicTensor) : this.#inputs;
  }

  /** The symbolic output, or the list of them. */
  override get output(): Symbolics {
    if (!this.built) return super.output;
    return this.#outputLayout.kind === 'single' ? (this.#outputs[0] as SymbolicTensor) : this.#outputs;
  }

  /** Names of the inputs, in order: the input layers' names, or the keys of a record. */
  get inputNames(): readonly string[] {
    return this.#inputLayout.kind === 'record' ? this.#inputLayout.keys : this.#inputs.map((one) => one.name);
  }

  /** Names of the outputs, in order: the names of the layers that make them, or the keys of a record. */
  get outputNames(): readonly string[] {
    return this.#outputLayout.kind === 'record' ? this.#outputLayout.keys : this.#outputs.map((one) => one.name);
  }

  /** @internal */
  get inputLayout(): Layout {
    return this.#inputLayout;
  }

  /** @internal */
  get outputLayout(): Layout {
    return this.#outputLayout;
  }

  /** @internal The calls in running order. */
  get graphNodes(): readonly GraphNode[] {
    return this.#graph?.nodes ?? [];
  }

  /** @internal Gives the model its graph, once. */
  setGraph(inputs: Structure<SymbolicTensor>, outputs: Structure<SymbolicTensor>): void {
    const where = `model '${this.name}'`;
    const given = itemsOf(inputs, isSymbolic);
    const made = itemsOf(outputs, isSymbolic);
    for (const [what, items] of [['input', given.items] as const, ['output', made.items] as const]) {
      if (items.length === 0) throw new ArgumentError(`${where}: has no ${what}s.`, { where });
      const position = items.findIndex((item) => !isSymbolic(item));
      const wrong = items[position];
      if (position >= 0) {
        throw new ArgumentError(
          `${where}: an ${what} is not a symbolic tensor. Make inputs with input() and outputs by calling layers on them.`,
          { where, got: wrong },
        );
      }
    }
    if (new Set(given.items).size !== given.items.length)
      throw new ArgumentError(`${where}: one input is given twice.`, { where });
    this.#graph = buildGraph(where, inKerasOrder(given.layout, given.items), inKerasOrder(made.layout, made.items));
    this.#inputs = given.items;
    this.#outputs = made.items;
    this.#inputLayout = given.layout;
    this.#outputLayout = made.layout;
    this.built = true;
  }

  /** The layer of this name, or at this place in `layers`. */
  getLayer(nameOrIndex: string | number): Layer {
    const layer =
      typeof nameOrIndex === 'number'
        ? this.layers.at(nameOrIndex)
        : this.layers.find((one) => one.name === nameOrIndex);
    if (!layer) {
      const names = this.layers.map((one) => one.name);
      throw new ArgumentError(
        `model '${this.name}': no layer ${describeValue(nameOrIndex)}${typeof nameOrIndex === 'number' ? '.' : `; ${suggestName(nameOrIndex, names)}`}`,
        {
          where: this.name,
          got: nameOrIndex,
        },
      );
    }
    return layer;
  }

  /** The layers and calls that make an equal model, in Keras 3's form; weights are not part of it. */
  override getConfig(): Config {
    return functionalConfig(this as Model);
  }

  /** Keras 3's JSON of the model, which `modelFromJSON` reads; `JSON.stringify(model)` calls it. */
  override toJSON(): Config {
    return modelEnvelope(this as Model);
  }

  override call(input: Tensors, context: CallContext): Tensors {
    const values = new Map<SymbolicTensor, Tensor>();
    const given = input instanceof Tensor ? [input] : input;
    this.#inputs.forEach((symbolic, index) => {
      values.set(symbolic, withMask(this.#fit(given[index] as Tensor, symbolic), context.masks[index]));
    });
    for (const node of [...this.graphNodes, ...this.#lossNodes]) {
      const valueOf = (symbolic: SymbolicTensor): Tensor => values.get(symbolic) as Tensor;
      const inputs = mainInputs(node).map(valueOf);
      const result = node.layer.invoke(node.isList ? inputs : inputs[0], joinOptions(node, valueOf));
      const outputs = outputsOf(node.layer, result);
      node.outputs.forEach((symbolic, index) => {
        // A declared input in the middle of the graph keeps the value it was given.
        if (!values.has(symbolic)) values.set(symbolic, outputs[index] as Tensor);
      });
    }
    for (const loss of this.#losses)
      context.addLoss(typeof loss === 'function' ? loss() : sum(values.get(loss) as Tensor));
    const outputs = this.#outputs.map((symbolic) => values.get(symbolic) as Tensor);
    return this.#outputLayout.kind === 'single' ? (outputs[0] as Tensor) : outputs;
  }

  override computeOutputShape(shapes: InputShapes): PartialShape | readonly PartialShape[] {
    const known = new Map<SymbolicTensor, PartialShape>();
    const given = (shapes.length > 0 && Array.isArray(shapes[0]) ? shapes : [shapes]) as readonly PartialShape[];
    this.#inputs.forEach((symbolic, index) => known.set(symbolic, given[index] ?? symbolic.shape));
    for (const node of this.graphNodes) {
      const inputs = mainInputs(node).map((symbolic) => known.get(symbolic) as PartialShape);
      const result = node.layer.outputShapes(node.isList ? inputs : (inputs[0] ?? []));
      const outputs = (node.givesList ? result : [result]) as readonly PartialShape[];
      node.outputs.forEach((symbolic, index) =>
        known.set(symbolic, known.get(symbolic) ?? outputs[index] ?? symbolic.shape),
      );
    }
    const outputs = this.#outputs.map((symbolic) => known.get(symbolic) ?? symbolic.shape);
    return this.#outputLayout.kind === 'single' ? (outputs[0] ?? []) : outputs;
  }

  /**
   * Adds a term to the loss of every training: a scalar from inside a layer's `call`, a symbolic tensor of this model's
   * graph (its elements are summed), or a function of no arguments that computes one. Terms are not written to configs.
   * @throws ArgumentError for a symbolic tensor that depends on other inputs, or on weights outside the model
   * @example net.addLoss(() => ops.mul(ops.sum(ops.square(kernel.value)), 1e-4));
   */
  override addLoss(loss: Tensor | SymbolicTensor | (() => Tensor)): void {
    if (loss instanceof Tensor) return super.addLoss(loss);
    if (loss instanceof SymbolicTensor) {
      const where = `model '${this.name}': addLoss`;
      const known = new Set([...this.graphNodes, ...this.#lossNodes]);
      const added = buildGraph(where, this.#inputs, [loss]).nodes.filter((node) => !known.has(node));
      const outside = added.find(({ layer }) => layer.weights.length > 0 && !this.layers.includes(layer));
      if (outside) {
        throw new ArgumentError(
          `${where}: the loss depends on the weights of '${outside.layer.name}', which is no layer of the model, so nothing would train or save them. Make the layer's output an output of the model.`,
          { where, got: outside.layer.name },
        );
      }
      this.#lossNodes.push(...added);
    }
    this.#losses.push(loss);
  }

  /** @internal Inputs by position or name, outputs in the structure that the model was made with. */
  override invoke(input: unknown, options: CallOptions = {}): unknown {
    const where = `model '${this.name}'`;
    optionsOf(where, options);
    const first = itemsOf(
      input as Structure<unknown>,
      (one): one is unknown => one instanceof SymbolicTensor || one instanceof Tensor || one instanceof Variable,
    );
    if (!this.built) {
      const shape = (first.items[0] as Tensor | SymbolicTensor | undefined)?.shape;
      if (!Array.isArray(shape)) {
        throw new ArgumentError(`${where}: was called on ${describeValue(input)}. Give tensors, or symbolic ones.`, {
          where,
          got: input,
        });
      }
      this.ensureBuilt(shape as PartialShape);
    }
    const items = byName(
      where,
      'input',
      input as Structure<unknown>,
      this.inputNames,
      (one): one is unknown => first.layout.kind === 'single' && one === input,
    );
    if (items.every((item) => item instanceof SymbolicTensor)) {
      const result = super.connect(items as SymbolicTensor[], this.#inputLayout.kind !== 'single', options);
      return layOut(this.#outputLayout, result instanceof SymbolicTensor ? [result] : result);
    }
    const tensors = items.map((item) => asTensor(item as TensorLike, where));
    const result = super.invoke(this.#inputLayout.kind === 'single' ? tensors[0] : tensors, options);
    return layOut(this.#outputLayout, (result instanceof Tensor ? [result] : result) as readonly Tensor[]);
  }

  override connect(inputs: readonly SymbolicTensor[], isList: boolean, options: CallOptions): Symbolics {
    return super.connect(inputs, isList, options);
  }

  // The layers inside speak for themselves.
  protected override get dropsMasks(): boolean {
    return true;
  }

  protected override get runCounter(): Variable {
    return this.randomCounter;
  }

  protected override checkInputs(): void {
    // #fit does, and forgives a last axis of size 1.
  }

  // Checks a value against a declared input; a last axis of size 1 may be missing or too many, as in Keras.
  #fit(value: Tensor, symbolic: SymbolicTensor): Tensor {
    const expected = symbolic.shape;
    if (value.rank === expected.length - 1 && expected.at(-1) === 1)
      return this.#fit(reshape(value, [...value.shape, 1]), symbolic);
    if (value.rank === expected.length + 1 && value.shape.at(-1) === 1)
      return this.#fit(reshape(value, value.shape.slice(0, -1)), symbolic);
    if (value.rank !== expected.length || expected.some((size, axis) => size !== null && size !== value.shape[axis])) {
      const name = this.inputNames[this.#inputs.indexOf(symbolic)] ?? symbolic.name;
      throw new ShapeError(
        `model '${this.name}': the input '${name}' expects the shape ${formatShape(expected)}, got ${formatShape(value.shape)}. The first axis is the batch.`,
        { where: this.name, got: value.shape, expected },
      );
    }
    return value;
  }
}

/**
 * A model of the layers between inputs and outputs.
 * @param inputs one symbolic tensor, a list, or a record; intermediate tensors make a sub-model
 * @param outputs likewise
 * @throws ArgumentError for a disconnected graph or two layers of one name
 * @example
 * const x = input([64]);
 * const net = model(x, layers.dense(10)(x));
 */
export function model<const Outputs extends Structure<SymbolicTensor>>(
  inputs: Structure<SymbolicTensor>,
  outputs: Outputs,
  options: ModelOptions = {},
): Model<OutputNames<Outputs>> {
  const made = new Model<OutputNames<Outputs>>(options);
  made.setGraph(inputs, outputs);
  return made;
}

// A model inside may give a record.
function outputsOf(layer: Layer, result: unknown): readonly Tensor[] {
  if (result instanceof Tensor) return [result];
  if (layer instanceof Model && layer.outputLayout.kind === 'record')
    return layer.outputLayout.keys.map((key) => (result as Readonly<Record<string, Tensor>>)[key] as Tensor);
  return result as readonly Tensor[];
}

// The caller's mask in place of what the tensor carries, on a copy: the tensor is the caller's.
function withMask(value: Tensor, mask: Tensor | undefined): Tensor {
  if (maskOf(value) === mask) return value;
  const copy = identity(value);
  if (mask) setMask(copy, mask);
  return copy;
}

function isSymbolic(value: unknown): value is SymbolicTensor {
  return value instanceof SymbolicTensor;
}

/** @internal */
export function isModel(layer: Layer): layer is Model {
  return layer instanceof Model;
}
