/** A depthwise 2-D convolution layer: every channel has filters of its own. */
import { depthwiseConv2d as convolve } from '../ops/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { Convolution, imageOptions, imageWindows, type ConvolutionOptions } from './convolution.ts';
import type { Config, InputShapes } from './layer.ts';
import { initializerConfig, positiveOption, type InitializerSpec, type Pair } from './options.ts';

export interface DepthwiseConv2dOptions<Name extends string = string> extends ConvolutionOptions<Pair, Name> {
  /** Output channels per input channel. Default 1. */
  readonly depthMultiplier?: number;
  /** Default `'glorot_uniform'`. */
  readonly depthwiseInitializer?: InitializerSpec;
}

export class DepthwiseConv2D<Name extends string = string> extends Convolution<Name> {
  static readonly kerasName: string = 'DepthwiseConv2D';
  readonly depthMultiplier: number;
  readonly depthwiseInitializer: InitializerSpec;
  kernel: Variable | undefined;
  bias: Variable | undefined;

  constructor(options: DepthwiseConv2dOptions<Name> & { readonly kernelSize: Pair }) {
    super(options, imageWindows(options));
    this.depthMultiplier = positiveOption(`layer '${this.name}'`, 'depthMultiplier', options.depthMultiplier ?? 1);
    this.depthwiseInitializer = options.depthwiseInitializer ?? 'glorot_uniform';
  }

  override build(shapes: InputShapes): void {
    const channels = this.inputChannels(shapes);
    this.kernel = this.addWeight(
      'kernel',
      [...this.windows.kernelSize, channels, this.depthMultiplier],
      this.depthwiseInitializer,
    );
    this.bias = this.useBias
      ? this.addWeight('bias', [channels * this.depthMultiplier], this.biasInitializer)
      : undefined;
  }

  override call(image: Tensor): Tensor {
    return this.activation.apply(convolve(image, this.kernel as Variable, this.bias, imageOptions(this.windows)));
  }

  protected override channels(inputChannels: number): number {
    return inputChannels * this.depthMultiplier;
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      depth_multiplier: this.depthMultiplier,
      depthwise_initializer: initializerConfig(this.name, this.depthwiseInitializer),
    };
  }
}

/**
 * A depthwise 2-D convolution, `[batch, height, width, channels] -> [batch, height', width', channels * depthMultiplier]`.
 * Weights: kernel `[height, width, channels, depthMultiplier]`, bias. Source: Keras `DepthwiseConv2D`.
 * @param kernelSize size of the window, one number or `[height, width]`
 * @example const y = depthwiseConv2d(3, { padding: 'same' })(images);
 */
export function depthwiseConv2d<const Name extends string = string>(
  kernelSize: Pair,
  options: DepthwiseConv2dOptions<Name> = {},
): DepthwiseConv2D<Name> {
  return new DepthwiseConv2D<Name>({ ...options, kernelSize });
}
