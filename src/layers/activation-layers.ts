/** Activations that are layers because they have settings: relu, leakyRelu, elu, softmax; and prelu, which has weights. */
import { ArgumentError, describeValue, ShapeError } from '../errors.ts';
import {
  add,
  elu as eluOp,
  exp,
  greater,
  leakyRelu as leakyReluOp,
  log,
  max,
  minimum,
  mul,
  neg,
  relu as reluOp,
  softmax as softmaxOp,
  stopGradient,
  sub,
  sum,
  where,
} from '../ops/index.ts';
import { formatShape } from '../tensor/shape.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import type { CallContext } from './call-scope.ts';
import { Layer, type Config, type InputShapes, type LayerOptions } from './layer.ts';
import {
  constraintConfig,
  initializerConfig,
  oneShape,
  regularizerConfig,
  type ConstraintSpec,
  type InitializerSpec,
  type RegularizerSpec,
} from './options.ts';

abstract class ShapeKeeping<Name extends string> extends Layer<Name> {
  override get supportsMasking(): boolean {
    return true;
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    return oneShape(this.name, shapes);
  }
}

export interface ReluOptions<Name extends string = string> extends LayerOptions<Name> {
  /** Values above it are cut to it. Default none. */
  readonly maxValue?: number;
  /** The slope below the threshold. Default 0. */
  readonly negativeSlope?: number;
  /** Where the rising part begins. Default 0. */
  readonly threshold?: number;
}

export class ReLU<Name extends string = string> extends ShapeKeeping<Name> {
  static readonly kerasName: string = 'ReLU';
  readonly maxValue: number | undefined;
  readonly negativeSlope: number;
  readonly threshold: number;

  constructor(options: ReluOptions<Name> = {}) {
    super(options);
    const place = `layer '${this.name}'`;
    this.maxValue = options.maxValue === undefined ? undefined : atLeastZero(place, 'maxValue', options.maxValue);
    this.negativeSlope = atLeastZero(place, 'negativeSlope', options.negativeSlope ?? 0);
    this.threshold = atLeastZero(place, 'threshold', options.threshold ?? 0);
  }

  override call(x: Tensor): Tensor {
    const { maxValue, negativeSlope, threshold } = this;
    if (threshold === 0 && maxValue === undefined)
      return negativeSlope === 0 ? reluOp(x) : leakyReluOp(x, { negativeSlope });
    // x above the threshold, slope (x - threshold) below it, cut at maxValue
    const rising = maxValue === undefined ? x : minimum(x, maxValue);
    const falling = negativeSlope === 0 ? 0 : mul(sub(x, threshold), negativeSlope);
    return where(greater(x, threshold), rising, falling);
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      max_value: this.maxValue ?? null,
      negative_slope: this.negativeSlope,
      threshold: this.threshold,
    };
  }
}

export interface LeakyReluOptions<Name extends string = string> extends LayerOptions<Name> {
  /** The slope below 0. Default 0.3. */
  readonly negativeSlope?: number;
}

export class LeakyReLU<Name extends string = string> extends ShapeKeeping<Name> {
  static readonly kerasName: string = 'LeakyReLU';
  readonly negativeSlope: number;

  constructor(options: LeakyReluOptions<Name> = {}) {
    super(options);
    this.negativeSlope = atLeastZero(`layer '${this.name}'`, 'negativeSlope', options.negativeSlope ?? 0.3);
  }

  override call(x: Tensor): Tensor {
    return leakyReluOp(x, { negativeSlope: this.negativeSlope });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), negative_slope: this.negativeSlope };
  }
}

export interface EluOptions<Name extends string = string> extends LayerOptions<Name> {
  /** The limit towards minus infinity is `-alpha`. Default 1. */
  readonly alpha?: number;
}

export class ELU<Name extends string = string> extends ShapeKeeping<Name> {
  static readonly kerasName: string = 'ELU';
  readonly alpha: number;

  constructor(options: EluOptions<Name> = {}) {
    super(options);
    this.alpha = finite(`layer '${this.name}'`, 'alpha', options.alpha ?? 1);
  }

  override call(x: Tensor): Tensor {
    return eluOp(x, { alpha: this.alpha });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), alpha: this.alpha };
  }
}

