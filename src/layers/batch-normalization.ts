/** Batch normalization: the batch's moments in training, moving ones otherwise. Frozen, it always infers. */
import { add, batchNormInference, batchNormTraining, mul, transpose } from '../ops/index.ts';
import { normalizeAxis } from '../tensor/broadcast.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import type { CallContext } from './call-scope.ts';
import { Layer, type Config, type InputShapes, type LayerOptions } from './layer.ts';
import { initializerConfig, oneShape, type InitializerSpec } from './options.ts';

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
    };
  }

  override build(shapes: InputShapes): void {
    const shape = oneShape(this.name, shapes);
    const { axis, center, scale } = this.options;
    const channels = [this.knownSize(shape, normalizeAxis(`layer '${this.name}'`, axis, shape.length))];
    this.gamma = scale ? this.addWeight('gamma', channels, this.options.gammaInitializer) : undefined;
    this.beta = center ? this.addWeight('beta', channels, this.options.betaInitializer) : undefined;
    this.movingMean = this.addWeight('moving_mean', channels, this.options.movingMeanInitializer, { trainable: false });
    this.movingVariance = this.addWeight('moving_variance', channels, this.options.movingVarianceInitializer, {
      trainable: false,
    });
  }

  override call(x: Tensor, context: CallContext): Tensor {
    const axis = normalizeAxis(`layer '${this.name}'`, this.options.axis, x.rank);
    if (axis === x.rank - 1) return this.#normalize(x, context.training && this.trainable);
    const toLast = [...x.shape.keys()].filter((one) => one !== axis).concat(axis);
    const back = toLast.map((_, one) => toLast.indexOf(one));
    return transpose(this.#normalize(transpose(x, { permutation: toLast }), context.training && this.trainable), {
      permutation: back,
    });
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
    };
  }

  #normalize(x: Tensor, training: boolean): Tensor {
    const { epsilon, momentum } = this.options;
    const { gamma, beta } = this;
    const movingMean = this.movingMean as Variable;
    const movingVariance = this.movingVariance as Variable;
    if (!training) return batchNormInference(x, gamma, beta, movingMean, movingVariance, { epsilon });
    const { y, mean, variance } = batchNormTraining(x, gamma, beta, { epsilon });
    // moving = momentum moving + (1 - momentum) batch, with the biased variance
    movingMean.assign(add(mul(movingMean, momentum), mul(mean, 1 - momentum)));
    movingVariance.assign(add(mul(movingVariance, momentum), mul(variance, 1 - momentum)));
    return y;
  }
}

/**
 * Batch normalization, `y = gamma (x - mean) / sqrt(variance + epsilon) + beta` per channel; the shape stays.
 * With `trainable = false` it uses and keeps the moving statistics also in training. Weights: gamma, beta, moving mean
 * and variance, each `[channels]`. Source: Ioffe and Szegedy 2015; Keras `BatchNormalization`.
 * @example const y = batchNormalization()(images);
 */
export function batchNormalization<const Name extends string = string>(
  options: BatchNormalizationOptions<Name> = {},
): BatchNormalization<Name> {
  return new BatchNormalization<Name>(options);
}
