/** Adds rows, columns or steps of zeros around each sample, or cuts some off. */
import { ArgumentError, describeValue, ShapeError } from '../errors.ts';
import { pad, slice } from '../ops/index.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Config, LayerOptions } from './layer.ts';
import { SpatialLayer, type SpatialOptions } from './spatial.ts';

/** Cells at the start and at the end of one axis, or one number for both. */
export type Margin = number | readonly [before: number, after: number];
/** One number for all sides, one per axis, or start and end of each axis. */
export type Margins = number | readonly [height: Margin, width: Margin];

type Sides = readonly (readonly [before: number, after: number])[];

abstract class Margined<Name extends string> extends SpatialLayer<Name> {
  readonly sides: Sides;

  constructor(options: SpatialOptions<Name>, name: string, given: unknown, axes: 1 | 2) {
    super(options);
    const sides =
      axes === 1 ? sidesOf([given]) : sidesOf(Array.isArray(given) && given.length === 2 ? given : [given, given]);
    if (!sides) {
      throw new ArgumentError(
        `layer '${this.name}': ${name} is ${describeValue(given)}; it must be a whole number of at least 0, or ${axes === 1 ? 'a pair [start, end]' : 'a pair [height, width] of numbers or pairs'}.`,
        { where: this.name, got: given },
      );
    }
    this.sides = sides;
  }

  /** The size of an axis with these margins. */
  protected abstract resized(size: number, before: number, after: number): number;

  protected override get spatialRank(): number {
    return this.sides.length;
  }

  protected override shapeChannelsLast(shape: PartialShape): PartialShape {
    const sizes = this.sides.map(([before, after], axis) => {
      const size = shape[axis + 1] ?? null;
      if (size === null) return null;
      const resized = this.resized(size, before, after);
      if (resized >= 1 || size === 0) return resized;
      throw new ShapeError(
        `layer '${this.name}' (${this.className}): cutting ${before} and ${after} off an axis of ${size} leaves nothing. Cut less, or give larger inputs.`,
        { where: this.name, got: shape },
      );
    });
    return [shape[0] ?? null, ...sizes, shape.at(-1) ?? null];
  }
}

function sidesOf(margins: readonly unknown[]): Sides | undefined {
  const sides = margins.map((one) => (Array.isArray(one) ? (one as readonly unknown[]) : [one, one]));
  const valid = sides.every(
    (pair) => pair.length === 2 && pair.every((cells) => Number.isInteger(cells) && (cells as number) >= 0),
  );
  return valid ? (sides as unknown as Sides) : undefined;
}

abstract class ZeroPadding<Name extends string> extends Margined<Name> {
  protected override resized(size: number, before: number, after: number): number {
    return size + before + after;
  }

  protected override callChannelsLast(x: Tensor): Tensor {
    return pad(x, { paddings: [[0, 0], ...this.sides, [0, 0]] });
  }
}

abstract class Cropping<Name extends string> extends Margined<Name> {
  protected override resized(size: number, before: number, after: number): number {
    return size - before - after;
  }

  protected override callChannelsLast(x: Tensor): Tensor {
    const sizes = this.sides.map(([before, after], axis) => (x.shape[axis + 1] ?? 0) - before - after);
    return slice(x, [0, ...this.sides.map(([before]) => before), 0], [x.shape[0] ?? 0, ...sizes, x.shape.at(-1) ?? 0]);
  }
}

export class ZeroPadding1D<Name extends string = string> extends ZeroPadding<Name> {
  static readonly kerasName: string = 'ZeroPadding1D';

  constructor(options: SpatialOptions<Name> & { readonly padding?: Margin } = {}) {
    super(options, 'padding', options.padding ?? 1, 1);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), padding: this.sides[0] ?? [0, 0] };
  }
}

export class ZeroPadding2D<Name extends string = string> extends ZeroPadding<Name> {
  static readonly kerasName: string = 'ZeroPadding2D';

  constructor(options: SpatialOptions<Name> & { readonly padding?: Margins } = {}) {
    super(options, 'padding', options.padding ?? 1, 2);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), padding: this.sides };
  }
}

export class Cropping1D<Name extends string = string> extends Cropping<Name> {
  static readonly kerasName: string = 'Cropping1D';

  constructor(options: LayerOptions<Name> & { readonly cropping?: Margin } = {}) {
    // Keras's class knows one order only, and so can a config.
    super({ ...options, dataFormat: null }, 'cropping', options.cropping ?? 1, 1);
  }

  override getConfig(): Config {
    const { data_format: _, ...config } = super.getConfig();
    return { ...config, cropping: this.sides[0] ?? [0, 0] };
  }
}

export class Cropping2D<Name extends string = string> extends Cropping<Name> {
  static readonly kerasName: string = 'Cropping2D';

  constructor(options: SpatialOptions<Name> & { readonly cropping?: Margins } = {}) {
    super(options, 'cropping', options.cropping ?? 0, 2);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), cropping: this.sides };
  }
}

/**
 * Steps of zeros before and after each sequence, `[batch, steps, channels]`. Source: Keras `ZeroPadding1D`.
 * @param padding one number, or `[start, end]`. Default 1
 * @throws ArgumentError for anything but whole numbers of at least 0; ShapeError for another rank
 * @example const y = layers.zeroPadding1d([2, 0])(sequences); // two zero steps before
 */
export function zeroPadding1d<const Name extends string = string>(
  padding: Margin = 1,
  options: SpatialOptions<Name> = {},
): ZeroPadding1D<Name> {
  return new ZeroPadding1D<Name>({ ...options, padding });
}

/**
 * Rows and columns of zeros around each image, `[batch, height, width, channels]`. Source: Keras `ZeroPadding2D`.
 * @param padding one number, `[height, width]`, or `[[top, bottom], [left, right]]`. Default 1
 * @throws ArgumentError for anything but whole numbers of at least 0; ShapeError for another rank
 * @example const y = layers.zeroPadding2d(1)(images);
 */
export function zeroPadding2d<const Name extends string = string>(
  padding: Margins = 1,
  options: SpatialOptions<Name> = {},
): ZeroPadding2D<Name> {
  return new ZeroPadding2D<Name>({ ...options, padding });
}

/**
 * Cuts steps off both ends of each sequence, `[batch, steps, channels]`. Source: Keras `Cropping1D`.
 * @param cropping one number, or `[start, end]`. Default 1
 * @throws ArgumentError for anything but whole numbers of at least 0; ShapeError for another rank or when nothing is left
 * @example const y = layers.cropping1d([0, 1])(sequences); // without the last step
 */
export function cropping1d<const Name extends string = string>(
  cropping: Margin = 1,
  options: LayerOptions<Name> = {},
): Cropping1D<Name> {
  return new Cropping1D<Name>({ ...options, cropping });
}

/**
 * Cuts rows and columns off each image, `[batch, height, width, channels]`. Source: Keras `Cropping2D`.
 * @param cropping one number, `[height, width]`, or `[[top, bottom], [left, right]]`. Default 0
 * @throws ArgumentError for anything but whole numbers of at least 0; ShapeError for another rank or when nothing is left
 * @example const y = layers.cropping2d(2)(images);
 */
export function cropping2d<const Name extends string = string>(
  cropping: Margins = 0,
  options: SpatialOptions<Name> = {},
): Cropping2D<Name> {
  return new Cropping2D<Name>({ ...options, cropping });
}