export interface SoftmaxLayerOptions<Name extends string = string> extends LayerOptions<Name> {
  /** The axis or axes that sum to 1. Default -1. */
  readonly axis?: number | readonly number[];
}

/** What a masked value is set to before the softmax. */
const MASKED = -1e9;

export class Softmax<Name extends string = string> extends ShapeKeeping<Name> {
  static readonly kerasName: string = 'Softmax';
  readonly axis: number | readonly number[];

  constructor(options: SoftmaxLayerOptions<Name> = {}) {
    super(options);
    this.axis = options.axis ?? -1;
    const axes: readonly unknown[] = Array.isArray(this.axis) ? (this.axis as readonly unknown[]) : [this.axis];
    if (axes.length === 0 || !axes.every((axis) => Number.isInteger(axis))) {
      throw new ArgumentError(
        `layer '${this.name}': axis is ${describeValue(this.axis)}; it must be an integer or a list of them.`,
        { where: this.name, got: this.axis },
      );
    }
  }

  override call(x: Tensor, { mask }: CallContext): Tensor {
    const kept = mask && this.#stretched(mask, x);
    const y = this.#softmax(kept ? where(kept, x, MASKED) : x);
    return kept ? where(kept, y, 0) : y;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis };
  }

  #softmax(x: Tensor): Tensor {
    const { axis } = this;
    if (typeof axis === 'number') return softmaxOp(x, { axis });
    if (axis.length === 1) return softmaxOp(x, { axis: axis[0] as number });
    const largest = stopGradient(max(x, { axis, keepDims: true }));
    const logSum = add(log(sum(exp(sub(x, largest)), { axis, keepDims: true })), largest);
    return exp(sub(x, logSum));
  }

  // Masks broadcast like values, from the last axis on.
  #stretched(mask: Tensor, x: Tensor): Tensor {
    const offset = x.rank - mask.rank;
    const fits = offset >= 0 && mask.shape.every((size, axis) => size === 1 || size === x.shape[offset + axis]);
    if (fits) return mask;
    throw new ShapeError(
      `layer '${this.name}' (Softmax): a mask of shape ${formatShape(mask.shape)} does not broadcast to the input ${formatShape(x.shape)}. Aligned at the last axis, each size must be 1 or equal.`,
      { where: this.name, got: mask.shape, expected: x.shape },
    );
  }
}

export interface PreluOptions<Name extends string = string> extends LayerOptions<Name> {
  /** Default `'zeros'`. */
  readonly alphaInitializer?: InitializerSpec;
  /** Default none. */
  readonly alphaRegularizer?: RegularizerSpec;
  /** Default none. */
  readonly alphaConstraint?: ConstraintSpec;
  /** Axes, counted from 1, along which one slope is shared: `[1, 2]` for images gives one per channel. Default none. */
  readonly sharedAxes?: number | readonly number[];
}

export class PReLU<Name extends string = string> extends ShapeKeeping<Name> {
  static readonly kerasName: string = 'PReLU';
  readonly options: PreluOptions<Name>;
  readonly sharedAxes: readonly number[] | undefined;
  alpha: Variable | undefined;

  constructor(options: PreluOptions<Name> = {}) {
    super(options);
    this.options = options;
    const { sharedAxes } = options;
    this.sharedAxes = sharedAxes === undefined ? undefined : typeof sharedAxes === 'number' ? [sharedAxes] : sharedAxes;
    if (
      this.sharedAxes &&
      !(Array.isArray(this.sharedAxes) && this.sharedAxes.every((axis) => Number.isInteger(axis) && axis >= 1))
    ) {
      throw new ArgumentError(
        `layer '${this.name}': sharedAxes is ${describeValue(sharedAxes)}; it must be integers of at least 1 (the batch is axis 0).`,
        { where: this.name, got: sharedAxes },
      );
    }
  }

