/** input(): where a model graph begins. */
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import { Layer, type Config, type InputShapes, type LayerOptions, type Tensors } from '../layers/layer.ts';
import type { InputType, SymbolicTensor } from '../layers/symbolic-tensor.ts';
import type { PartialShape } from '../tensor/symbolic.ts';

export interface InputOptions<Name extends string = string> {
  /** Default `input_layer`, then `input_layer_1`. Data can be given by this name. */
  readonly name?: Name;
  /** `'int32'` for indices; kept for Keras files. Default `'float32'`. */
  readonly dtype?: InputType;
  /** A fixed number of samples per batch. Default: any. */
  readonly batchSize?: number;
}

/** The layer behind `input()`; it holds a shape and computes nothing. */
export class InputLayer extends Layer {
  static readonly kerasName: string = 'InputLayer';
  readonly batchShape: PartialShape;
  readonly dtype: InputType;

  constructor(batchShape: PartialShape, options: LayerOptions & { readonly dtype?: InputType } = {}) {
    super(options);
    this.batchShape = Object.freeze([...batchShape]);
    this.dtype = options.dtype ?? 'float32';
    this.built = true;
  }

  override call(input: Tensors): Tensors {
    return input;
  }

  override computeOutputShape(_shapes: InputShapes): PartialShape {
    return this.batchShape;
  }

  protected override get outputType(): InputType {
    return this.dtype;
  }

  override getConfig(): Config {
    return { batch_shape: this.batchShape, dtype: this.dtype, sparse: false, name: this.name };
  }

  /** @internal The symbolic tensor that this layer stands for. */
  get tensor(): SymbolicTensor {
    return (this.nodes[0]?.outputs[0] ?? this.connect([], true, {})) as SymbolicTensor;
  }
}

/**
 * A symbolic input of a model.
 * @param shape sizes of one sample, without the batch; `null` where the size varies
 * @example const text = input([null], { dtype: 'int32', name: 'text' });
 */
export function input<const Name extends string = string>(
  shape: PartialShape,
  options: InputOptions<Name> = {},
): SymbolicTensor<Name> {
  if (!Array.isArray(shape)) {
    throw new ArgumentError(
      `input: the shape is ${describeValue(shape)}. Give the sizes of one sample in a list, such as [28, 28, 1]; [] for one number.`,
      { where: 'input', got: shape },
    );
  }
  for (const size of shape as PartialShape) {
    if (size !== null && (!Number.isInteger(size) || size < 1)) {
      throw new ArgumentError(
        `input: [${shape.map(describeValue).join(', ')}] is not a sample's shape. Sizes are positive integers, or null where they vary; the batch is not part of it.`,
        {
          where: 'input',
          got: shape,
        },
      );
    }
  }
  const { name, dtype, batchSize } = optionsOf('input', options);
  const layer = new InputLayer([batchSize ?? null, ...shape], {
    ...(name === undefined ? {} : { name }),
    ...(dtype ? { dtype } : {}),
  });
  return layer.tensor as SymbolicTensor<Name>;
}
