/** Flattens each sample to one axis. */
import { reshape } from '../ops/index.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Layer, type Config, type InputShapes, type LayerOptions } from './layer.ts';
import { oneShape } from './options.ts';

export class Flatten<Name extends string = string> extends Layer<Name> {
  static readonly kerasName: string = 'Flatten';

  override call(x: Tensor): Tensor {
    return reshape(x, [x.shape[0] ?? 0, sizeOf(x.shape.slice(1))]);
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    const [batch = null, ...sample] = oneShape(this.name, shapes);
    return [batch, sample.includes(null) ? null : sizeOf(sample as number[])];
  }

  override getConfig(): Config {
    return { ...super.getConfig(), data_format: 'channels_last' };
  }
}

/** Flattens each sample, `[batch, ...] -> [batch, features]`, in row-major order. Source: Keras `Flatten`. */
export function flatten<const Name extends string = string>(options: LayerOptions<Name> = {}): Flatten<Name> {
  return new Flatten<Name>(options);
}
