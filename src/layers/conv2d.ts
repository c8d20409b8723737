/** A 2-D convolution layer. */
import { conv2d as convolve } from '../ops/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { FilterConvolution, imageOptions, imageWindows, type FilterOptions } from './convolution.ts';
import type { Pair } from './options.ts';

export interface Conv2dOptions<Name extends string = string> extends FilterOptions<Pair, Name> {}

export class Conv2D<Name extends string = string> extends FilterConvolution<Name> {
  static readonly kerasName: string = 'Conv2D';

  constructor(options: Conv2dOptions<Name> & { readonly filters: number; readonly kernelSize: Pair }) {
    super(options, imageWindows(options));
  }

  protected override callChannelsLast(image: Tensor): Tensor {
    const options = { ...imageOptions(this.windows), groups: this.groups };
    return convolve(image, this.kernel as Variable, this.bias, options);
  }
}

/**
 * A 2-D convolution of images, `[batch, height, width, channels] -> [batch, height', width', filters]`.
 * Weights: kernel `[height, width, channels / groups, filters]`, bias `[filters]`. Source: Keras `Conv2D`.
 * @param filters number of output channels
 * @param kernelSize size of the window, one number or `[height, width]`
 * @example const y = conv2d(32, 3, { padding: 'same', activation: 'relu' })(images);
 */
export function conv2d<const Name extends string = string>(
  filters: number,
  kernelSize: Pair,
  options: Conv2dOptions<Name> = {},
): Conv2D<Name> {
  return new Conv2D<Name>({ ...options, filters, kernelSize });
}
