/** What layers are made with, called with and written as. */
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { ConstraintSpec, RegularizerSpec } from './options.ts';
import type { SymbolicTensor } from './symbolic-tensor.ts';

/** JSON as configs hold it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A config: the arguments that make the layer again, under Keras's snake_case names. */
export type Config = { readonly [key: string]: Json };

/** Options of every layer. */
export interface LayerOptions<Name extends string = string> {
  /** Default: the class name in snake_case, then `_1`, `_2`. */
  readonly name?: Name;
  /** Whether training changes the weights. Default true. */
  readonly trainable?: boolean;
  /** In a sequential model's first layer: the shape of one sample, without the batch. */
  readonly inputShape?: PartialShape;
  /** Adds a term of the outputs to the loss, divided by the batch size. Default none. */
  readonly activityRegularizer?: RegularizerSpec;
}

/** Options of one weight. */
export interface WeightOptions {
  /** Whether training changes it. Default true. */
  readonly trainable?: boolean;
  /** Its term of the loss. Default none. */
  readonly regularizer?: RegularizerSpec;
  /** The rule that it keeps after each update. Default none. */
  readonly constraint?: ConstraintSpec;
}

/** The masks of a layer's outputs: one, or one per output. */
export type Masks = Tensor | undefined | readonly (Tensor | undefined)[];

/** What a layer is called with, or gives. */
export type Symbolics = SymbolicTensor | readonly SymbolicTensor[];
export type Tensors = Tensor | readonly Tensor[];
/** The shape of one input, or one per input of a layer that takes a list. */
export type InputShapes = PartialShape | readonly PartialShape[];
