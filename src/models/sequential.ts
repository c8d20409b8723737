/** A stack of layers, each called on the output of the one before. */
import { ArgumentError, describeValue } from '../errors.ts';
import { Layer, type Config, type InputShapes } from '../layers/layer.ts';
import type { SymbolicTensor } from '../layers/symbolic-tensor.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import { sequentialConfig } from './config.ts';
import { InputLayer } from './input.ts';
import { Model, type ModelOptions } from './model.ts';

export class Sequential extends Model {
  readonly #stack: Layer[] = [];
  readonly #names = new Set<string>();

  constructor(layers: readonly Layer[] = [], options: ModelOptions = {}) {
    super(options);
    if (!Array.isArray(layers)) {
      throw new ArgumentError(`model '${this.name}': the layers are ${describeValue(layers)}. Give a list of layers.`, {
        where: this.name,
        got: layers,
      });
    }
    for (const layer of layers as readonly Layer[]) this.#push(layer);
    this.#tryBuild();
  }

  override get className(): string {
    return 'Sequential';
  }

  /** The layers in order, without the input. */
  override get layers(): readonly Layer[] {
    return this.#stack.filter((layer) => !(layer instanceof InputLayer));
  }

  /** @internal The layers of the config: the input first where it is known. */
  get stack(): readonly Layer[] {
    const start = this.inputs[0]?.node.layer;
    return start && this.built && this.#stack[0] !== start ? [start, ...this.#stack] : this.#stack;
  }

  override getConfig(): Config {
    return sequentialConfig(this);
  }

  /** Appends a layer; only while the model has not been compiled or called. */
  add(layer: Layer): void {
    this.#push(layer);
    this.built = false;
    this.#tryBuild();
  }

  /** Makes the graph for samples of this batch shape; done by itself on the first call. */
  override build(shapes: InputShapes): void {
    const batchShape = shapes as PartialShape;
    const first = this.#stack[0];
    if (!first)
      throw new ArgumentError(`model '${this.name}': has no layers. Give them to sequential([...]) or add() them.`, {
        where: this.name,
      });
    const start: SymbolicTensor =
      first instanceof InputLayer ? first.tensor : new InputLayer([null, ...batchShape.slice(1)]).tensor;
    let x = start;
    for (const layer of this.#stack) if (!(layer instanceof InputLayer)) x = layer(x);
    this.setGraph(start, x);
  }

  #push(layer: Layer): void {
    if (!((layer as unknown) instanceof Layer)) {
      throw new ArgumentError(
        `model '${this.name}': ${describeValue(layer)} is no layer. Give layers, such as layers.dense(10).`,
        { where: this.name, got: layer },
      );
    }
    if (this.#names.has(layer.name)) {
      throw new ArgumentError(
        `model '${this.name}': two layers are named '${layer.name}'. Names are unique within a model; give one of them another name.`,
        {
          where: this.name,
          got: layer.name,
        },
      );
    }
    if (layer instanceof InputLayer && this.#stack.length > 0) {
      throw new ArgumentError(`model '${this.name}': the input must come first.`, { where: this.name });
    }
    this.#stack.push(layer);
    this.#names.add(layer.name);
  }

  #tryBuild(): void {
    const first = this.#stack[0];
    if (first instanceof InputLayer && this.#stack.length > 1) this.build(first.batchShape);
    else if (first?.sampleShape) this.build([null, ...first.sampleShape]);
    else if (first instanceof Model && first.inputs.length === 1) this.build(first.inputs[0]?.shape ?? []);
  }
}

/**
 * A model of layers in a row.
 * @param layers the first one may carry `inputShape`; else the shape is taken from the first data
 * @example const net = sequential([layers.dense(32, { activation: 'relu', inputShape: [64] }), layers.dense(10)]);
 */
export function sequential(layers: readonly Layer[] = [], options: ModelOptions = {}): Sequential {
  return new Sequential(layers, options);
}
