/** An embedding layer: one vector per index. */
import { gather } from '../ops/index.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { Layer, type Config, type InputShapes, type LayerOptions } from './layer.ts';
import { initializerConfig, oneShape, positiveOption, type InitializerSpec } from './options.ts';

export interface EmbeddingOptions<Name extends string = string> extends LayerOptions<Name> {
  /** Default `'uniform'`: between -0.05 and 0.05. */
  readonly embeddingsInitializer?: InitializerSpec;
}

export class Embedding<Name extends string = string> extends Layer<Name> {
  static readonly kerasName: string = 'Embedding';
  /** Number of indices, 0 to inputDim - 1. */
  readonly inputDim: number;
  readonly outputDim: number;
  readonly embeddingsInitializer: InitializerSpec;
  embeddings: Variable | undefined;

  constructor(options: EmbeddingOptions<Name> & { readonly inputDim: number; readonly outputDim: number }) {
    super(options);
    this.inputDim = positiveOption(`layer '${this.name}'`, 'inputDim', options.inputDim);
    this.outputDim = positiveOption(`layer '${this.name}'`, 'outputDim', options.outputDim);
    this.embeddingsInitializer = options.embeddingsInitializer ?? 'uniform';
  }

  override build(): void {
    this.embeddings = this.addWeight('embeddings', [this.inputDim, this.outputDim], this.embeddingsInitializer);
  }

  override call(indices: Tensor): Tensor {
    return gather(this.embeddings as Variable, indices, { axis: 0 });
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    return [...oneShape(this.name, shapes), this.outputDim];
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      input_dim: this.inputDim,
      output_dim: this.outputDim,
      embeddings_initializer: initializerConfig(this.name, this.embeddingsInitializer),
      mask_zero: false,
    };
  }
}

/**
 * A vector for each index, `[batch, ...] -> [batch, ..., outputDim]`. Weights: embeddings `[inputDim, outputDim]`.
 * Source: Keras `Embedding`.
 * @param inputDim number of indices; data outside 0 to inputDim - 1 is refused before training
 * @param outputDim size of the vectors
 * @example const vectors = embedding(10000, 64)(text);
 */
export function embedding<const Name extends string = string>(
  inputDim: number,
  outputDim: number,
  options: EmbeddingOptions<Name> = {},
): Embedding<Name> {
  return new Embedding<Name>({ ...options, inputDim, outputDim });
}
