/** Batch normalization: the batch's moments in training, moving ones otherwise. Frozen, it always infers. */
import { ShapeError } from '../errors.ts';
import {
  add,
  batchNormInference,
  batchNormTraining,
  broadcastTo,
  div,
  expandDims,
  mul,
  rsqrt,
  square,
  sub,
  sum,
  transpose,
  type NormalizedBatch,
} from '../ops/index.ts';
import { normalizeAxis } from '../tensor/broadcast.ts';
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

export interface BatchNormalizationOptions<Name extends string = string> extends LayerOptions<Name> {
  /** The axis of the channels. Default -1. */
  readonly axis?: number;
  /** Weight of the old moving value. Default 0.99. */
  readonly momentum?: number;
  /** Added to the variance under the root. Default 1e-3. */
  readonly epsilon?: number;
  /** Adds beta. Default true. */
  readonly center?: boolean;
  /** Multiplies by gamma. Default true. */
  readonly scale?: boolean;
  /** Default `'zeros'`. */
  readonly betaInitializer?: InitializerSpec;
  /** Default `'ones'`. */
  readonly gammaInitializer?: InitializerSpec;
  /** Default `'zeros'`. */
  readonly movingMeanInitializer?: InitializerSpec;
  /** Default `'ones'`. */
  readonly movingVarianceInitializer?: InitializerSpec;
  /** Default none. */
  readonly betaRegularizer?: RegularizerSpec;
  /** Default none. */
  readonly gammaRegularizer?: RegularizerSpec;
  /** Default none. */
  readonly betaConstraint?: ConstraintSpec;
  /** Default none. */
  readonly gammaConstraint?: ConstraintSpec;
}

export class BatchNormalization<Name extends string = string> extends Layer<Name> {
  static readonly kerasName: string = 'BatchNormalization';
  readonly options: Required<Omit<BatchNormalizationOptions, keyof LayerOptions>>;
  gamma: Variable | undefined;
  beta: Variable | undefined;
  movingMean: Variable | undefined;
  movingVariance: Variable | undefined;

  constructor(options: BatchNormalizationOptions<Name> = {}) {
    super(options);
    this.options = {
      axis: options.axis ?? -1,
      momentum: options.momentum ?? 0.99,
      epsilon: options.epsilon ?? 1e-3,
      center: options.center ?? true,
      scale: options.scale ?? true,
      betaInitializer: options.betaInitializer ?? 'zeros',
      gammaInitializer: options.gammaInitializer ?? 'ones',
      movingMeanInitializer: options.movingMeanInitializer ?? 'zeros',
      movingVarianceInitializer: options.movingVarianceInitializer ?? 'ones',
      betaRegularizer: options.betaRegularizer,
      gammaRegularizer: options.gammaRegularizer,
      betaConstraint: options.betaConstraint,
      gammaConstraint: options.gammaConstraint,
    };
  }

