/** A layer applied to every step of a sequence. */
import { ArgumentError, ShapeError } from '../errors.ts';
import { reshape, slice, stack } from '../ops/index.ts';
import { formatShape } from '../tensor/shape.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import { Tensor } from '../tensor/tensor.ts';
import type { CallContext } from './call-scope.ts';
import { layerEnvelope } from './envelope.ts';
import { Layer, type Config, type InputShapes, type LayerOptions } from './layer.ts';
import { oneShape } from './options.ts';

export type TimeDistributedOptions<Name extends string = string> = LayerOptions<Name>;

export class TimeDistributed<Name extends string = string> extends Layer<Name> {
  static readonly kerasName: string = 'TimeDistributed';
  readonly layer: Layer;

  constructor(options: TimeDistributedOptions<Name> & { readonly layer: Layer }) {
    super(options);
    if (!(options.layer instanceof Layer)) {
      throw new ArgumentError(`layer '${this.name}' (TimeDistributed): takes a layer, such as dense(8).`, {
        where: this.name,
        got: options.layer,
      });
    }
    this.layer = options.layer;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override build(shapes: InputShapes): void {
    this.layer.ensureBuilt(this.stepShape(shapes));
  }

  override call(x: Tensor, context: CallContext): Tensor {
    const { mask } = context;
    const [batch = 0, steps = 0, ...sample] = x.shape;
    if (mask && (mask.shape[0] !== batch || mask.shape[1] !== steps)) {
      throw new ShapeError(
        `layer '${this.name}' (TimeDistributed): the mask has the shape ${formatShape(mask.shape)}; expected [${batch}, ${steps}, ...] as in the input ${formatShape(x.shape)}.`,
        { where: this.name, got: mask.shape, expected: [batch, steps] },
      );
    }
    if (this.stepsDiffer(context.training) && steps > 0) return this.stepByStep(x, mask);
    const folded = reshape(x, [batch * steps, ...sample]);
    const result = this.run(folded, mask && reshape(mask, [batch * steps, ...mask.shape.slice(2)]));
    return reshape(result, [batch, steps, ...result.shape.slice(1)]);
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    const [batch = null, steps = null] = oneShape(this.name, shapes);
    const result = this.layer.outputShapes(this.stepShape(shapes));
    if (Array.isArray(result[0])) throw this.severalOutputs();
    return [batch, steps, ...(result as PartialShape).slice(1)];
  }

  override getConfig(): Config {
    return { ...super.getConfig(), layer: layerEnvelope(this.layer) };
  }

  // Batch normalization takes the moments of one step's batch, and a stateful layer goes on from step to step; all other
  // layers give the same for the steps as samples of one large batch.
  private stepsDiffer(training: boolean): boolean {
    const stateful = (layer: Layer): boolean =>
      ('stateful' in layer && layer.stateful === true) || layer.sublayers.some(stateful);
    return (training && this.layer.weights.some((weight) => !weight.trainable)) || stateful(this.layer);
  }

  private stepByStep(x: Tensor, mask: Tensor | undefined): Tensor {
    const [batch = 0, steps = 0] = x.shape;
    const at = (all: Tensor, step: number): Tensor => {
      const rest = all.shape.slice(2);
      return reshape(slice(all, [0, step, ...rest.map(() => 0)], [batch, 1, ...rest]), [batch, ...rest]);
    };
    return stack(
      Array.from({ length: steps }, (_, step) => this.run(at(x, step), mask && at(mask, step))),
      { axis: 1 },
    );
  }

  private run(x: Tensor, mask: Tensor | undefined): Tensor {
    // A layer that takes no masks would only warn of it.
    const result = this.layer.invoke(x, this.layer.supportsMasking ? { mask } : {});
    if (result instanceof Tensor) return result;
    throw this.severalOutputs();
  }

  private severalOutputs(): ArgumentError {
    return new ArgumentError(
      `layer '${this.name}' (TimeDistributed): the layer '${this.layer.name}' gives several tensors; only one is supported.`,
      { where: this.name },
    );
  }

  private stepShape(shapes: InputShapes): PartialShape {
    const shape = oneShape(this.name, shapes);
    if (shape.length < 3) {
      throw new ShapeError(
        `layer '${this.name}' (TimeDistributed): the input has the shape ${formatShape(shape)}; expected at least [batch, steps, features].`,
        { where: this.name, got: shape },
      );
    }
    return shape.toSpliced(1, 1);
  }
}

/**
 * Applies a layer to each step of `[batch, steps, ...]`, with the same weights: `y[:, t] = layer(x[:, t])`.
 * A mask `[batch, steps]` passes on. Source: Keras `TimeDistributed`.
 * @param layer any layer, or a model, of one input and one output
 * @throws ArgumentError for something that is no layer; ShapeError for inputs of fewer than 3 axes
 * @example const frames = timeDistributed(conv2d(16, 3, { activation: 'relu' }))(input([10, 64, 64, 3]));
 */
export function timeDistributed<const Name extends string = string>(
  layer: Layer,
  options: TimeDistributedOptions<Name> = {},
): TimeDistributed<Name> {
  return new TimeDistributed<Name>({ ...options, layer });
}
