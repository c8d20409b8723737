/** Layer normalization: each sample by its own moments. */
import { ArgumentError, describeValue } from '../errors.ts';
import { add, layerNorm, mul, reshape, rsqrt, variance } from '../ops/index.ts';
import { normalizeAxes } from '../tensor/broadcast.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
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

export interface LayerNormalizationOptions<Name extends string = string> extends LayerOptions<Name> {
  /** The axis or axes of the moments. Default -1. */
  readonly axis?: number | readonly number[];
  /** Added to the variance under the root. Default 1e-3. */
  readonly epsilon?: number;
  /** Adds beta. Default true. */
  readonly center?: boolean;
  /** Multiplies by gamma. Default true. */
  readonly scale?: boolean;
  /** Divides by the root of the variance without subtracting the mean, with gamma and without beta. Default false. */
  readonly rmsScaling?: boolean;
  /** Default `'zeros'`. */
  readonly betaInitializer?: InitializerSpec;
  /** Default `'ones'`. */
  readonly gammaInitializer?: InitializerSpec;
  /** Default none. */
  readonly betaRegularizer?: RegularizerSpec;
  /** Default none. */
  readonly gammaRegularizer?: RegularizerSpec;
  /** Default none. */
  readonly betaConstraint?: ConstraintSpec;
  /** Default none. */
  readonly gammaConstraint?: ConstraintSpec;
}

export class LayerNormalization<Name extends string = string> extends Layer<Name> {
  static readonly kerasName: string = 'LayerNormalization';
  readonly options: LayerNormalizationOptions<Name>;
  readonly axis: number | readonly number[];
  readonly epsilon: number;
  readonly rmsScaling: boolean;
  gamma: Variable | undefined;
  beta: Variable | undefined;

  constructor(options: LayerNormalizationOptions<Name> = {}) {
    super(options);
    this.options = options;
    this.axis = options.axis ?? -1;
    this.epsilon = options.epsilon ?? 1e-3;
    this.rmsScaling = options.rmsScaling ?? false;
    const axes: readonly unknown[] = Array.isArray(this.axis) ? (this.axis as readonly unknown[]) : [this.axis];
    if (axes.length === 0 || !axes.every((axis) => Number.isInteger(axis))) {
      throw new ArgumentError(
        `layer '${this.name}': axis is ${describeValue(this.axis)}; it must be an integer or a list of them.`,
        { where: this.name, got: this.axis },
      );
    }
    if (typeof this.epsilon !== 'number' || !(this.epsilon >= 0)) {
      throw new ArgumentError(
        `layer '${this.name}': epsilon is ${describeValue(this.epsilon)}; it must be a number of at least 0.`,
        { where: this.name, got: this.epsilon },
      );
    }
  }

  override build(shapes: InputShapes): void {
    const shape = oneShape(this.name, shapes);
    const sizes = this.#axes(shape).map((axis) => this.knownSize(shape, axis));
    const { center = true, scale = true, betaInitializer = 'zeros', gammaInitializer = 'ones' } = this.options;
    const { betaRegularizer, gammaRegularizer, betaConstraint, gammaConstraint } = this.options;
    if (scale || this.rmsScaling)
      this.gamma = this.addWeight('gamma', sizes, gammaInitializer, {
        regularizer: gammaRegularizer,
        constraint: gammaConstraint,
      });
    if (center && !this.rmsScaling)
      this.beta = this.addWeight('beta', sizes, betaInitializer, {
        regularizer: betaRegularizer,
        constraint: betaConstraint,
      });
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Tensor): Tensor {
    if (this.rmsScaling) return this.#scaled(x);
    return layerNorm(x, this.gamma, this.beta, { axis: this.axis, epsilon: this.epsilon });
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    const shape = oneShape(this.name, shapes);
    this.#axes(shape);
    return shape;
  }

  override getConfig(): Config {
    const { center = true, scale = true, betaInitializer = 'zeros', gammaInitializer = 'ones' } = this.options;
    return {
      ...super.getConfig(),
      axis: this.axis,
      epsilon: this.epsilon,
      center,
      scale,
      rms_scaling: this.rmsScaling,
      beta_initializer: initializerConfig(this.name, betaInitializer),
      gamma_initializer: initializerConfig(this.name, gammaInitializer),
      beta_regularizer: regularizerConfig(this.name, this.options.betaRegularizer),
      gamma_regularizer: regularizerConfig(this.name, this.options.gammaRegularizer),
      beta_constraint: constraintConfig(this.name, this.options.betaConstraint),
      gamma_constraint: constraintConfig(this.name, this.options.gammaConstraint),
    };
  }

  // y = gamma x / sqrt(variance + epsilon)
  #scaled(x: Tensor): Tensor {
    const axes = this.#axes(x.shape);
    const gamma = reshape(
      this.gamma as Variable,
      x.shape.map((size, axis) => (axes.includes(axis) ? size : 1)),
    );
    return mul(x, mul(rsqrt(add(variance(x, { axis: axes, keepDims: true }), this.epsilon)), gamma));
  }

  #axes(shape: PartialShape): number[] {
    return normalizeAxes(`layer '${this.name}'`, this.axis, shape.length);
  }
}

/**
 * Layer normalization, `y = gamma (x - mean) / sqrt(variance + epsilon) + beta` with the moments of each sample over
 * `axis`; the shape stays. Weights: gamma and beta, of the sizes along the axes. Source: Ba et al. 2016; Keras
 * `LayerNormalization`.
 * @param options axis -1, epsilon 1e-3, center true, scale true, rmsScaling false
 * @throws ArgumentError for an axis out of range; ShapeError where the sizes along the axes are unknown
 * @example const y = layers.layerNormalization()(x);
 */
export function layerNormalization<const Name extends string = string>(
  options: LayerNormalizationOptions<Name> = {},
): LayerNormalization<Name> {
  return new LayerNormalization<Name>(options);
}