  override build(shapes: InputShapes): void {
    const shape = oneShape(this.name, shapes);
    const { axis, center, scale } = this.options;
    const channels = [this.knownSize(shape, normalizeAxis(`layer '${this.name}'`, axis, shape.length))];
    const { betaRegularizer, gammaRegularizer, betaConstraint, gammaConstraint } = this.options;
    if (scale)
      this.gamma = this.addWeight('gamma', channels, this.options.gammaInitializer, {
        regularizer: gammaRegularizer,
        constraint: gammaConstraint,
      });
    if (center)
      this.beta = this.addWeight('beta', channels, this.options.betaInitializer, {
        regularizer: betaRegularizer,
        constraint: betaConstraint,
      });
    this.movingMean = this.addWeight('moving_mean', channels, this.options.movingMeanInitializer, { trainable: false });
    this.movingVariance = this.addWeight('moving_variance', channels, this.options.movingVarianceInitializer, {
      trainable: false,
    });
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Tensor, { training, mask }: CallContext): Tensor {
    const axis = normalizeAxis(`layer '${this.name}'`, this.options.axis, x.rank);
    const learns = training && this.trainable;
    if (mask && mask.rank !== x.rank - 1) {
      throw new ShapeError(
        `layer '${this.name}' (BatchNormalization): a mask of shape ${formatShape(mask.shape)} does not fit the input ${formatShape(x.shape)}; expected one axis less, the channels.`,
        { where: this.name, got: mask.shape, expected: x.shape.slice(0, -1) },
      );
    }
    // Keras stretches a mask along the last axis whichever axis the channels are.
    const kept = learns && mask ? broadcastTo(expandDims(mask, -1), x.shape) : undefined;
    if (axis === x.rank - 1) return this.#normalize(x, learns, kept);
    const toLast = [...x.shape.keys()].filter((one) => one !== axis).concat(axis);
    const back = toLast.map((_, one) => toLast.indexOf(one));
    const turned = (value: Tensor): Tensor => transpose(value, { permutation: toLast });
    return transpose(this.#normalize(turned(x), learns, kept && turned(kept)), { permutation: back });
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    return oneShape(this.name, shapes);
  }

  override getConfig(): Config {
    const { axis, momentum, epsilon, center, scale } = this.options;
    return {
      ...super.getConfig(),
      axis,
      momentum,
      epsilon,
      center,
      scale,
      beta_initializer: initializerConfig(this.name, this.options.betaInitializer),
      gamma_initializer: initializerConfig(this.name, this.options.gammaInitializer),
      moving_mean_initializer: initializerConfig(this.name, this.options.movingMeanInitializer),
      moving_variance_initializer: initializerConfig(this.name, this.options.movingVarianceInitializer),
      beta_regularizer: regularizerConfig(this.name, this.options.betaRegularizer),
      gamma_regularizer: regularizerConfig(this.name, this.options.gammaRegularizer),
      beta_constraint: constraintConfig(this.name, this.options.betaConstraint),
      gamma_constraint: constraintConfig(this.name, this.options.gammaConstraint),
    };
  }

  // x has its channels last; `kept` is 1 where a value counts.
  #normalize(x: Tensor, training: boolean, kept: Tensor | undefined): Tensor {
    const { epsilon, momentum } = this.options;
    const { gamma, beta } = this;
    const movingMean = this.movingMean as Variable;
    const movingVariance = this.movingVariance as Variable;
    if (!training) return batchNormInference(x, gamma, beta, movingMean, movingVariance, { epsilon });
    const { y, mean, variance } = kept
      ? maskedNormalization(x, kept, gamma, beta, epsilon)
      : batchNormTraining(x, gamma, beta, { epsilon });
    // moving = momentum moving + (1 - momentum) batch, with the biased variance
    movingMean.assign(add(mul(movingMean, momentum), mul(mean, 1 - momentum)));
    movingVariance.assign(add(mul(movingVariance, momentum), mul(variance, 1 - momentum)));
    return y;
  }
}

/** Keeps the division by the number of values finite where none counts. */
const EPSILON = 1e-7;

// The moments of the values that count only; the others are normalized with them all the same.
function maskedNormalization(
  x: Tensor,
  kept: Tensor,
  gamma: Variable | undefined,
  beta: Variable | undefined,
  epsilon: number,
): NormalizedBatch {
  const axis = [...x.shape.keys()].slice(0, -1);
  const count = add(sum(kept, { axis }), EPSILON);
  const mean = div(sum(mul(x, kept), { axis }), count);
  const variance = div(sum(square(mul(sub(x, mean), kept)), { axis }), count);
  const scale = rsqrt(add(variance, epsilon));
  const normalized = mul(sub(x, mean), gamma ? mul(scale, gamma) : scale);
  return { y: beta ? add(normalized, beta) : normalized, mean, variance };
}

/**
 * Batch normalization, `y = gamma (x - mean) / sqrt(variance + epsilon) + beta` per channel; the shape stays.
 * Masked steps do not count in the moments. With `trainable = false` it uses and keeps the moving statistics also in training. Weights: gamma, beta, moving mean
 * and variance, each `[channels]`. Source: Ioffe and Szegedy 2015; Keras `BatchNormalization`.
 * @example const y = batchNormalization()(images);
 */
export function batchNormalization<const Name extends string = string>(
  options: BatchNormalizationOptions<Name> = {},
): BatchNormalization<Name> {
  return new BatchNormalization<Name>(options);
}
