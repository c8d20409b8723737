/** The tensors of a model graph: what `input()` and layers called on one another give. */
import type { SymbolicMethods } from '../ops/methods.ts';
import { Symbolic, type DeferredCall, type PartialShape } from '../tensor/symbolic.ts';
import type { GraphNode } from './graph-node.ts';

/** The number type of a model input, kept for Keras files; values are float32 in any case. */
export type InputType = 'float32' | 'int32';

declare module '../tensor/symbolic.ts' {
  interface SymbolicTypes {
    readonly tensor: SymbolicTensor;
  }
}

/** Common ops as methods: each makes a layer of the op. */
// oxlint-disable-next-line no-unused-vars -- as in the class
export interface SymbolicTensor<Name extends string = string> extends SymbolicMethods<SymbolicTensor> {}

/**
 * A layer's output before there is data. `Name` is the name of the layer where it is known to the compiler: a model
 * types its losses by it. It stands in no member on purpose, so that one variable can hold one output after another.
 */
// oxlint-disable-next-line no-unused-vars -- inference reads it
export class SymbolicTensor<Name extends string = string> extends Symbolic {
  /** Sizes, batch first; `null` where it is not known yet. */
  readonly shape: PartialShape;
  readonly dtype: InputType;
  /** @internal The call that made it. */
  readonly node: GraphNode;
  /** @internal Which of the call's outputs it is. */
  readonly index: number;

  /** @internal */
  constructor(shape: PartialShape, dtype: InputType, node: GraphNode, index: number) {
    super();
    this.shape = Object.freeze([...shape]);
    this.dtype = dtype;
    this.node = node;
    this.index = index;
  }

  /** The name of the layer that made it. */
  get name(): string {
    return this.node.layer.name;
  }

  override applyDeferred(deferred: DeferredCall): SymbolicTensor {
    return this.node.layer.connectDeferred(deferred);
  }

  override toString(): string {
    return `SymbolicTensor(${this.node.layer.name}, shape [${this.shape.map(String).join(', ')}])`;
  }
}
