/** Layers that make one tensor of several: concatenate, and element by element add, subtract, multiply, average, maximum, minimum. */
import { ArgumentError, ShapeError } from '../errors.ts';
import {
  add as addOp,
  broadcastTo,
  concat,
  expandDims,
  max,
  maximum as maximumOp,
  minimum as minimumOp,
  mul,
  reshape,
  sub,
  where,
} from '../ops/index.ts';
import { normalizeAxis } from '../tensor/broadcast.ts';
import { formatShape } from '../tensor/shape.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import { ones, type Tensor } from '../tensor/tensor.ts';
import type { CallContext } from './call-scope.ts';
import { Layer, type Config, type InputShapes, type LayerOptions, type Masks, type Tensors } from './layer.ts';
import { manyShapes } from './options.ts';
import type { SymbolicTensor } from './symbolic-tensor.ts';

abstract class Merge<Name extends string> extends Layer<Name> {
  override get supportsMasking(): boolean {
    return true;
  }

  override build(shapes: InputShapes): void {
    const list = manyShapes(`layer '${this.name}'`, shapes);
    if (list.length < 2)
      throw new ArgumentError(
        `layer '${this.name}' (${this.className}): merges at least two tensors, got ${list.length}.`,
        { where: this.name },
      );
  }
}

/** Element by element, with broadcasting over sizes of 1; an input with fewer axes gets them behind the batch. */
abstract class ElementwiseMerge<Name extends string> extends Merge<Name> {
  override call(inputs: Tensors, { masks }: CallContext): Tensor {
    const list = inputs as readonly Tensor[];
    const rank = Math.max(...list.map((one) => one.rank));
    return this.merge(
      list.map((one) => (one.rank === rank ? one : reshape(one, withRank(one.shape, rank)))),
      list.map((one, index) => {
        const mask = masks[index];
        return mask && one.rank === rank ? expandDims(mask, -1) : undefined; // [batch, steps, 1]
      }),
    );
  }

  /** @param masks one per input, with an axis of 1 for the channels; an input that got axes has none, as in Keras */
  protected abstract merge(inputs: readonly Tensor[], masks: readonly (Tensor | undefined)[]): Tensor;

  /** A step counts where it counts in any input; without a mask on each of them there is none. */
  override computeMask(_inputs: Tensors, masks: readonly (Tensor | undefined)[]): Masks {
    if (masks.length === 0 || masks.some((mask) => mask === undefined)) return undefined;
    return (masks as readonly Tensor[]).reduce((any, mask) => maximumOp(any, mask));
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    const given = manyShapes(`layer '${this.name}'`, shapes);
    const rank = Math.max(...given.map((shape) => shape.length));
    const list = given.map((shape) => withRank(shape, rank));
    return Array.from({ length: rank }, (_, axis): number | null => {
      const sizes = list.flatMap((shape) => {
        const size = shape[axis - rank + shape.length];
        return size === undefined || size === 1 ? [] : [size];
      });
      const known = new Set(sizes.filter((size) => size !== null));
      if (known.size > 1) {
        throw new ShapeError(
          `layer '${this.name}' (${this.className}): the inputs ${given.map(formatShape).join(' and ')} do not fit: axis ${axis} has sizes ${[...known].join(' and ')}. Sizes must be equal or 1.`,
          { where: this.name, got: given },
        );
      }
      if (known.size === 1) return [...known][0] as number;
      return sizes.length > 0 ? null : 1;
    });
  }
}

function withRank<Size>(shape: readonly Size[], rank: number): readonly (Size | 1)[] {
  const missing = rank - shape.length;
  return shape.length === 0 || missing === 0
    ? shape
    : [...shape.slice(0, 1), ...new Array<1>(missing).fill(1), ...shape.slice(1)];
}

export class Add<Name extends string = string> extends ElementwiseMerge<Name> {
  static readonly kerasName: string = 'Add';
  protected override merge(inputs: readonly Tensor[]): Tensor {
    return inputs.reduce((sum, one) => addOp(sum, one));
  }
}

/** A value that does not count is a factor of 1; where none counts the product is 0. */
export class Multiply<Name extends string = string> extends ElementwiseMerge<Name> {
  static readonly kerasName: string = 'Multiply';
  protected override merge(inputs: readonly Tensor[], masks: readonly (Tensor | undefined)[]): Tensor {
    const product = inputs
      .map((one, index) => (masks[index] ? where(masks[index], one, 1) : one))
      .reduce((left, right) => mul(left, right));
    const known = masks.filter((mask) => mask !== undefined);
    return known.length === inputs.length ? where(known.reduce(either), product, 0) : product;
  }
}

