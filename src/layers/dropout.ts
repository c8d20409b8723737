/** Dropout: in training a fraction of the values is zero, the others are scaled up. */
import { ArgumentError } from '../errors.ts';
import { dropoutWith } from '../ops/random.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { CallContext } from './call-scope.ts';
import { Layer, type Config, type InputShapes, type LayerOptions } from './layer.ts';
import { oneShape } from './options.ts';

export class Dropout<Name extends string = string> extends Layer<Name> {
  static readonly kerasName: string = 'Dropout';
  readonly rate: number;

  constructor(options: LayerOptions<Name> & { readonly rate: number }) {
    super(options);
    this.rate = options.rate;
    if (!(this.rate >= 0 && this.rate < 1)) {
      throw new ArgumentError(
        `layer '${this.name}': the dropout rate is ${this.rate}; it must be at least 0 and below 1.`,
        { where: this.name, got: this.rate },
      );
    }
  }

  override call(x: Tensor, context: CallContext): Tensor {
    return context.training && this.rate > 0 ? dropoutWith(x, this.rate, context.random('dropout')) : x;
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    return oneShape(this.name, shapes);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), rate: this.rate };
  }
}

/**
 * Dropout: in training each value is zero with probability `rate`, else divided by `1 - rate`; otherwise nothing changes.
 * Source: Srivastava et al. 2014; Keras `Dropout`.
 * @param rate fraction dropped, at least 0 and below 1
 */
export function dropout<const Name extends string = string>(
  rate: number,
  options: LayerOptions<Name> = {},
): Dropout<Name> {
  return new Dropout<Name>({ ...options, rate });
}