  override build(shapes: InputShapes): void {
    const shape = oneShape(this.name, shapes);
    const outside = this.sharedAxes?.find((axis) => axis >= shape.length);
    if (outside !== undefined) {
      throw new ArgumentError(
        `layer '${this.name}' (PReLU): sharedAxes has ${outside}, but the input ${formatShape(shape)} has the axes 1 to ${shape.length - 1}.`,
        { where: this.name, got: outside },
      );
    }
    const { alphaInitializer = 'zeros', alphaRegularizer, alphaConstraint } = this.options;
    const sizes = shape
      .map((_, axis) => (this.sharedAxes?.includes(axis) ? 1 : axis === 0 ? 1 : this.knownSize(shape, axis)))
      .slice(1);
    this.alpha = this.addWeight('alpha', sizes, alphaInitializer, {
      regularizer: alphaRegularizer,
      constraint: alphaConstraint,
    });
  }

  override call(x: Tensor): Tensor {
    return sub(reluOp(x), mul(this.alpha as Variable, reluOp(neg(x))));
  }

  override getConfig(): Config {
    const { alphaInitializer = 'zeros', alphaRegularizer, alphaConstraint } = this.options;
    return {
      ...super.getConfig(),
      alpha_initializer: initializerConfig(this.name, alphaInitializer),
      alpha_regularizer: regularizerConfig(this.name, alphaRegularizer),
      alpha_constraint: constraintConfig(this.name, alphaConstraint),
      shared_axes: this.sharedAxes ?? null,
    };
  }
}

/**
 * The rectifier with settings: x above the threshold, cut at `maxValue`, and `negativeSlope (x - threshold)` below.
 * Source: Keras `ReLU`.
 * @param options maxValue none, negativeSlope 0, threshold 0
 * @throws ArgumentError for a setting below 0
 * @example const y = layers.relu({ maxValue: 6 })(x);
 */
export function relu<const Name extends string = string>(options: ReluOptions<Name> = {}): ReLU<Name> {
  return new ReLU<Name>(options);
}

/**
 * x above 0, `negativeSlope x` below. Source: Keras `LeakyReLU`.
 * @param options negativeSlope 0.3
 * @throws ArgumentError for a negative slope
 * @example const y = layers.leakyRelu({ negativeSlope: 0.1 })(x);
 */
export function leakyRelu<const Name extends string = string>(options: LeakyReluOptions<Name> = {}): LeakyReLU<Name> {
  return new LeakyReLU<Name>(options);
}

/**
 * x above 0, `alpha (eˣ - 1)` below. Source: Clevert et al. 2016; Keras `ELU`.
 * @param options alpha 1
 * @throws ArgumentError for an alpha that is not finite
 * @example const y = layers.elu()(x);
 */
export function elu<const Name extends string = string>(options: EluOptions<Name> = {}): ELU<Name> {
  return new ELU<Name>(options);
}

/**
 * `eˣ / sum of eˣ` along one axis or several; masked values count as minus infinity and give 0. Source: Keras `Softmax`.
 * @param options axis -1
 * @throws ArgumentError for an axis that is no integer; ShapeError for a mask that does not broadcast
 * @example const y = layers.softmax({ axis: 1 })(x);
 */
export function softmax<const Name extends string = string>(options: SoftmaxLayerOptions<Name> = {}): Softmax<Name> {
  return new Softmax<Name>(options);
}

/**
 * x above 0, `alpha x` below, with a learned alpha per element of a sample, or shared along axes.
 * Weights: alpha, the sample's shape with 1 on shared axes. Source: He et al. 2015; Keras `PReLU`.
 * @param options alphaInitializer zeros, sharedAxes none
 * @throws ArgumentError for axes that a sample does not have; ShapeError for unknown sizes of axes that are not shared
 * @example const y = layers.prelu({ sharedAxes: [1, 2] })(images); // one slope per channel
 */
export function prelu<const Name extends string = string>(options: PreluOptions<Name> = {}): PReLU<Name> {
  return new PReLU<Name>(options);
}

function atLeastZero(place: string, name: string, value: unknown): number {
  const number = finite(place, name, value);
  if (number >= 0) return number;
  throw new ArgumentError(`${place}: ${name} is ${number}; it must be at least 0.`, { where: place, got: value });
}

function finite(place: string, name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new ArgumentError(`${place}: ${name} is ${describeValue(value)}; it must be a finite number.`, {
    where: place,
    got: value,
  });
}
