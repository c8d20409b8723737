/** What the convolution layers share: the weights of one kernel and bias, window arithmetic on shapes, and the config. */
import { windowOutput, type Padding } from '../../kernels/window.ts';
import { ArgumentError, ShapeError } from '../errors.ts';
import { formatShape } from '../tensor/shape.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import type { CallContext } from './call-scope.ts';
import type { Config, InputShapes } from './layer.ts';
import {
  activationConfig,
  activationOf,
  constraintConfig,
  initializerConfig,
  pairOption,
  positiveOption,
  regularizerConfig,
  singleOption,
  type Activation,
  type ActivationSpec,
  type ConstraintSpec,
  type InitializerSpec,
  type Pair,
  type RegularizerSpec,
} from './options.ts';
import { paddingOption, SpatialLayer, type SpatialOptions } from './spatial.ts';

/** Options that all convolutions take. `Size` is a number for one axis, one or two numbers for two. */
export interface ConvolutionOptions<Size, Name extends string = string> extends SpatialOptions<Name> {
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
  /** Default none. */
  readonly biasRegularizer?: RegularizerSpec;
  /** Default none. */
  readonly biasConstraint?: ConstraintSpec;
}

/** Windows of a convolution layer, resolved: one entry per spatial axis. */
export interface LayerWindows {
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly dilationRate: readonly number[];
  readonly padding: Padding;
}

export abstract class Convolution<Name extends string = string> extends SpatialLayer<Name> {
  readonly windows: LayerWindows;
  readonly activation: Activation;
  readonly useBias: boolean;
  readonly biasOptions: Pick<ConvolutionOptions<unknown>, 'biasInitializer' | 'biasRegularizer' | 'biasConstraint'>;
  bias: Variable | undefined;
  #builtFor: number | undefined;

  constructor(options: ConvolutionOptions<unknown, Name>, windows: (where: string) => LayerWindows) {
    super(options);
    const where = `layer '${this.name}'`;
    this.windows = windows(where);
    this.activation = activationOf(where, options.activation);
    this.useBias = options.useBias ?? true;
    this.biasOptions = options;
    if (this.windows.strides.some((stride) => stride > 1) && this.windows.dilationRate.some((rate) => rate > 1)) {
      throw new ArgumentError(`${where}: strides and dilationRate above 1 do not go together. Use one of them.`, {
        where: this.name,
      });
    }
  }

  /** Number of output channels for the given number of input channels. */
  protected abstract channels(inputChannels: number): number;

  /** The output before the activation, of channels-last input. */
  protected abstract override callChannelsLast(x: Tensor): Tensor;

  // An activation over the last axis, as softmax, takes the output as it is given.
  override call(x: Tensor, context: CallContext): Tensor {
    return this.activation.apply(super.call(x, context));
  }

  protected override get spatialRank(): number {
    return this.windows.kernelSize.length;
  }

  /** The number of input channels, for `build`: the layer takes no others from then on. @throws ShapeError for another rank */
  protected inputChannels(shapes: InputShapes): number {
    this.#builtFor = this.knownSize(this.spatialShape(shapes), this.channelsAxis);
    return this.#builtFor;
  }

  /** Makes the bias, one number per output channel, unless the layer has none. */
  protected addBias(channels: number): void {
    if (!this.useBias) return;
    const { biasInitializer = 'zeros', biasRegularizer, biasConstraint } = this.biasOptions;
    this.bias = this.addWeight('bias', [channels], biasInitializer, {
      regularizer: biasRegularizer,
      constraint: biasConstraint,
    });
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    const shape = this.spatialShape(shapes);
    const channels = this.knownSize(shape, this.channelsAxis);
    const expected = this.#builtFor;
    if (expected !== undefined && channels !== expected) {
      throw new ShapeError(
        `layer '${this.name}' (${this.className}): the input ${formatShape(shape)} has ${channels} channels; the layer was built for ${expected}.`,
        { where: this.name, got: channels, expected },
      );
    }
    return super.computeOutputShape(shapes);
  }

  protected override shapeChannelsLast(shape: PartialShape): PartialShape {
    const sizes = this.windows.kernelSize.map((_, axis) => this.outputSize(shape[axis + 1] ?? null, axis));
    return [shape[0] ?? null, ...sizes, this.channels(shape.at(-1) ?? 0)];
  }

  /** The size of an output axis, the first one behind the batch being 0. */
  protected outputSize(size: number | null, axis: number): number | null {
    return slide(this.name, size, this.windows.kernelSize[axis] ?? 1, axis, this.windows);
  }

  override getConfig(): Config {
    const { kernelSize, strides, padding, dilationRate } = this.windows;
    const { biasInitializer = 'zeros', biasRegularizer, biasConstraint } = this.biasOptions;
    return {
      ...super.getConfig(),
      kernel_size: kernelSize,
      strides,
      padding,
      dilation_rate: dilationRate,
      activation: activationConfig(this.name, this.activation),
      use_bias: this.useBias,
      bias_initializer: initializerConfig(this.name, biasInitializer),
      bias_regularizer: regularizerConfig(this.name, biasRegularizer),
      ...this.activityRegularizerConfig(),
      bias_constraint: constraintConfig(this.name, biasConstraint),
    };
  }
}

