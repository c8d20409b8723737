/** What the convolution layers share: the weights of one kernel and bias, window arithmetic on shapes, and the config. */
import { windowOutput, type Padding } from '../../kernels/window.ts';
import { ArgumentError, ShapeError } from '../errors.ts';
import { formatShape } from '../tensor/shape.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import { Layer, type Config, type InputShapes, type LayerOptions } from './layer.ts';
import { activationConfig, activationOf, initializerConfig, oneShape, type Activation, type ActivationSpec, type InitializerSpec } from './options.ts';

/** Options that all convolutions take. `Size` is a number for one axis, one or two numbers for two. */
export interface ConvolutionOptions<Size, Name extends string = string> extends LayerOptions<Name> {
  /** Default 1. */
  readonly strides?: Size;
  /** Default `'valid'`: no padding. `'same'` keeps the size at stride 1. */
  readonly padding?: 'valid' | 'same';
  /** Default 1; not together with strides. */
  readonly dilationRate?: Size;
  /** Default none. */
  readonly activation?: ActivationSpec;
  /** Default true. */
  readonly useBias?: boolean;
  /** Default `'zeros'`. */
  readonly biasInitializer?: InitializerSpec;
}

/** Windows of a convolution layer, resolved: one entry per spatial axis. */
export interface LayerWindows {
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly dilationRate: readonly number[];
  readonly padding: Padding;
}

export abstract class Convolution<Name extends string = string> extends Layer<Name> {
  readonly windows: LayerWindows;
  readonly activation: Activation;
  readonly useBias: boolean;
  readonly biasInitializer: InitializerSpec;

  constructor(options: ConvolutionOptions<unknown, Name>, windows: (where: string) => LayerWindows) {
    super(options);
    const where = `layer '${this.name}'`;
    this.windows = windows(where);
    this.activation = activationOf(where, options.activation);
    this.useBias = options.useBias ?? true;
    this.biasInitializer = options.biasInitializer ?? 'zeros';
    if (this.windows.strides.some((stride) => stride > 1) && this.windows.dilationRate.some((rate) => rate > 1)) {
      throw new ArgumentError(`${where}: strides and dilationRate above 1 do not go together. Use one of them.`, { where: this.name });
    }
  }

  /** Number of output channels for the given number of input channels. */
  protected abstract channels(inputChannels: number): number;

  /** The number of input channels. @throws ShapeError for another rank */
  protected inputChannels(shapes: InputShapes): number {
    return this.knownSize(this.#image(shapes), -1);
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    const shape = this.#image(shapes);
    const spatial = this.windows.kernelSize.map((size, axis) => slide(this.name, shape[axis + 1] ?? null, size, axis, this.windows));
    return [shape[0] ?? null, ...spatial, this.channels(this.knownSize(shape, -1))];
  }

  override getConfig(): Config {
    const { kernelSize, strides, padding, dilationRate } = this.windows;
    return {
      ...super.getConfig(),
      kernel_size: kernelSize,
      strides,
      padding,
      data_format: 'channels_last',
      dilation_rate: dilationRate,
      activation: activationConfig(this.name, this.activation),
      use_bias: this.useBias,
      bias_initializer: initializerConfig(this.name, this.biasInitializer),
    };
  }

  #image(shapes: InputShapes): PartialShape {
    const shape = oneShape(this.name, shapes);
    const rank = this.windows.kernelSize.length + 2;
    if (shape.length !== rank) {
      const expected = rank === 3 ? '[batch, steps, channels]' : '[batch, height, width, channels]';
      throw new ShapeError(`layer '${this.name}' (${this.className}): the input has the shape ${formatShape(shape)}; expected ${expected}. Reshape it first.`, {
        where: this.name,
        got: shape,
      });
    }
    return shape;
  }
}

/** Number of windows on an axis whose size may be unknown. @throws ShapeError when none fits */
export function slide(name: string, size: number | null, kernelSize: number, axis: number, windows: Omit<LayerWindows, 'kernelSize'>): number | null {
  if (size === null) return null;
  const { output } = windowOutput(size, kernelSize, windows.strides[axis] ?? 1, windows.dilationRate[axis] ?? 1, windows.padding);
  if (output < 1) {
    throw new ShapeError(
      `layer '${name}': a window of ${kernelSize} cells (dilation ${windows.dilationRate[axis] ?? 1}) does not fit on an axis of ${size}. Use padding 'same', a smaller window, or a larger input.`,
      { where: name, got: size, expected: kernelSize },
    );
  }
  return output;
}
