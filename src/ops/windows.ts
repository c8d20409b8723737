/** What convolutions and pooling share: options that are one number or one per axis, and the checks of their windows. */
import { windowOutput, type Padding } from '../../kernels/window.ts';
import { ArgumentError, ShapeError } from '../errors.ts';
import { formatShape, type Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { TensorLike } from './define-op.ts';

/** One number for both axes, or height and width. */
export type Pair = number | readonly [height: number, width: number];

/** A convolution: its bias, one number per filter, may be left out. */
export interface BiasedOp<Inputs extends readonly unknown[], CallOptions> {
  (...args: [...inputs: Inputs, options?: CallOptions]): Tensor;
  (...args: [...inputs: Inputs, bias: TensorLike | undefined, options?: CallOptions]): Tensor;
  /** All outputs. */
  all(
    inputs: readonly [...inputs: Inputs, bias?: TensorLike | undefined],
    options?: CallOptions,
  ): readonly [Tensor, ...Tensor[]];
  readonly opName: string;
}

/** Windows over all spatial axes, resolved. */
export interface Windows {
  readonly strides: readonly number[];
  readonly dilationRate: readonly number[];
  readonly padding: Padding;
}

/**
 * A positive integer.
 * @throws ArgumentError naming the op and the option
 */
export function positiveInteger(where: string, name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new ArgumentError(`${where}: ${name} is ${String(value)}. Use an integer of at least 1.`, {
    where,
    got: value,
  });
}

/** Height and width of an option that may be one number for both. */
export function toPair(where: string, name: string, value: Pair): readonly [number, number] {
  const pair: readonly number[] = typeof value === 'number' ? [value, value] : value;
  const [height, width] = pair;
  if (height === undefined || width === undefined || pair.length !== 2) {
    throw new ArgumentError(`${where}: ${name} is ${formatShape(pair)}. Use one integer, or two: [height, width].`, {
      where,
      got: value,
    });
  }
  return [positiveInteger(where, name, height), positiveInteger(where, name, width)];
}

/** A padding that the op knows; default `'valid'`. */
export function toPadding<Known extends Padding>(
  where: string,
  value: Known | undefined,
  known: readonly Known[],
): Known | 'valid' {
  if (value === undefined || known.includes(value)) return value ?? 'valid';
  throw new ArgumentError(
    `${where}: the padding ${JSON.stringify(value)} is unknown. Use ${known.map((one) => `'${one}'`).join(' or ')}.`,
    { where, got: value, expected: known },
  );
}

/** Refuses strides together with dilation, as Keras does. */
export function checkStridesOrDilation(where: string, { strides, dilationRate }: Windows): void {
  if (Math.max(...strides) > 1 && Math.max(...dilationRate) > 1) {
    throw new ArgumentError(
      `${where}: strides ${strides.join(' x ')} together with dilationRate ${dilationRate.join(' x ')} is not supported. Set one of them to 1.`,
      { where, got: { strides, dilationRate } },
    );
  }
}

/** Refuses anything but `[batch, ...spatial, channels]`. */
export function checkImage(where: string, x: Shape, spatialRank: number): void {
  if (x.length === spatialRank + 2) return;
  const [what, expected] =
    spatialRank === 1 ? ['sequence', '[batch, steps, channels]'] : ['image', '[batch, height, width, channels]'];
  const hint = x.length === spatialRank + 1 ? ' Add a batch axis, or a channel axis of size 1, with reshape().' : '';
  throw new ShapeError(`${where}: the ${what} has the shape ${formatShape(x)}, expected ${expected}.${hint}`, {
    where,
    got: x,
  });
}

/** Refuses a bias that is not one number per output channel. */
export function checkBias(where: string, bias: Shape | undefined, channels: number): void {
  if (bias === undefined || (bias.length === 1 && bias[0] === channels)) return;
  throw new ShapeError(
    `${where}: the bias has the shape ${formatShape(bias)}; ${channels} output channels take [${channels}].`,
    {
      where,
      got: bias,
      expected: [channels],
    },
  );
}

/**
 * The number of windows on each spatial axis of `[batch, ...spatial, channels]`.
 * @throws ShapeError when a window is larger than the image and nothing is padded
 */
export function windowCounts(where: string, x: Shape, windowSize: readonly number[], windows: Windows): number[] {
  const spatial = x.slice(1, -1);
  return spatial.map((size, axis) => {
    const { output } = windowOutput(
      size,
      windowSize[axis] ?? 1,
      windows.strides[axis] ?? 1,
      windows.dilationRate[axis] ?? 1,
      windows.padding,
    );
    if (output === 0 && windows.padding === 'valid') {
      const spans = windowSize.map((taps, index) => (taps - 1) * (windows.dilationRate[index] ?? 1) + 1);
      throw new ShapeError(
        `${where}: a window of ${spans.join(' x ')} does not fit into ${spatial.join(' x ')} (input ${formatShape(x)}). ` +
          "Use padding 'same', or a smaller window.",
        { where, got: spatial, expected: spans },
      );
    }
    return output;
  });
}

/**
 * The output's shape of a convolution with filters `[...taps, channels / groups, outChannels]`.
 * @throws ShapeError when channels, groups, filters, bias or windows do not fit
 */
export function convolutionShape(
  where: string,
  x: Shape,
  filters: Shape,
  bias: Shape | undefined,
  windows: Windows & { readonly groups: number },
): Shape {
  const spatialRank = windows.strides.length;
  const what = spatialRank === 1 ? 'sequence' : 'image';
  const { groups } = windows;
  checkImage(where, x, spatialRank);
  if (filters.length !== spatialRank + 2) {
    const taps = spatialRank === 1 ? 'steps' : 'height, width';
    throw new ShapeError(
      `${where}: the filters have the shape ${formatShape(filters)}, expected [${taps}, channels / groups, filters].`,
      { where, got: filters },
    );
  }
  const [batch = 0] = x;
  const channels = x.at(-1) ?? 0;
  const filterChannels = filters.at(-2) ?? 0;
  const outChannels = filters.at(-1) ?? 0;
  checkStridesOrDilation(where, windows);
  if (channels !== filterChannels * groups) {
    const expects = groups === 1 ? `${filterChannels}` : `${filterChannels} x ${groups} groups`;
    const wayOut =
      channels % groups === 0
        ? `Slice the ${what} or give the filters ${channels / groups} input channels.`
        : `${channels} channels do not split into ${groups} groups; change groups.`;
    throw new ShapeError(
      `${where}: the ${what} has ${channels} channels but the filters expect ${expects} (${what} ${formatShape(x)}, filters ${formatShape(filters)}). ${wayOut}`,
      { where, got: [x, filters], expected: filterChannels * groups },
    );
  }
  if (outChannels % groups !== 0) {
    throw new ShapeError(
      `${where}: ${outChannels} filters do not split into ${groups} groups (filters ${formatShape(filters)}). Use a multiple of ${groups}.`,
      { where, got: filters, expected: groups },
    );
  }
  checkBias(where, bias, outChannels);
  return [batch, ...windowCounts(where, x, filters.slice(0, spatialRank), windows), outChannels];
}
