/** Pooling over all steps or all pixels at once. */
import { div, expandDims, max, mean, sum, where } from '../ops/index.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { CallContext } from './call-scope.ts';
import type { Config, Masks } from './layer.ts';
import { SpatialLayer, type SpatialOptions } from './spatial.ts';

export interface GlobalPoolingOptions<Name extends string = string> extends SpatialOptions<Name> {
  /** Keeps the pooled axes with size 1. Default false. */
  readonly keepdims?: boolean;
}

abstract class GlobalPooling<Name extends string> extends SpatialLayer<Name> {
  readonly keepdims: boolean;

  constructor(options: GlobalPoolingOptions<Name> = {}) {
    super(options);
    this.keepdims = options.keepdims ?? false;
  }

  protected get reduction(): { axis: readonly number[]; keepDims: boolean } {
    return { axis: Array.from({ length: this.spatialRank }, (_, index) => index + 1), keepDims: this.keepdims };
  }

  protected override shapeChannelsLast(shape: PartialShape): PartialShape {
    const kept = this.keepdims ? new Array<number>(this.spatialRank).fill(1) : [];
    return [shape[0] ?? null, ...kept, shape.at(-1) ?? null];
  }

  override getConfig(): Config {
    return { ...super.getConfig(), keepdims: this.keepdims };
  }
}

export class GlobalMaxPooling1D<Name extends string = string> extends GlobalPooling<Name> {
  static readonly kerasName: string = 'GlobalMaxPooling1D';
  protected override get spatialRank(): number {
    return 1;
  }
  protected override callChannelsLast(x: Tensor): Tensor {
    return max(x, this.reduction);
  }
}

export class GlobalMaxPooling2D<Name extends string = string> extends GlobalPooling<Name> {
  static readonly kerasName: string = 'GlobalMaxPooling2D';
  protected override get spatialRank(): number {
    return 2;
  }
  protected override callChannelsLast(x: Tensor): Tensor {
    return max(x, this.reduction);
  }
}

export class GlobalAveragePooling1D<Name extends string = string> extends GlobalPooling<Name> {
  static readonly kerasName: string = 'GlobalAveragePooling1D';
  protected override get spatialRank(): number {
    return 1;
  }
  override get supportsMasking(): boolean {
    return true;
  }

  protected override callChannelsLast(x: Tensor, { mask }: CallContext): Tensor {
    if (!mask) return mean(x, this.reduction);
    const kept = expandDims(mask, -1); // [batch, steps, 1]
    // Chosen, not multiplied: what padding holds may be NaN.
    return div(sum(where(kept, x, 0), this.reduction), sum(kept, this.reduction));
  }

  override computeMask(): Masks {
    return undefined;
  }
}

export class GlobalAveragePooling2D<Name extends string = string> extends GlobalPooling<Name> {
  static readonly kerasName: string = 'GlobalAveragePooling2D';
  protected override get spatialRank(): number {
    return 2;
  }
  protected override callChannelsLast(x: Tensor): Tensor {
    return mean(x, this.reduction);
  }
}

/**
 * The largest value over all steps, `[batch, steps, channels] -> [batch, channels]`. Source: Keras `GlobalMaxPooling1D`.
 * @param options a number is ignored, as old Keras code passes one
 */
export function globalMaxPooling1d<const Name extends string = string>(
  options: GlobalPoolingOptions<Name> | number = {},
): GlobalMaxPooling1D<Name> {
  return new GlobalMaxPooling1D<Name>(withoutNumber(options));
}

/** The largest value over all pixels, `[batch, height, width, channels] -> [batch, channels]`. Source: Keras `GlobalMaxPooling2D`. */
export function globalMaxPooling2d<const Name extends string = string>(
  options: GlobalPoolingOptions<Name> | number = {},
): GlobalMaxPooling2D<Name> {
  return new GlobalMaxPooling2D<Name>(withoutNumber(options));
}

/** The mean over all steps (with a mask: over those that count), `[batch, steps, channels] -> [batch, channels]`. Source: Keras `GlobalAveragePooling1D`. */
export function globalAveragePooling1d<const Name extends string = string>(
  options: GlobalPoolingOptions<Name> | number = {},
): GlobalAveragePooling1D<Name> {
  return new GlobalAveragePooling1D<Name>(withoutNumber(options));
}

/** The mean over all pixels, `[batch, height, width, channels] -> [batch, channels]`. Source: Keras `GlobalAveragePooling2D`. */
export function globalAveragePooling2d<const Name extends string = string>(
  options: GlobalPoolingOptions<Name> | number = {},
): GlobalAveragePooling2D<Name> {
  return new GlobalAveragePooling2D<Name>(withoutNumber(options));
}

// Keras 2 code writes GlobalMaxPooling1D(5); the number never had a meaning.
function withoutNumber<Name extends string>(options: GlobalPoolingOptions<Name> | number): GlobalPoolingOptions<Name> {
  return typeof options === 'number' ? {} : options;
}
