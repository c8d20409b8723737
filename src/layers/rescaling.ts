/** Scales and shifts the values. */
import { ArgumentError, describeValue } from '../errors.ts';
import { add, mul } from '../ops/index.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import { Layer, type Config, type InputShapes, type Json, type LayerOptions } from './layer.ts';
import { oneShape } from './options.ts';

export interface RescalingOptions<Name extends string = string> extends LayerOptions<Name> {
  /** Added after scaling; one number, or one per channel. Default 0. */
  readonly offset?: number | readonly number[];
}

export class Rescaling<Name extends string = string> extends Layer<Name> {
  static readonly kerasName: string = 'Rescaling';
  readonly scale: number | readonly number[];
  readonly offset: number | readonly number[];

  constructor(options: RescalingOptions<Name> & { readonly scale: number | readonly number[] }) {
    super(options);
    this.scale = this.#numbers('scale', options.scale);
    this.offset = this.#numbers('offset', options.offset ?? 0);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Tensor): Tensor {
    return add(mul(x, operand(this.scale)), operand(this.offset));
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    return oneShape(this.name, shapes);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), scale: this.scale as Json, offset: this.offset as Json };
  }

  #numbers(name: string, value: number | readonly number[]): number | readonly number[] {
    const list: readonly unknown[] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
    if (list.length > 0 && list.every((one) => typeof one === 'number' && Number.isFinite(one))) return value;
    throw new ArgumentError(
      `layer '${this.name}': ${name} is ${describeValue(value)}; it must be a finite number, or one per channel.`,
      { where: this.name, got: value },
    );
  }
}

function operand(value: number | readonly number[]): number | Tensor {
  return typeof value === 'number' ? value : tensor([...value]);
}

/**
 * `y = scale x + offset`; the shape stays. Source: Keras `Rescaling`.
 * @param scale one number, or one per channel
 * @throws ArgumentError for anything but finite numbers
 * @example const y = layers.rescaling(1 / 255)(images);
 */
export function rescaling<const Name extends string = string>(
  scale: number | readonly number[],
  options: RescalingOptions<Name> = {},
): Rescaling<Name> {
  return new Rescaling<Name>({ ...options, scale });
}
