/** A layer that only adds a term of its input to the loss. */
import { optionsOf } from '../errors.ts';
import { checkFactor, l1l2 } from '../regularizers/norms.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Layer, type Config, type InputShapes, type LayerOptions } from './layer.ts';
import { oneShape } from './options.ts';

export interface ActivityRegularizationOptions<Name extends string = string> extends Omit<
  LayerOptions<Name>,
  'activityRegularizer'
> {
  /** The factor of the absolute values. Default 0. */
  readonly l1?: number;
  /** The factor of the squares. Default 0. */
  readonly l2?: number;
}

export class ActivityRegularization<Name extends string = string> extends Layer<Name> {
  static readonly kerasName: string = 'ActivityRegularization';
  readonly l1: number;
  readonly l2: number;

  constructor(options: ActivityRegularizationOptions<Name> = {}) {
    optionsOf('activityRegularization', options);
    const l1 = checkFactor('activityRegularization', 'l1', options.l1 ?? 0);
    const l2 = checkFactor('activityRegularization', 'l2', options.l2 ?? 0);
    super({ ...options, activityRegularizer: l1l2({ l1, l2 }) });
    this.l1 = l1;
    this.l2 = l2;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Tensor): Tensor {
    return x;
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    return oneShape(`layer '${this.name}'`, shapes);
  }

  override getConfig(): Config {
    // The regularizer follows from the factors.
    const { activity_regularizer: _, ...config } = super.getConfig();
    return { ...config, l1: this.l1, l2: this.l2 };
  }
}

/**
 * Gives its input unchanged and adds `(l1 sum(|x|) + l2 sum(x²)) / batch size` to the loss.
 * Source: Keras `ActivityRegularization`.
 * @param options l1 0, l2 0
 * @throws ArgumentError for a factor that is negative or not finite
 * @example const sparse = layers.activityRegularization({ l1: 1e-4 })(x);
 */
export function activityRegularization<const Name extends string = string>(
  options: ActivityRegularizationOptions<Name> = {},
): ActivityRegularization<Name> {
  return new ActivityRegularization<Name>(options);
}
