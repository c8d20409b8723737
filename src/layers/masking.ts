/** Masks the steps that hold nothing but one value. */
import { ArgumentError, describeValue, ShapeError } from '../errors.ts';
import { max, mul, notEqual } from '../ops/index.ts';
import { formatShape } from '../tensor/shape.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Layer, type Config, type InputShapes, type LayerOptions, type Masks, type Tensors } from './layer.ts';
import { oneShape } from './options.ts';

export interface MaskingOptions<Name extends string = string> extends LayerOptions<Name> {
  /** A step whose features all equal it is masked. Default 0. */
  readonly maskValue?: number;
}

export class Masking<Name extends string = string> extends Layer<Name> {
  static readonly kerasName: string = 'Masking';
  readonly maskValue: number;

  constructor(options: MaskingOptions<Name> = {}) {
    super(options);
    this.maskValue = options.maskValue ?? 0;
    if (typeof this.maskValue !== 'number' || !Number.isFinite(this.maskValue)) {
      throw new ArgumentError(
        `layer '${this.name}': maskValue is ${describeValue(this.maskValue)}; it must be a finite number.`,
        { where: this.name, got: this.maskValue },
      );
    }
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Tensor): Tensor {
    return mul(x, this.#steps(x, true));
  }

  override computeMask(input: Tensors): Masks {
    return this.#steps(input as Tensor, false);
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    const shape = oneShape(this.name, shapes);
    if (shape.length >= 2) return shape;
    throw new ShapeError(
      `layer '${this.name}' (Masking): the input has the shape ${formatShape(shape)}; expected [batch, steps, features].`,
      { where: this.name, got: shape },
    );
  }

  override getConfig(): Config {
    return { ...super.getConfig(), mask_value: this.maskValue };
  }

  #steps(x: Tensor, keepDims: boolean): Tensor {
    return max(notEqual(x, this.maskValue), { axis: -1, keepDims });
  }
}

/**
 * Masks every step whose features all equal `maskValue`, and sets it to 0: `[batch, steps, features]`, the mask is
 * `[batch, steps]`. Recurrent layers, losses and metrics behind it skip those steps. Source: Keras `Masking`.
 * @param options maskValue 0
 * @throws ArgumentError for a value that is not finite; ShapeError for an input without a feature axis
 * @example const encoded = layers.lstm(32)(layers.masking({ maskValue: -1 })(sequences));
 */
export function masking<const Name extends string = string>(options: MaskingOptions<Name> = {}): Masking<Name> {
  return new Masking<Name>(options);
}