export class Average<Name extends string = string> extends ElementwiseMerge<Name> {
  static readonly kerasName: string = 'Average';
  protected override merge(inputs: readonly Tensor[]): Tensor {
    return mul(
      inputs.reduce((sum, one) => addOp(sum, one)),
      1 / inputs.length,
    );
  }
}

export class Subtract<Name extends string = string> extends ElementwiseMerge<Name> {
  static readonly kerasName: string = 'Subtract';

  override build(shapes: InputShapes): void {
    const { length } = manyShapes(`layer '${this.name}'`, shapes);
    if (length === 2) return;
    throw new ArgumentError(`layer '${this.name}' (Subtract): takes exactly two tensors, got ${length}.`, {
      where: this.name,
      got: length,
      expected: 2,
    });
  }

  protected override merge(inputs: readonly Tensor[]): Tensor {
    return sub(inputs[0] as Tensor, inputs[1] as Tensor);
  }
}

export class Maximum<Name extends string = string> extends ElementwiseMerge<Name> {
  static readonly kerasName: string = 'Maximum';
  protected override merge(inputs: readonly Tensor[], masks: readonly (Tensor | undefined)[]): Tensor {
    return chosen(maximumOp, inputs, masks);
  }
}

export class Minimum<Name extends string = string> extends ElementwiseMerge<Name> {
  static readonly kerasName: string = 'Minimum';
  protected override merge(inputs: readonly Tensor[], masks: readonly (Tensor | undefined)[]): Tensor {
    return chosen(minimumOp, inputs, masks);
  }
}

function either(a: Tensor, b: Tensor): Tensor {
  return maximumOp(a, b);
}

// Neither operation has a number that leaves all others alone, so what does not count is replaced by the other side.
function chosen(choose: typeof maximumOp, inputs: readonly Tensor[], masks: readonly (Tensor | undefined)[]): Tensor {
  let [result, kept] = [inputs[0] as Tensor, masks[0]];
  inputs.slice(1).forEach((one, index) => {
    const mask = masks[index + 1];
    const other = mask ? where(mask, one, result) : one;
    result = choose(kept ? where(kept, result, other) : result, other);
    kept = kept && mask && either(kept, mask);
  });
  return result;
}

export interface ConcatenateOptions<Name extends string = string> extends LayerOptions<Name> {
  /** Default -1. */
  readonly axis?: number;
}

export class Concatenate<Name extends string = string> extends Merge<Name> {
  static readonly kerasName: string = 'Concatenate';
  readonly axis: number;

  constructor(options: ConcatenateOptions<Name> = {}) {
    super(options);
    this.axis = options.axis ?? -1;
  }

  override call(inputs: Tensors): Tensor {
    return concat(inputs as readonly Tensor[], { axis: this.axis });
  }

  /** The masks side by side, each stretched to its input where it has fewer axes; one without a mask counts everywhere. */
  override computeMask(inputs: Tensors, masks: readonly (Tensor | undefined)[]): Masks {
    if (!masks.some(Boolean)) return undefined;
    const stretched = (inputs as readonly Tensor[]).map((input, index) => {
      const mask = masks[index];
      if (!mask) return ones(input.shape);
      return mask.rank < input.rank ? broadcastTo(expandDims(mask, -1), input.shape) : mask;
    });
    return max(concat(stretched, { axis: this.axis }), { axis: -1 });
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    const list = manyShapes(`layer '${this.name}'`, shapes);
    const first = list[0] ?? [];
    const axis = normalizeAxis(`layer '${this.name}'`, this.axis, first.length);
    const fits = (shape: PartialShape): boolean =>
      shape.length === first.length &&
      shape.every((size, one) => one === axis || size === null || first[one] === null || size === first[one]);
    if (!list.every(fits)) {
      throw new ShapeError(
        `layer '${this.name}' (Concatenate): the inputs ${list.map(formatShape).join(' and ')} differ elsewhere than on axis ${axis}. All other sizes must be equal.`,
        { where: this.name, got: list },
      );
    }
    return first.map((size, one) => {
      const sizes = list.map((shape) => shape[one] ?? null);
      if (one !== axis) return size ?? sizes.find((other) => other !== null) ?? null;
      return sizes.includes(null) ? null : sizes.reduce<number>((sum, other) => sum + (other ?? 0), 0);
    });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis };
  }
}

