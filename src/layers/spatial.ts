/**
 * The base of layers over sequences and images. They compute with the channels last; an input whose channels come first
 * is transposed before and after.
 */
import { ArgumentError, describeValue, ShapeError } from '../errors.ts';
import { transpose } from '../ops/index.ts';
import { formatShape } from '../tensor/shape.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { CallContext } from './call-scope.ts';
import { Layer, type Config, type InputShapes, type LayerOptions } from './layer.ts';
import { oneShape } from './options.ts';

const FORMATS = ['channels_last', 'channels_first'] as const;

/** Where the channels stand: behind steps, or height and width; or right after the batch. */
export type DataFormat = (typeof FORMATS)[number];

/** Options of a layer that can take either order. */
export interface SpatialOptions<Name extends string = string> extends LayerOptions<Name> {
  /** `'channels_first'` takes `[batch, channels, ...]` and gives the like. Default `'channels_last'`. */
  readonly dataFormat?: DataFormat | null;
}

/** A layer over the axes between batch and channels. Subclasses only see channels that are last. */
export abstract class SpatialLayer<Name extends string = string> extends Layer<Name> {
  readonly dataFormat: DataFormat;

  constructor(options: SpatialOptions<Name>) {
    super(options);
    this.dataFormat = options.dataFormat ?? 'channels_last';
    if (!FORMATS.includes(this.dataFormat)) {
      throw new ArgumentError(
        `layer '${this.name}': dataFormat is ${describeValue(this.dataFormat)}; known are 'channels_last' and 'channels_first'.`,
        { where: this.name, got: this.dataFormat, expected: FORMATS },
      );
    }
  }

  /** Number of axes between batch and channels: 1 for sequences, 2 for images. */
  protected abstract get spatialRank(): number;

  /** The computation, of `[batch, ..., channels]`. */
  protected abstract callChannelsLast(x: Tensor, context: CallContext): Tensor;

  /** The shape of the output for an input `[batch, ..., channels]`. */
  protected abstract shapeChannelsLast(shape: PartialShape): PartialShape;

  override call(x: Tensor, context: CallContext): Tensor {
    if (this.dataFormat === 'channels_last') return this.callChannelsLast(x, context);
    return channelsFirst(this.callChannelsLast(channelsLast(x), context));
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    const shape = this.spatialShape(shapes);
    if (this.dataFormat === 'channels_last') return this.shapeChannelsLast(shape);
    const [batch = null, channels = null, ...sizes] = shape;
    const [first = null, ...rest] = this.shapeChannelsLast([batch, ...sizes, channels]);
    return [first, ...rest.slice(-1), ...rest.slice(0, -1)];
  }

  override getConfig(): Config {
    return { ...super.getConfig(), data_format: this.dataFormat };
  }

  /** The axis of the channels in the input as it is given. */
  protected get channelsAxis(): 1 | -1 {
    return this.dataFormat === 'channels_first' ? 1 : -1;
  }

  /** The shape of the one input, as it is given. @throws ShapeError for another rank */
  protected spatialShape(shapes: InputShapes): PartialShape {
    const shape = oneShape(this.name, shapes);
    if (shape.length === this.spatialRank + 2) return shape;
    const axes = this.spatialRank === 1 ? ['steps'] : ['height', 'width'];
    const sample = this.dataFormat === 'channels_first' ? ['channels', ...axes] : [...axes, 'channels'];
    throw new ShapeError(
      `layer '${this.name}' (${this.className}): the input has the shape ${formatShape(shape)}; expected [${['batch', ...sample].join(', ')}]. Reshape it first.`,
      { where: this.name, got: shape },
    );
  }
}

/** `[batch, channels, ...]` as `[batch, ..., channels]`. */
function channelsLast(x: Tensor): Tensor {
  const spatial = Array.from({ length: x.shape.length - 2 }, (_, index) => index + 2);
  return transpose(x, { permutation: [0, ...spatial, 1] });
}

/** `[batch, ..., channels]` as `[batch, channels, ...]`; `[batch, channels]` is both. */
function channelsFirst(x: Tensor): Tensor {
  const rank = x.shape.length;
  if (rank < 3) return x;
  const spatial = Array.from({ length: rank - 2 }, (_, index) => index + 1);
  return transpose(x, { permutation: [0, rank - 1, ...spatial] });
}

/** How the ends of an axis are padded. @throws ArgumentError for a word that the layer does not know */
export function paddingOption<Padding extends string>(
  where: string,
  value: unknown,
  known: readonly Padding[],
): Padding {
  const found = known.find((one) => one === (value ?? 'valid'));
  if (found !== undefined) return found;
  throw new ArgumentError(
    `${where}: the padding is ${describeValue(value)}; known are ${known.map((one) => `'${one}'`).join(', ')}.`,
    { where, got: value, expected: known },
  );
}
