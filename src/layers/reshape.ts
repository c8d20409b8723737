/** Gives each sample another shape. */
import { ArgumentError, describeValue, ShapeError } from '../errors.ts';
import { reshape as reshapeOp } from '../ops/index.ts';
import { formatShape, sizeOf, type Shape } from '../tensor/shape.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Layer, type Config, type InputShapes, type LayerOptions } from './layer.ts';
import { oneShape } from './options.ts';

export class Reshape<Name extends string = string> extends Layer<Name> {
  static readonly kerasName: string = 'Reshape';
  readonly targetShape: Shape;

  constructor(options: LayerOptions<Name> & { readonly targetShape: Shape }) {
    super(options);
    this.targetShape = options.targetShape;
    const sizes: unknown = options.targetShape;
    if (!Array.isArray(sizes) || !sizes.every((size) => Number.isInteger(size) && (size as number) >= -1)) {
      throw new ArgumentError(
        `layer '${this.name}': the target shape is ${describeValue(sizes)}; it must be a list of whole numbers, of which one may be -1.`,
        { where: this.name, got: sizes },
      );
    }
    if (this.targetShape.filter((size) => size === -1).length > 1) {
      throw new ShapeError(
        `layer '${this.name}': the target shape ${formatShape(this.targetShape)} has more than one -1; one size at most can follow from the others.`,
        {
          where: this.name,
          got: this.targetShape,
        },
      );
    }
  }

  override call(x: Tensor): Tensor {
    return reshapeOp(x, [x.shape[0] ?? 0, ...this.#sample(x.shape.slice(1)).map((size) => size ?? 0)]);
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    const [batch = null, ...sample] = oneShape(this.name, shapes);
    return [batch, ...this.#sample(sample)];
  }

  override getConfig(): Config {
    return { ...super.getConfig(), target_shape: this.targetShape };
  }

  #sample(sample: PartialShape): PartialShape {
    const known = sizeOf(this.targetShape.filter((size) => size !== -1));
    if (sample.includes(null)) return this.targetShape.map((size) => (size === -1 ? null : size));
    const size = sizeOf(sample as number[]);
    const free = this.targetShape.includes(-1);
    if (free ? known === 0 || size % known !== 0 : size !== known) {
      throw new ShapeError(
        `layer '${this.name}' (Reshape): a sample of shape ${formatShape(sample)} has ${size} elements, which do not fill ${formatShape(this.targetShape)}. The number of elements must stay.`,
        { where: this.name, got: sample, expected: this.targetShape },
      );
    }
    return this.targetShape.map((one) => (one === -1 ? size / known : one));
  }
}

/**
 * Gives each sample another shape with as many elements, `[batch, ...] -> [batch, ...targetShape]`. Source: Keras `Reshape`.
 * @param targetShape without the batch; one size may be -1 and follows from the others
 */
export function reshape<const Name extends string = string>(
  targetShape: Shape,
  options: LayerOptions<Name> = {},
): Reshape<Name> {
  return new Reshape<Name>({ ...options, targetShape });
}
