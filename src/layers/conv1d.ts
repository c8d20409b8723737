/** A 1-D convolution layer. */
import { conv1d as convolve } from '../ops/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { FilterConvolution, type FilterOptions } from './convolution.ts';
import { singleOption } from './options.ts';
import { paddingOption } from './spatial.ts';

export interface Conv1dOptions<Name extends string = string> extends Omit<FilterOptions<number, Name>, 'padding'> {
  /** `'causal'` pads at the start only, so that no output sees a later step. Default `'valid'`. */
  readonly padding?: 'valid' | 'same' | 'causal';
}

export class Conv1D<Name extends string = string> extends FilterConvolution<Name> {
  static readonly kerasName: string = 'Conv1D';

  constructor(options: Conv1dOptions<Name> & { readonly filters: number; readonly kernelSize: number }) {
    const { padding, ...rest } = options;
    super(rest, (where) => ({
      kernelSize: [singleOption(where, 'kernelSize', options.kernelSize)],
      strides: [singleOption(where, 'strides', options.strides ?? 1)],
      dilationRate: [singleOption(where, 'dilationRate', options.dilationRate ?? 1)],
      padding: paddingOption(where, padding, ['valid', 'same', 'causal']),
    }));
  }

  protected override callChannelsLast(sequence: Tensor): Tensor {
    const { strides, padding, dilationRate } = this.windows;
    const options = { strides: strides[0] ?? 1, padding, dilationRate: dilationRate[0] ?? 1, groups: this.groups };
    return convolve(sequence, this.kernel as Variable, this.bias, options);
  }
}

/**
 * A 1-D convolution over steps, `[batch, steps, channels] -> [batch, steps', filters]`.
 * Weights: kernel `[taps, channels / groups, filters]`, bias `[filters]`. Source: Keras `Conv1D`.
 * @param filters number of output channels
 * @param kernelSize steps that a window sees
 * @example const y = conv1d(128, 5, { activation: 'relu' })(sequences);
 */
export function conv1d<const Name extends string = string>(
  filters: number,
  kernelSize: number,
  options: Conv1dOptions<Name> = {},
): Conv1D<Name> {
  return new Conv1D<Name>({ ...options, filters, kernelSize });
}