type Symbols = readonly SymbolicTensor[];

/** Joins tensors along an axis. Called on a list it gives their join, else a layer. Source: Keras `Concatenate`. */
export function concatenate<const Name extends string = string>(
  inputs: Symbols,
  options?: ConcatenateOptions<Name>,
): SymbolicTensor<Name>;
export function concatenate<const Name extends string = string>(options?: ConcatenateOptions<Name>): Concatenate<Name>;
export function concatenate(first?: Symbols | ConcatenateOptions, second?: ConcatenateOptions): unknown {
  return merged(first, second, (options) => new Concatenate(options as ConcatenateOptions));
}

/** The sum of tensors of one shape. Called on a list it gives their sum, else a layer. Source: Keras `Add`. */
export function add<const Name extends string = string>(
  inputs: Symbols,
  options?: LayerOptions<Name>,
): SymbolicTensor<Name>;
export function add<const Name extends string = string>(options?: LayerOptions<Name>): Add<Name>;
export function add(first?: Symbols | LayerOptions, second?: LayerOptions): unknown {
  return merged(first, second, (options) => new Add(options));
}

/** The product of tensors, element by element. Called on a list it gives the product, else a layer. Source: Keras `Multiply`. */
export function multiply<const Name extends string = string>(
  inputs: Symbols,
  options?: LayerOptions<Name>,
): SymbolicTensor<Name>;
export function multiply<const Name extends string = string>(options?: LayerOptions<Name>): Multiply<Name>;
export function multiply(first?: Symbols | LayerOptions, second?: LayerOptions): unknown {
  return merged(first, second, (options) => new Multiply(options));
}

/** The mean of tensors, element by element. Called on a list it gives the mean, else a layer. Source: Keras `Average`. */
export function average<const Name extends string = string>(
  inputs: Symbols,
  options?: LayerOptions<Name>,
): SymbolicTensor<Name>;
export function average<const Name extends string = string>(options?: LayerOptions<Name>): Average<Name>;
export function average(first?: Symbols | LayerOptions, second?: LayerOptions): unknown {
  return merged(first, second, (options) => new Average(options));
}

/** The first of two tensors less the second. Called on a list it gives the difference, else a layer. Source: Keras `Subtract`. @example const d = layers.subtract([a, b]); */
export function subtract<const Name extends string = string>(
  inputs: Symbols,
  options?: LayerOptions<Name>,
): SymbolicTensor<Name>;
export function subtract<const Name extends string = string>(options?: LayerOptions<Name>): Subtract<Name>;
export function subtract(first?: Symbols | LayerOptions, second?: LayerOptions): unknown {
  return merged(first, second, (options) => new Subtract(options));
}

/** The largest of tensors, element by element. Called on a list it gives the maximum, else a layer. Source: Keras `Maximum`. @example const m = layers.maximum([a, b]); */
export function maximum<const Name extends string = string>(
  inputs: Symbols,
  options?: LayerOptions<Name>,
): SymbolicTensor<Name>;
export function maximum<const Name extends string = string>(options?: LayerOptions<Name>): Maximum<Name>;
export function maximum(first?: Symbols | LayerOptions, second?: LayerOptions): unknown {
  return merged(first, second, (options) => new Maximum(options));
}

/** The smallest of tensors, element by element. Called on a list it gives the minimum, else a layer. Source: Keras `Minimum`. @example const m = layers.minimum([a, b]); */
export function minimum<const Name extends string = string>(
  inputs: Symbols,
  options?: LayerOptions<Name>,
): SymbolicTensor<Name>;
export function minimum<const Name extends string = string>(options?: LayerOptions<Name>): Minimum<Name>;
export function minimum(first?: Symbols | LayerOptions, second?: LayerOptions): unknown {
  return merged(first, second, (options) => new Minimum(options));
}

/** @internal Called on a list of symbolic tensors a merging function gives their merge, else a layer. */
export function merged(
  first: Symbols | LayerOptions | undefined,
  second: LayerOptions | undefined,
  make: (options: LayerOptions) => Layer,
): unknown {
  if (!Array.isArray(first)) return make((first as LayerOptions | undefined) ?? {});
  return make(second ?? {})(first as Symbols);
}
