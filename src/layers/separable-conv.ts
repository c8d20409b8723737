/** Separable convolution layers over steps and images: each channel on its own, then a mix of the channels. */
import { separableConv1d as convolveSteps, separableConv2d as convolveImage } from '../ops/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { Convolution, imageOptions, imageWindows, stepOptions, stepWindows, type LayerWindows } from './convolution.ts';
import type { DepthwiseOptions } from './depthwise-conv.ts';
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

/** Options of a separable convolution. `Size` is a number for one axis, one or two numbers for two. */
export interface SeparableOptions<Size, Name extends string = string> extends DepthwiseOptions<Size, Name> {
  /** Default `'glorot_uniform'`. */
  readonly pointwiseInitializer?: InitializerSpec;
  /** Default none. */
  readonly pointwiseRegularizer?: RegularizerSpec;
  /** Default none. */
  readonly pointwiseConstraint?: ConstraintSpec;
}

export type SeparableConv1dOptions<Name extends string = string> = SeparableOptions<number, Name>;
export type SeparableConv2dOptions<Name extends string = string> = SeparableOptions<Pair, Name>;

abstract class SeparableConvolution<Name extends string> extends Convolution<Name> {
  readonly filters: number;
  readonly depthMultiplier: number;
  readonly separable: SeparableOptions<unknown>;
  depthwiseKernel: Variable | undefined;
  pointwiseKernel: Variable | undefined;

  constructor(
    options: SeparableOptions<unknown, Name> & { readonly filters: number },
    windows: (where: string) => LayerWindows,
  ) {
    super(options, windows);
    this.filters = positiveOption(`layer '${this.name}'`, 'filters', options.filters);
    this.depthMultiplier = positiveOption(`layer '${this.name}'`, 'depthMultiplier', options.depthMultiplier ?? 1);
    this.separable = options;
  }

  override build(shapes: InputShapes): void {
    const channels = this.inputChannels(shapes);
    const { depthwiseInitializer = 'glorot_uniform', depthwiseRegularizer, depthwiseConstraint } = this.separable;
    const { pointwiseInitializer = 'glorot_uniform', pointwiseRegularizer, pointwiseConstraint } = this.separable;
    const { kernelSize } = this.windows;
    this.depthwiseKernel = this.addWeight(
      'depthwise_kernel',
      [...kernelSize, channels, this.depthMultiplier],
      depthwiseInitializer,
      { regularizer: depthwiseRegularizer, constraint: depthwiseConstraint },
    );
    this.pointwiseKernel = this.addWeight(
      'pointwise_kernel',
      [...kernelSize.map(() => 1), channels * this.depthMultiplier, this.filters],
      pointwiseInitializer,
      { regularizer: pointwiseRegularizer, constraint: pointwiseConstraint },
    );
    this.addBias(this.filters);
  }

  protected override channels(): number {
    return this.filters;
  }

  override getConfig(): Config {
    const { depthwiseInitializer = 'glorot_uniform', depthwiseRegularizer, depthwiseConstraint } = this.separable;
    const { pointwiseInitializer = 'glorot_uniform', pointwiseRegularizer, pointwiseConstraint } = this.separable;
    return {
      ...super.getConfig(),
      filters: this.filters,
      depth_multiplier: this.depthMultiplier,
      depthwise_initializer: initializerConfig(this.name, depthwiseInitializer),
      depthwise_regularizer: regularizerConfig(this.name, depthwiseRegularizer),
      depthwise_constraint: constraintConfig(this.name, depthwiseConstraint),
      pointwise_initializer: initializerConfig(this.name, pointwiseInitializer),
      pointwise_regularizer: regularizerConfig(this.name, pointwiseRegularizer),
      pointwise_constraint: constraintConfig(this.name, pointwiseConstraint),
    };
  }

  protected get kernels(): readonly [depthwise: Variable, pointwise: Variable] {
    return [this.depthwiseKernel as Variable, this.pointwiseKernel as Variable];
  }
}

export class SeparableConv1D<Name extends string = string> extends SeparableConvolution<Name> {
  static readonly kerasName: string = 'SeparableConv1D';

  constructor(options: SeparableConv1dOptions<Name> & { readonly filters: number; readonly kernelSize: number }) {
    super(options, stepWindows(options));
  }

  protected override callChannelsLast(sequence: Tensor): Tensor {
    return convolveSteps(sequence, ...this.kernels, this.bias, stepOptions(this.windows));
  }
}

export class SeparableConv2D<Name extends string = string> extends SeparableConvolution<Name> {
  static readonly kerasName: string = 'SeparableConv2D';

  constructor(options: SeparableConv2dOptions<Name> & { readonly filters: number; readonly kernelSize: Pair }) {
    super(options, imageWindows(options));
  }

  protected override callChannelsLast(image: Tensor): Tensor {
    return convolveImage(image, ...this.kernels, this.bias, imageOptions(this.windows));
  }
}

/**
 * A separable convolution over steps, `[batch, steps, channels] -> [batch, steps', filters]`.
 * Weights: depthwise kernel, pointwise kernel, bias. Source: Keras `SeparableConv1D`.
 * @param filters number of output channels
 * @param kernelSize steps that a window sees
 * @param options strides 1, padding `'valid'`, dilationRate 1, depthMultiplier 1, activation none, useBias true
 * @throws ArgumentError for sizes that are no positive integers; ShapeError for another rank or unknown channels
 * @example const y = layers.separableConv1d(64, 3, { activation: 'relu' })(sequences);
 */
export function separableConv1d<const Name extends string = string>(
  filters: number,
  kernelSize: number,
  options: SeparableConv1dOptions<Name> = {},
): SeparableConv1D<Name> {
  return new SeparableConv1D<Name>({ ...options, filters, kernelSize });
}

/**
 * A separable 2-D convolution, `[batch, height, width, channels] -> [batch, height', width', filters]`: each channel on
 * its own, then a mix of the channels. Weights: depthwise kernel, pointwise kernel, bias. Source: Keras `SeparableConv2D`.
 * @param filters number of output channels
 * @param kernelSize size of the window, one number or `[height, width]`
 * @param options strides 1, padding `'valid'`, dilationRate 1, depthMultiplier 1, activation none, useBias true
 * @throws ArgumentError for sizes that are no positive integers; ShapeError for another rank or unknown channels
 * @example const y = layers.separableConv2d(64, 3, { activation: 'relu' })(images);
 */
export function separableConv2d<const Name extends string = string>(
  filters: number,
  kernelSize: Pair,
  options: SeparableConv2dOptions<Name> = {},
): SeparableConv2D<Name> {
  return new SeparableConv2D<Name>({ ...options, filters, kernelSize });
}
