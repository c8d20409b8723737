/** One call of a layer in a model graph. */
import type { Layer } from './layer.ts';
import type { SymbolicTensor } from './symbolic-tensor.ts';

/** Options of one layer call. */
export interface CallOptions {
  /** Default: that of the enclosing layer or model, else false. */
  readonly training?: boolean;
}

export interface GraphNode {
  readonly layer: Layer;
  /** Which call of the layer this is, counted from 0. */
  readonly callIndex: number;
  readonly inputs: readonly SymbolicTensor[];
  /** Whether the layer was called with a list. */
  readonly isList: boolean;
  readonly options: CallOptions;
  /** Set once, right after the node is made. */
  outputs: readonly SymbolicTensor[];
  /** Whether the layer gave a list. */
  readonly givesList: boolean;
}
