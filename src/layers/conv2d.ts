/** A 2-D convolution layer. */
import { ArgumentError } from '../errors.ts';
import { conv2d as convolve } from '../ops/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { Convolution, type ConvolutionOptions } from './convolution.ts';
import type { Config, InputShapes } from './layer.ts';
import { initializerConfig, pairOption, positiveOption, type InitializerSpec, type Pair } from './options.ts';

export interface Conv2dOptions<Name extends string = string> extends ConvolutionOptions<Pair, Name> {
  /** Channels are convolved in so many separate groups. Default 1. */
  readonly groups?: number;
  /** Default `'glorot_uniform'`. */
  readonly kernelInitializer?: InitializerSpec;
}

export class Conv2D<Name extends string = string> extends Convolution<Name> {
  static readonly kerasName: string = 'Conv2D';
  readonly filters: number;
  readonly groups: number;
  readonly kernelInitializer: InitializerSpec;
  kernel: Variable | undefined;
  bias: Variable | undefined;

  constructor(options: Conv2dOptions<Name> & { readonly filters: number; readonly kernelSize: Pair }) {
    super(options, (where) => ({
      kernelSize: pairOption(where, 'kernelSize', options.kernelSize),
      strides: pairOption(where, 'strides', options.strides ?? 1),
      dilationRate: pairOption(where, 'dilationRate', options.dilationRate ?? 1),
      padding: options.padding ?? 'valid',
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

  override call(image: Tensor): Tensor {
    const { strides, padding, dilationRate } = this.windows;
    const options = { strides: strides as readonly [number, number], padding: padding as 'valid' | 'same', dilationRate: dilationRate as readonly [number, number], groups: this.groups };
    return this.activation.apply(convolve(image, this.kernel as Variable, this.bias, options));
  }

  protected override channels(): number {
    return this.filters;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), filters: this.filters, groups: this.groups, kernel_initializer: initializerConfig(this.name, this.kernelInitializer) };
  }
}

/** @throws ArgumentError when the groups do not divide channels and filters */
export function checkGroups(name: string, channels: number, filters: number, groups: number): void {
  if (channels % groups === 0 && filters % groups === 0) return;
  throw new ArgumentError(`layer '${name}': ${groups} groups do not divide ${channels} input channels and ${filters} filters.`, { where: name, got: groups });
}

/**
 * A 2-D convolution of channels-last images, `[batch, height, width, channels] -> [batch, height', width', filters]`.
 * Weights: kernel `[height, width, channels / groups, filters]`, bias `[filters]`. Source: Keras `Conv2D`.
 * @param filters number of output channels
 * @param kernelSize size of the window, one number or `[height, width]`
 * @example const y = conv2d(32, 3, { padding: 'same', activation: 'relu' })(images);
 */
export function conv2d<const Name extends string = string>(filters: number, kernelSize: Pair, options: Conv2dOptions<Name> = {}): Conv2D<Name> {
  return new Conv2D<Name>({ ...options, filters, kernelSize });
}
