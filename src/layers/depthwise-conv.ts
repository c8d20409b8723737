/** Depthwise convolution layers over steps and images: every channel has filters of its own. */
import { depthwiseConv1d as convolveSteps, depthwiseConv2d as convolveImage } from '../ops/index.ts';
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

/** Options of a depthwise convolution. `Size` is a number for one axis, one or two numbers for two. */
export interface DepthwiseOptions<Size, Name extends string = string> extends ConvolutionOptions<Size, Name> {
  /** Output channels per input channel. Default 1. */
  readonly depthMultiplier?: number;
  /** Default `'glorot_uniform'`. */
  readonly depthwiseInitializer?: InitializerSpec;
  /** Default none. */
  readonly depthwiseRegularizer?: RegularizerSpec;
  /** Default none. */
  readonly depthwiseConstraint?: ConstraintSpec;
}

export type DepthwiseConv1dOptions<Name extends string = string> = DepthwiseOptions<number, Name>;
export type DepthwiseConv2dOptions<Name extends string = string> = DepthwiseOptions<Pair, Name>;

abstract class DepthwiseConvolution<Name extends string> extends Convolution<Name> {
  readonly depthMultiplier: number;
  readonly depthwise: DepthwiseOptions<unknown>;
  kernel: Variable | undefined;

  constructor(options: DepthwiseOptions<unknown, Name>, windows: (where: string) => LayerWindows) {
    super(options, windows);
    this.depthMultiplier = positiveOption(`layer '${this.name}'`, 'depthMultiplier', options.depthMultiplier ?? 1);
    this.depthwise = options;
  }

  override build(shapes: InputShapes): void {
    const channels = this.inputChannels(shapes);
    const { depthwiseInitializer = 'glorot_uniform', depthwiseRegularizer, depthwiseConstraint } = this.depthwise;
    const shape = [...this.windows.kernelSize, channels, this.depthMultiplier];
    this.kernel = this.addWeight('kernel', shape, depthwiseInitializer, {
      regularizer: depthwiseRegularizer,
      constraint: depthwiseConstraint,
    });
    this.addBias(channels * this.depthMultiplier);
  }

  protected override channels(inputChannels: number): number {
    return inputChannels * this.depthMultiplier;
  }

  override getConfig(): Config {
    const { depthwiseInitializer = 'glorot_uniform', depthwiseRegularizer, depthwiseConstraint } = this.depthwise;
    return {
      ...super.getConfig(),
      depth_multiplier: this.depthMultiplier,
      depthwise_initializer: initializerConfig(this.name, depthwiseInitializer),
      depthwise_regularizer: regularizerConfig(this.name, depthwiseRegularizer),
      depthwise_constraint: constraintConfig(this.name, depthwiseConstraint),
    };
  }
}

export class DepthwiseConv1D<Name extends string = string> extends DepthwiseConvolution<Name> {
  static readonly kerasName: string = 'DepthwiseConv1D';

  constructor(options: DepthwiseConv1dOptions<Name> & { readonly kernelSize: number }) {
    super(options, stepWindows(options));
  }

  protected override callChannelsLast(sequence: Tensor): Tensor {
    return convolveSteps(sequence, this.kernel as Variable, this.bias, stepOptions(this.windows));
  }
}

export class DepthwiseConv2D<Name extends string = string> extends DepthwiseConvolution<Name> {
  static readonly kerasName: string = 'DepthwiseConv2D';

  constructor(options: DepthwiseConv2dOptions<Name> & { readonly kernelSize: Pair }) {
    super(options, imageWindows(options));
  }

  protected override callChannelsLast(image: Tensor): Tensor {
    return convolveImage(image, this.kernel as Variable, this.bias, imageOptions(this.windows));
  }
}

/**
 * A depthwise convolution over steps, `[batch, steps, channels] -> [batch, steps', channels * depthMultiplier]`.
 * Weights: kernel `[taps, channels, depthMultiplier]`, bias. Source: Keras `DepthwiseConv1D`.
 * @param kernelSize steps that a window sees
 * @param options strides 1, padding `'valid'`, dilationRate 1, depthMultiplier 1, activation none, useBias true
 * @throws ArgumentError for sizes that are no positive integers; ShapeError for another rank or unknown channels
 * @example const y = layers.depthwiseConv1d(3, { padding: 'same' })(sequences);
 */
export function depthwiseConv1d<const Name extends string = string>(
  kernelSize: number,
  options: DepthwiseConv1dOptions<Name> = {},
): DepthwiseConv1D<Name> {
  return new DepthwiseConv1D<Name>({ ...options, kernelSize });
}

/**
 * A depthwise 2-D convolution, `[batch, height, width, channels] -> [batch, height', width', channels * depthMultiplier]`.
 * Weights: kernel `[height, width, channels, depthMultiplier]`, bias. Source: Keras `DepthwiseConv2D`.
 * @param kernelSize size of the window, one number or `[height, width]`
 * @param options strides 1, padding `'valid'`, dilationRate 1, depthMultiplier 1, activation none, useBias true
 * @throws ArgumentError for sizes that are no positive integers; ShapeError for another rank or unknown channels
 * @example const y = layers.depthwiseConv2d(3, { padding: 'same' })(images);
 */
export function depthwiseConv2d<const Name extends string = string>(
  kernelSize: Pair,
  options: DepthwiseConv2dOptions<Name> = {},
): DepthwiseConv2D<Name> {
  return new DepthwiseConv2D<Name>({ ...options, kernelSize });
}
