/** Repeats each sample's vector as the steps of a sequence. */
import { ShapeError } from '../errors.ts';
import { broadcastTo, expandDims } from '../ops/index.ts';
import { formatShape } from '../tensor/shape.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Layer, type Config, type InputShapes, type LayerOptions } from './layer.ts';
import { oneShape, positiveOption } from './options.ts';

export class RepeatVector<Name extends string = string> extends Layer<Name> {
  static readonly kerasName: string = 'RepeatVector';
  readonly n: number;

  constructor(options: LayerOptions<Name> & { readonly n: number }) {
    super(options);
    this.n = positiveOption(`layer '${this.name}'`, 'n', options.n);
  }

  override call(x: Tensor): Tensor {
    const [batch = 0, features = 0] = x.shape;
    return broadcastTo(expandDims(x, 1), [batch, this.n, features]);
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    const shape = oneShape(this.name, shapes);
    if (shape.length !== 2) {
      throw new ShapeError(
        `layer '${this.name}' (RepeatVector): the input has the shape ${formatShape(shape)}; expected [batch, features]. Flatten it first.`,
        { where: this.name, got: shape },
      );
    }
    return [shape[0] ?? null, this.n, shape[1] ?? null];
  }

  override getConfig(): Config {
    return { ...super.getConfig(), n: this.n };
  }
}

/**
 * Repeats each vector n times: `[batch, features] -> [batch, n, features]`. Source: Keras `RepeatVector`.
 * @param n number of steps
 * @throws ArgumentError unless n is a positive integer; ShapeError for another rank
 * @example const steps = layers.repeatVector(3)(input([32])); // [batch, 3, 32]
 */
export function repeatVector<const Name extends string = string>(
  n: number,
  options: LayerOptions<Name> = {},
): RepeatVector<Name> {
  return new RepeatVector<Name>({ ...options, n });
}
