/** A separable 2-D convolution layer: depthwise, then 1 x 1. */
import { separableConv2d as convolve } from '../ops/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { Convolution, imageOptions, imageWindows, type ConvolutionOptions } from './convolution.ts';
import type { Config, InputShapes } from './layer.ts';
import { initializerConfig, positiveOption, type InitializerSpec, type Pair } from './options.ts';

export interface SeparableConv2dOptions<Name extends string = string> extends ConvolutionOptions<Pair, Name> {
  /** Channels between the two convolutions, per input channel. Default 1. */
  readonly depthMultiplier?: number;
  /** Default `'glorot_uniform'`. */
  readonly depthwiseInitializer?: InitializerSpec;
  /** Default `'glorot_uniform'`. */
  readonly pointwiseInitializer?: InitializerSpec;
}

export class SeparableConv2D<Name extends string = string> extends Convolution<Name> {
  static readonly kerasName: string = 'SeparableConv2D';
  readonly filters: number;
  readonly depthMultiplier: number;
  readonly depthwiseInitializer: InitializerSpec;
  readonly pointwiseInitializer: InitializerSpec;
  depthwiseKernel: Variable | undefined;
  pointwiseKernel: Variable | undefined;
  bias: Variable | undefined;

  constructor(options: SeparableConv2dOptions<Name> & { readonly filters: number; readonly kernelSize: Pair }) {
    super(options, imageWindows(options));
    this.filters = positiveOption(`layer '${this.name}'`, 'filters', options.filters);
    this.depthMultiplier = positiveOption(`layer '${this.name}'`, 'depthMultiplier', options.depthMultiplier ?? 1);
    this.depthwiseInitializer = options.depthwiseInitializer ?? 'glorot_uniform';
    this.pointwiseInitializer = options.pointwiseInitializer ?? 'glorot_uniform';
  }

  override build(shapes: InputShapes): void {
    const channels = this.inputChannels(shapes);
    const between = channels * this.depthMultiplier;
    this.depthwiseKernel = this.addWeight(
      'depthwise_kernel',
      [...this.windows.kernelSize, channels, this.depthMultiplier],
      this.depthwiseInitializer,
    );
    this.pointwiseKernel = this.addWeight('pointwise_kernel', [1, 1, between, this.filters], this.pointwiseInitializer);
    this.bias = this.useBias ? this.addWeight('bias', [this.filters], this.biasInitializer) : undefined;
  }

  override call(image: Tensor): Tensor {
    return this.activation.apply(
      convolve(
        image,
        this.depthwiseKernel as Variable,
        this.pointwiseKernel as Variable,
        this.bias,
        imageOptions(this.windows),
      ),
    );
  }

  protected override channels(): number {
    return this.filters;
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      filters: this.filters,
      depth_multiplier: this.depthMultiplier,
      depthwise_initializer: initializerConfig(this.name, this.depthwiseInitializer),
      pointwise_initializer: initializerConfig(this.name, this.pointwiseInitializer),
    };
  }
}

/**
 * A separable 2-D convolution, `[batch, height, width, channels] -> [batch, height', width', filters]`: each channel on
 * its own, then a mix of the channels. Weights: depthwise kernel, pointwise kernel, bias. Source: Keras `SeparableConv2D`.
 * @param filters number of output channels
 * @param kernelSize size of the window, one number or `[height, width]`
 * @example const y = separableConv2d(64, 3, { activation: 'relu' })(images);
 */
export function separableConv2d<const Name extends string = string>(
  filters: number,
  kernelSize: Pair,
  options: SeparableConv2dOptions<Name> = {},
): SeparableConv2D<Name> {
  return new SeparableConv2D<Name>({ ...options, filters, kernelSize });
}
