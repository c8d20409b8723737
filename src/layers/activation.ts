/** A layer that applies an activation function. */
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Layer, type Config, type InputShapes, type LayerOptions } from './layer.ts';
import {
  activationConfig,
  activationOf,
  oneShape,
  type Activation as ResolvedActivation,
  type ActivationSpec,
} from './options.ts';

export class Activation<Name extends string = string> extends Layer<Name> {
  static readonly kerasName: string = 'Activation';
  readonly activation: ResolvedActivation;

  constructor(options: LayerOptions<Name> & { readonly activation: ActivationSpec }) {
    super(options);
    this.activation = activationOf(`layer '${this.name}'`, options.activation);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Tensor): Tensor {
    return this.activation.apply(x);
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    return oneShape(this.name, shapes);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), activation: activationConfig(this.name, this.activation) };
  }
}

/**
 * Applies an activation element by element (softmax: along the last axis); the shape stays. Source: Keras `Activation`.
 * @param activation Keras's name, such as `'relu'`, or a function of ops
 */
export function activation<const Name extends string = string>(
  spec: ActivationSpec,
  options: LayerOptions<Name> = {},
): Activation<Name> {
  return new Activation<Name>({ ...options, activation: spec });
}
