/** Options of the functions that write and read Keras's files. */
import type { CustomObject } from '../models/make-layer.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** Layer classes, functions that make layers, activations, losses and metrics, by the names that the file has for them. */
export type CustomObjects = Readonly<Record<string, CustomObject | ((yTrue: Tensor, yPred: Tensor) => Tensor)>>;

/** The kinds of Keras's files: `.keras`, the older `.h5`, and weights alone, `.weights.h5`. */
export type KerasFormat = 'keras' | 'h5' | 'weights.h5';

/** Options of `saveModel`. */
export interface SaveModelOptions {
  /** Whether the settings of `compile` and the optimizer's state are written. Default true. */
  readonly includeOptimizer?: boolean;
}

/** Options of `toKeras`. */
export interface ToKerasOptions extends SaveModelOptions {
  /** Default `'keras'`. */
  readonly format?: KerasFormat;
}

/** Options of `loadModel` and `fromKeras`. */
export interface LoadModelOptions {
  /** Classes and functions of one's own that the file names. */
  readonly customObjects?: CustomObjects;
  /** Whether the model is compiled as it was, and its optimizer goes on where it stood. Default true. */
  readonly compile?: boolean;
}

/** Options of `loadWeights`. */
export interface LoadWeightsOptions {
  /** Leaves out what does not fit, with a warning, instead of refusing the file. Default false. */
  readonly skipMismatch?: boolean;
  /** For `.h5` files: takes layers by their names, not by their order, and leaves out the others. Default false. */
  readonly byName?: boolean;
}

/** What the readers of models are told. */
export interface LoadOptions {
  /** The file, for messages. */
  readonly where: string;
  readonly customObjects: ReadonlyMap<string, unknown>;
  readonly compile: boolean;
}
