/** Reorders the axes of each sample. */
import { ArgumentError, describeValue, ShapeError } from '../errors.ts';
import { transpose } from '../ops/index.ts';
import { formatShape } from '../tensor/shape.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Layer, type Config, type InputShapes, type LayerOptions } from './layer.ts';
import { oneShape } from './options.ts';

export class Permute<Name extends string = string> extends Layer<Name> {
  static readonly kerasName: string = 'Permute';
  readonly dims: readonly number[];

  constructor(options: LayerOptions<Name> & { readonly dims: readonly number[] }) {
    super(options);
    const dims: unknown = options.dims;
    const sorted = Array.isArray(dims) ? [...(dims as number[])].sort((a, b) => a - b) : [];
    if (!Array.isArray(dims) || sorted.some((axis, index) => axis !== index + 1)) {
      throw new ArgumentError(
        `layer '${this.name}': dims is ${Array.isArray(dims) ? `[${dims.map(describeValue).join(', ')}]` : describeValue(dims)}; it must name each axis of a sample once, counted from 1, such as [2, 1].`,
        { where: this.name, got: dims },
      );
    }
    this.dims = Object.freeze([...(dims as number[])]);
  }

  override call(x: Tensor): Tensor {
    return transpose(x, { permutation: [0, ...this.dims] });
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    const shape = oneShape(this.name, shapes);
    if (shape.length !== this.dims.length + 1) {
      throw new ShapeError(
        `layer '${this.name}' (Permute): the input has the shape ${formatShape(shape)}, but dims [${this.dims.join(', ')}] are for samples of ${this.dims.length} axes. Give one entry per axis beside the batch.`,
        { where: this.name, got: shape },
      );
    }
    return [shape[0] ?? null, ...this.dims.map((axis) => shape[axis] ?? null)];
  }

  override getConfig(): Config {
    return { ...super.getConfig(), dims: this.dims };
  }
}

/**
 * Reorders the axes of each sample: axis k of the output is axis `dims[k]` of the input, both counted from 1.
 * Source: Keras `Permute`.
 * @param dims every axis of a sample once
 * @throws ArgumentError for anything else; ShapeError for an input with another number of axes
 * @example const y = layers.permute([2, 1])(input([10, 64])); // [batch, 64, 10]
 */
export function permute<const Name extends string = string>(
  dims: readonly number[],
  options: LayerOptions<Name> = {},
): Permute<Name> {
  return new Permute<Name>({ ...options, dims });
}
