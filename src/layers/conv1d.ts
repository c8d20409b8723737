/** A 1-D convolution layer. */
import { conv1d as convolve } from '../ops/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { checkGroups } from './conv2d.ts';
import { Convolution, type ConvolutionOptions } from './convolution.ts';
import type { Config, InputShapes } from './layer.ts';
import { initializerConfig, positiveOption, singleOption, type InitializerSpec } from './options.ts';

export interface Conv1dOptions<Name extends string = string> extends Omit<ConvolutionOptions<number, Name>, 'padding'> {
  /** `'causal'` pads at the start only, so that no output sees a later step. Default `'valid'`. */
  readonly padding?: 'valid' | 'same' | 'causal';
  /** Channels are convolved in so many separate groups. Default 1. */
  readonly groups?: number;
  /** Default `'glorot_uniform'`. */
  readonly kernelInitializer?: InitializerSpec;
}

export class Conv1D<Name extends string = string> extends Convolution<Name> {
  static readonly kerasName: string = 'Conv1D';
  readonly filters: number;
  readonly groups: number;
  readonly kernelInitializer: InitializerSpec;
  kernel: Variable | undefined;
  bias: Variable | undefined;

  constructor(options: Conv1dOptions<Name> & { readonly filters: number; readonly kernelSize: number }) {
    const { padding, ...rest } = options;
    super(rest, (where) => ({
      kernelSize: [singleOption(where, 'kernelSize', options.kernelSize)],
      strides: [singleOption(where, 'strides', options.strides ?? 1)],
      dilationRate: [singleOption(where, 'dilationRate', options.dilationRate ?? 1)],
      padding: padding ?? 'valid',
    }));
    this.filters = positiveOption(`layer '${this.name}'`, 'filters', options.filters);
    this.groups = positiveOption(`layer '${this.name}'`, 'groups', options.groups ?? 1);
    this.kernelInitializer = options.kernelInitializer ?? 'glorot_uniform';
  }

  override build(shapes: InputShapes): void {
    const channels = this.inputChannels(shapes);
    checkGroups(this.name, channels, this.filters, this.groups);
    this.kernel = this.addWeight('kernel', [...this.windows.kernelSize, channels / this.groups, this.filters], this.kernelInitializer);
    this.bias = this.useBias ? this.addWeight('bias', [this.filters], this.biasInitializer) : undefined;
  }

  override call(sequence: Tensor): Tensor {
    const { strides, padding, dilationRate } = this.windows;
    const options = { strides: strides[0] ?? 1, padding, dilationRate: dilationRate[0] ?? 1, groups: this.groups };
    return this.activation.apply(convolve(sequence, this.kernel as Variable, this.bias, options));
  }

  protected override channels(): number {
    return this.filters;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), filters: this.filters, groups: this.groups, kernel_initializer: initializerConfig(this.name, this.kernelInitializer) };
  }
}

/**
 * A 1-D convolution over steps, `[batch, steps, channels] -> [batch, steps', filters]`.
 * Weights: kernel `[taps, channels / groups, filters]`, bias `[filters]`. Source: Keras `Conv1D`.
 * @param filters number of output channels
 * @param kernelSize steps that a window sees
 * @example const y = conv1d(128, 5, { activation: 'relu' })(sequences);
 */
export function conv1d<const Name extends string = string>(filters: number, kernelSize: number, options: Conv1dOptions<Name> = {}): Conv1D<Name> {
  return new Conv1D<Name>({ ...options, filters, kernelSize });
}
