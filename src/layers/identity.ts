/** A layer that changes nothing. */
import { Tensor } from '../tensor/tensor.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import { Layer, type InputShapes, type LayerOptions, type Masks, type Tensors } from './layer.ts';

export class Identity<Name extends string = string> extends Layer<Name> {
  static readonly kerasName: string = 'Identity';

  override get supportsMasking(): boolean {
    return true;
  }

  override call(input: Tensors): Tensors {
    return input;
  }

  override computeMask(input: Tensors, masks: readonly (Tensor | undefined)[]): Masks {
    return input instanceof Tensor ? masks[0] : masks;
  }

  override computeOutputShape(shapes: InputShapes): PartialShape | readonly PartialShape[] {
    return shapes;
  }
}

/**
 * Gives what it is given, one tensor or a list, masks included: `y = x`. It holds the place of a layer that comes later,
 * or gives a tensor a name. Source: Keras `Identity`.
 * @example const features = layers.identity({ name: 'features' })(x);
 */
export function identity<const Name extends string = string>(options: LayerOptions<Name> = {}): Identity<Name> {
  return new Identity<Name>(options);
}