/** Options of a convolution whose filters see all channels of their group. */
export interface FilterOptions<Size, Name extends string = string> extends ConvolutionOptions<Size, Name> {
  /** Channels are convolved in so many separate groups. Default 1. */
  readonly groups?: number;
  /** Default `'glorot_uniform'`. */
  readonly kernelInitializer?: InitializerSpec;
  /** Default none. */
  readonly kernelRegularizer?: RegularizerSpec;
  /** Default none. */
  readonly kernelConstraint?: ConstraintSpec;
}

/** A convolution with one kernel `[...kernelSize, channels / groups, filters]` and a bias. */
export abstract class FilterConvolution<Name extends string = string> extends Convolution<Name> {
  readonly filters: number;
  readonly groups: number;
  readonly kernelOptions: Pick<FilterOptions<unknown>, 'kernelInitializer' | 'kernelRegularizer' | 'kernelConstraint'>;
  kernel: Variable | undefined;

  constructor(
    options: FilterOptions<unknown, Name> & { readonly filters: number },
    windows: (where: string) => LayerWindows,
  ) {
    super(options, windows);
    const where = `layer '${this.name}'`;
    this.filters = positiveOption(where, 'filters', options.filters);
    this.groups = positiveOption(where, 'groups', options.groups ?? 1);
    this.kernelOptions = options;
  }

  override build(shapes: InputShapes): void {
    const channels = this.inputChannels(shapes);
    const { filters, groups } = this;
    if (channels % groups !== 0 || filters % groups !== 0) {
      throw new ArgumentError(
        `layer '${this.name}': ${groups} groups do not divide ${channels} input channels and ${filters} filters.`,
        { where: this.name, got: groups },
      );
    }
    const shape = [...this.windows.kernelSize, channels / groups, filters];
    const { kernelInitializer = 'glorot_uniform', kernelRegularizer, kernelConstraint } = this.kernelOptions;
    this.kernel = this.addWeight('kernel', shape, kernelInitializer, {
      regularizer: kernelRegularizer,
      constraint: kernelConstraint,
    });
    this.addBias(filters);
  }

  protected override channels(): number {
    return this.filters;
  }

  override getConfig(): Config {
    const { kernelInitializer = 'glorot_uniform', kernelRegularizer, kernelConstraint } = this.kernelOptions;
    return {
      ...super.getConfig(),
      filters: this.filters,
      groups: this.groups,
      kernel_initializer: initializerConfig(this.name, kernelInitializer),
      kernel_regularizer: regularizerConfig(this.name, kernelRegularizer),
      kernel_constraint: constraintConfig(this.name, kernelConstraint),
    };
  }
}

/** The windows of a layer over height and width. */
export function imageWindows(
  options: ConvolutionOptions<Pair> & { readonly kernelSize: Pair },
): (where: string) => LayerWindows {
  return (where) => ({
    kernelSize: pairOption(where, 'kernelSize', options.kernelSize),
    strides: pairOption(where, 'strides', options.strides ?? 1),
    dilationRate: pairOption(where, 'dilationRate', options.dilationRate ?? 1),
    padding: paddingOption(where, options.padding, ['valid', 'same']),
  });
}

/** The windows of a layer over steps. */
export function stepWindows(
  options: ConvolutionOptions<number> & { readonly kernelSize: number },
): (where: string) => LayerWindows {
  return (where) => ({
    kernelSize: [singleOption(where, 'kernelSize', options.kernelSize)],
    strides: [singleOption(where, 'strides', options.strides ?? 1)],
    dilationRate: [singleOption(where, 'dilationRate', options.dilationRate ?? 1)],
    padding: paddingOption(where, options.padding, ['valid', 'same']),
  });
}

/** Windows over steps as the ops take them. */
export function stepOptions({ strides, padding, dilationRate }: LayerWindows): {
  strides: number;
  padding: 'valid' | 'same';
  dilationRate: number;
} {
  return { strides: strides[0] ?? 1, padding: padding as 'valid' | 'same', dilationRate: dilationRate[0] ?? 1 };
}

/** Windows over height and width as the ops take them. */
export function imageOptions({ strides, padding, dilationRate }: LayerWindows): {
  strides: readonly [number, number];
  padding: 'valid' | 'same';
  dilationRate: readonly [number, number];
} {
  const pair = (values: readonly number[]): readonly [number, number] => [values[0] ?? 1, values[1] ?? 1];
  return { strides: pair(strides), padding: padding as 'valid' | 'same', dilationRate: pair(dilationRate) };
}

/** Number of windows on an axis whose size may be unknown. @throws ShapeError when none fits */
export function slide(
  name: string,
  size: number | null,
  kernelSize: number,
  axis: number,
  windows: Omit<LayerWindows, 'kernelSize'>,
): number | null {
  if (size === null) return null;
  const { output } = windowOutput(
    size,
    kernelSize,
    windows.strides[axis] ?? 1,
    windows.dilationRate[axis] ?? 1,
    windows.padding,
  );
  if (output < 1) {
    throw new ShapeError(
      `layer '${name}': a window of ${kernelSize} cells (dilation ${windows.dilationRate[axis] ?? 1}) does not fit on an axis of ${size}. Use padding 'same', a smaller window, or a larger input.`,
      { where: name, got: size, expected: kernelSize },
    );
  }
  return output;
}
