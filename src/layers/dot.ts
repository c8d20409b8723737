/** The dot product of two tensors along one axis of each, sample by sample. */
import { ArgumentError, describeValue, ShapeError } from '../errors.ts';
import { div, matmul, maximum, reshape, sqrt, square, sum, transpose } from '../ops/index.ts';
import { formatShape } from '../tensor/shape.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Layer, type Config, type InputShapes, type LayerOptions, type Masks, type Tensors } from './layer.ts';
import { merged } from './merge.ts';
import { manyShapes } from './options.ts';
import type { SymbolicTensor } from './symbolic-tensor.ts';

export interface DotOptions<Name extends string = string> extends LayerOptions<Name> {
  /** The axis of both, or one of each; the batch is axis 0 and cannot be one. Default -1. */
  readonly axes?: number | readonly [number, number];
  /** Scales the vectors to length 1 first, which gives the cosine of their angle. Default false. */
  readonly normalize?: boolean;
}

/** Squares of lengths below it count as it: Keras's epsilon, squared. */
const SMALLEST_SQUARE = 1e-14;

export class Dot<Name extends string = string> extends Layer<Name> {
  static readonly kerasName: string = 'Dot';
  readonly axes: number | readonly [number, number];
  readonly normalize: boolean;

  constructor(options: DotOptions<Name> = {}) {
    super(options);
    this.axes = options.axes ?? -1;
    this.normalize = options.normalize ?? false;
    const list: readonly unknown[] = Array.isArray(this.axes) ? (this.axes as readonly unknown[]) : [this.axes];
    if (list.length > 2 || list.length === 0 || !list.every((axis) => Number.isInteger(axis) && axis !== 0)) {
      throw new ArgumentError(
        `layer '${this.name}': axes is ${Array.isArray(this.axes) ? `[${list.map(describeValue).join(', ')}]` : describeValue(this.axes)}; it must be an integer or a pair of them, and not 0, the batch.`,
        { where: this.name, got: this.axes },
      );
    }
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(inputs: Tensors): Tensor {
    const list = inputs as readonly [Tensor, Tensor];
    const [first, second] = this.#axesOf(list.map((one) => one.shape));
    const [left, firstRest] = this.#asMatrix(list[0], first);
    const [right, secondRest] = this.#asMatrix(list[1], second);
    const product = matmul(left, right, { transposeB: true }); // [batch, rest of a, rest of b]
    const rest = [...firstRest, ...secondRest];
    return reshape(product, [list[0].shape[0] ?? 0, ...(rest.length === 0 ? [1] : rest)]);
  }

  override computeMask(): Masks {
    return undefined;
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    const list = manyShapes(`layer '${this.name}'`, shapes);
    const [first, second] = this.#axesOf(list);
    const [a = [], b = []] = list;
    const [m, n] = [a[first], b[second]];
    if (m !== null && n !== null && m !== n) {
      throw new ShapeError(
        `layer '${this.name}' (Dot): axis ${first} of ${formatShape(a)} has the size ${m}, axis ${second} of ${formatShape(b)} the size ${n}. They must be equal; name others with axes.`,
        { where: this.name, got: list },
      );
    }
    const rest = [...a.toSpliced(first, 1).slice(1), ...b.toSpliced(second, 1).slice(1)];
    return [a[0] ?? b[0] ?? null, ...(rest.length === 0 ? [1] : rest)];
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axes: this.axes, normalize: this.normalize };
  }

  // [batch, everything else, axis], and the sizes of everything else
  #asMatrix(x: Tensor, axis: number): readonly [matrix: Tensor, rest: readonly number[]] {
    const vectors = this.normalize ? div(x, lengths(x, axis)) : x;
    const rest = x.shape.toSpliced(axis, 1).slice(1);
    const permutation = [...x.shape.keys()].toSpliced(axis, 1).concat(axis);
    const last = axis === x.rank - 1 ? vectors : transpose(vectors, { permutation });
    return [reshape(last, [x.shape[0] ?? 0, rest.reduce((size, one) => size * one, 1), x.shape[axis] ?? 0]), rest];
  }

  #axesOf(shapes: readonly PartialShape[]): readonly [number, number] {
    if (shapes.length !== 2) {
      throw new ArgumentError(`layer '${this.name}' (Dot): takes exactly two tensors, got ${shapes.length}.`, {
        where: this.name,
        got: shapes.length,
        expected: 2,
      });
    }
    const [a, b] = typeof this.axes === 'number' ? [this.axes, this.axes] : this.axes;
    return [this.#axisOf(a, shapes[0] ?? []), this.#axisOf(b, shapes[1] ?? [])];
  }

  #axisOf(axis: number, shape: PartialShape): number {
    const position = axis < 0 ? axis + shape.length : axis;
    if (position >= 1 && position < shape.length) return position;
    throw new ShapeError(
      `layer '${this.name}' (Dot): axis ${axis} is not an axis of a sample of shape ${formatShape(shape)}. Use 1 to ${shape.length - 1}, or a negative one.`,
      { where: this.name, got: axis },
    );
  }
}

function lengths(x: Tensor, axis: number): Tensor {
  return sqrt(maximum(sum(square(x), { axis, keepDims: true }), SMALLEST_SQUARE));
}

/**
 * Dot products of the vectors along one axis of each of two tensors, for every combination of the other axes:
 * `[batch, ...rest of a, ...rest of b]`, or `[batch, 1]`. Called on a list it gives the product, else a layer.
 * Source: Keras `Dot`.
 * @param options axes -1, normalize false
 * @throws ArgumentError for axes that are no integers, or the batch; ShapeError for different sizes
 * @example const cosine = layers.dot([left, right], { axes: 1, normalize: true });
 */
export function dot<const Name extends string = string>(
  inputs: readonly SymbolicTensor[],
  options?: DotOptions<Name>,
): SymbolicTensor<Name>;
export function dot<const Name extends string = string>(options?: DotOptions<Name>): Dot<Name>;
export function dot(first?: readonly SymbolicTensor[] | DotOptions, second?: DotOptions): unknown {
  return merged(first, second, (options) => new Dot(options as DotOptions));
}
