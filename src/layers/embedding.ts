/** An embedding layer: one vector per index. */
import { gather, notEqual } from '../ops/index.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { Layer, type Config, type InputShapes, type LayerOptions, type Masks, type Tensors } from './layer.ts';
import {
  constraintConfig,
  initializerConfig,
  oneShape,
  positiveOption,
  regularizerConfig,
  type ConstraintSpec,
  type InitializerSpec,
  type RegularizerSpec,
} from './options.ts';

export interface EmbeddingOptions<Name extends string = string> extends LayerOptions<Name> {
  /** Default `'uniform'`: between -0.05 and 0.05. */
  readonly embeddingsInitializer?: InitializerSpec;
  /** Default none. */
  readonly embeddingsRegularizer?: RegularizerSpec;
  /** Default none. */
  readonly embeddingsConstraint?: ConstraintSpec;
  /** Whether index 0 is padding: the output carries a mask that is 0 there. Default false. */
  readonly maskZero?: boolean;
}

export class Embedding<Name extends string = string> extends Layer<Name> {
  static readonly kerasName: string = 'Embedding';
  /** Number of indices, 0 to inputDim - 1. */
  readonly inputDim: number;
  readonly outputDim: number;
  readonly maskZero: boolean;
  readonly options: EmbeddingOptions<Name>;
  embeddings: Variable | undefined;

  constructor(options: EmbeddingOptions<Name> & { readonly inputDim: number; readonly outputDim: number }) {
    super(options);
    this.inputDim = positiveOption(`layer '${this.name}'`, 'inputDim', options.inputDim);
    this.outputDim = positiveOption(`layer '${this.name}'`, 'outputDim', options.outputDim);
    this.maskZero = options.maskZero ?? false;
    this.options = options;
  }

  override build(): void {
    const { embeddingsInitializer = 'uniform', embeddingsRegularizer, embeddingsConstraint } = this.options;
    this.embeddings = this.addWeight('embeddings', [this.inputDim, this.outputDim], embeddingsInitializer, {
      regularizer: embeddingsRegularizer,
      constraint: embeddingsConstraint,
    });
  }

  override get supportsMasking(): boolean {
    return this.maskZero;
  }

  override computeMask(indices: Tensors): Masks {
    return notEqual(indices as Tensor, 0);
  }

  override call(indices: Tensor): Tensor {
    return gather(this.embeddings as Variable, indices, { axis: 0 });
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    return [...oneShape(this.name, shapes), this.outputDim];
  }

  override getConfig(): Config {
    const { embeddingsInitializer = 'uniform', embeddingsRegularizer, embeddingsConstraint } = this.options;
    return {
      ...super.getConfig(),
      input_dim: this.inputDim,
      output_dim: this.outputDim,
      embeddings_initializer: initializerConfig(this.name, embeddingsInitializer),
      embeddings_regularizer: regularizerConfig(this.name, embeddingsRegularizer),
      ...this.activityRegularizerConfig(),
      embeddings_constraint: constraintConfig(this.name, embeddingsConstraint),
      mask_zero: this.maskZero,
    };
  }
}

/**
 * A vector for each index, `[batch, ...] -> [batch, ..., outputDim]`. Weights: embeddings `[inputDim, outputDim]`.
 * Source: Keras `Embedding`.
 * @param inputDim number of indices; data outside 0 to inputDim - 1 is refused before training
 * @param outputDim size of the vectors
 * @param options embeddingsInitializer uniform in ±0.05, maskZero false; with it, recurrent layers, losses and metrics skip index 0
 * @example const vectors = embedding(10000, 64)(text);
 */
export function embedding<const Name extends string = string>(
  inputDim: number,
  outputDim: number,
  options: EmbeddingOptions<Name> = {},
): Embedding<Name> {
  return new Embedding<Name>({ ...options, inputDim, outputDim });
}
