/** Transposed convolution layers over steps and images: they make inputs larger where strides are above 1. */
import { ArgumentError, describeValue } from '../errors.ts';
import {
  conv1dTranspose as transposedSteps,
  conv2dTranspose as transposedImage,
  transposedAxis,
} from '../ops/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import {
  Convolution,
  imageOptions,
  imageWindows,
  stepOptions,
  stepWindows,
  type ConvolutionOptions,
  type LayerWindows,
} from './convolution.ts';
import type { Config, InputShapes } from './layer.ts';
import {
  constraintConfig,
  initializerConfig,
  positiveOption,
  regularizerConfig,
  type ConstraintSpec,
  type InitializerSpec,
  type Pair,
  type RegularizerSpec,
} from './options.ts';

/** Options of a transposed convolution. `Size` is a number for one axis, one or two numbers for two. */
export interface ConvTransposeOptions<Size, Name extends string = string> extends ConvolutionOptions<Size, Name> {
  /** Further cells at the end of each axis, below the stride. Default: by the padding. */
  readonly outputPadding?: Size;
  /** Default `'glorot_uniform'`. */
  readonly kernelInitializer?: InitializerSpec;
  /** Default none. */
  readonly kernelRegularizer?: RegularizerSpec;
  /** Default none. */
  readonly kernelConstraint?: ConstraintSpec;
}

export type Conv1dTransposeOptions<Name extends string = string> = ConvTransposeOptions<number, Name>;
export type Conv2dTransposeOptions<Name extends string = string> = ConvTransposeOptions<Pair, Name>;

abstract class ConvTranspose<Name extends string> extends Convolution<Name> {
  readonly filters: number;
  readonly outputPadding: readonly number[] | undefined;
  readonly transpose: ConvTransposeOptions<unknown>;
  kernel: Variable | undefined;

  constructor(
    options: ConvTransposeOptions<unknown, Name> & { readonly filters: number },
    windows: (where: string) => LayerWindows,
  ) {
    super(options, windows);
    this.filters = positiveOption(`layer '${this.name}'`, 'filters', options.filters);
    this.transpose = options;
    this.outputPadding = this.#outputPadding(options.outputPadding);
  }

  override build(shapes: InputShapes): void {
    const channels = this.inputChannels(shapes);
    const { kernelInitializer = 'glorot_uniform', kernelRegularizer, kernelConstraint } = this.transpose;
    this.kernel = this.addWeight('kernel', [...this.windows.kernelSize, this.filters, channels], kernelInitializer, {
      regularizer: kernelRegularizer,
      constraint: kernelConstraint,
    });
    this.addBias(this.filters);
  }

  protected override outputSize(size: number | null, axis: number): number | null {
    if (size === null) return null;
    const { kernelSize, strides, dilationRate, padding } = this.windows;
    const span = ((kernelSize[axis] ?? 1) - 1) * (dilationRate[axis] ?? 1) + 1;
    const outputPadding = this.outputPadding?.[axis];
    return transposedAxis(size, span, strides[axis] ?? 1, padding as 'valid' | 'same', outputPadding).output;
  }

  protected override channels(): number {
    return this.filters;
  }

  override getConfig(): Config {
    const { kernelInitializer = 'glorot_uniform', kernelRegularizer, kernelConstraint } = this.transpose;
    return {
      ...super.getConfig(),
      filters: this.filters,
      output_padding: this.outputPadding ?? null,
      kernel_initializer: initializerConfig(this.name, kernelInitializer),
      kernel_regularizer: regularizerConfig(this.name, kernelRegularizer),
      kernel_constraint: constraintConfig(this.name, kernelConstraint),
    };
  }

  #outputPadding(given: unknown): readonly number[] | undefined {
    if (given === undefined || given === null) return undefined;
    const { strides } = this.windows;
    const cells = typeof given === 'number' ? strides.map(() => given) : (given as readonly number[]);
    const fits =
      Array.isArray(cells) &&
      cells.length === strides.length &&
      cells.every((one, axis) => Number.isInteger(one) && one >= 0 && one < (strides[axis] ?? 1));
    if (fits) return cells as readonly number[];
    throw new ArgumentError(
      `layer '${this.name}': outputPadding is ${describeValue(given)}; it must be integers of at least 0 and below the strides ${strides.join(' x ')}.`,
      { where: this.name, got: given, expected: strides },
    );
  }
}

export class Conv1DTranspose<Name extends string = string> extends ConvTranspose<Name> {
  static readonly kerasName: string = 'Conv1DTranspose';

  constructor(options: Conv1dTransposeOptions<Name> & { readonly filters: number; readonly kernelSize: number }) {
    super(options, stepWindows(options));
  }

  protected override callChannelsLast(sequence: Tensor): Tensor {
    const options = { ...stepOptions(this.windows), outputPadding: this.outputPadding?.[0] };
    return transposedSteps(sequence, this.kernel as Variable, this.bias, options);
  }
}

export class Conv2DTranspose<Name extends string = string> extends ConvTranspose<Name> {
  static readonly kerasName: string = 'Conv2DTranspose';

  constructor(options: Conv2dTransposeOptions<Name> & { readonly filters: number; readonly kernelSize: Pair }) {
    super(options, imageWindows(options));
  }

  protected override callChannelsLast(image: Tensor): Tensor {
    const outputPadding = this.outputPadding as readonly [number, number] | undefined;
    const options = { ...imageOptions(this.windows), outputPadding };
    return transposedImage(image, this.kernel as Variable, this.bias, options);
  }
}

/**
 * A transposed convolution over steps, `[batch, steps, channels] -> [batch, steps', filters]`, with `steps' = steps *
 * strides` for padding `'same'`. Weights: kernel `[taps, filters, channels]`, bias `[filters]`. Source: Keras `Conv1DTranspose`.
 * @param filters number of output channels
 * @param kernelSize steps that one input step spreads over
 * @param options strides 1, padding `'valid'`, outputPadding by the padding, dilationRate 1, activation none, useBias true
 * @throws ArgumentError for sizes that are no positive integers; ShapeError for another rank or unknown channels
 * @example const y = layers.conv1dTranspose(8, 3, { strides: 2, padding: 'same' })(sequences);
 */
export function conv1dTranspose<const Name extends string = string>(
  filters: number,
  kernelSize: number,
  options: Conv1dTransposeOptions<Name> = {},
): Conv1DTranspose<Name> {
  return new Conv1DTranspose<Name>({ ...options, filters, kernelSize });
}

/**
 * A transposed 2-D convolution, `[batch, height, width, channels] -> [batch, height', width', filters]`, with sizes times
 * the strides for padding `'same'`. Weights: kernel `[height, width, filters, channels]`, bias `[filters]`.
 * Source: Keras `Conv2DTranspose`.
 * @param filters number of output channels
 * @param kernelSize size of the window that one pixel spreads over, one number or `[height, width]`
 * @param options strides 1, padding `'valid'`, outputPadding by the padding, dilationRate 1, activation none, useBias true
 * @throws ArgumentError for sizes that are no positive integers; ShapeError for another rank or unknown channels
 * @example const y = layers.conv2dTranspose(8, 3, { strides: 2, padding: 'same' })(images); // twice the size
 */
export function conv2dTranspose<const Name extends string = string>(
  filters: number,
  kernelSize: Pair,
  options: Conv2dTransposeOptions<Name> = {},
): Conv2DTranspose<Name> {
  return new Conv2DTranspose<Name>({ ...options, filters, kernelSize });
}
