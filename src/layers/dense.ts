/** A fully connected layer. */
import { ShapeError } from '../errors.ts';
import { affine } from '../ops/index.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import { Layer, type Config, type InputShapes, type LayerOptions } from './layer.ts';
import {
  activationConfig,
  activationOf,
  constraintConfig,
  initializerConfig,
  oneShape,
  positiveOption,
  regularizerConfig,
  type Activation,
  type ActivationSpec,
  type ConstraintSpec,
  type InitializerSpec,
  type RegularizerSpec,
} from './options.ts';

export interface DenseOptions<Name extends string = string> extends LayerOptions<Name> {
  /** Default none. */
  readonly activation?: ActivationSpec;
  /** Default true. */
  readonly useBias?: boolean;
  /** Default `'glorot_uniform'`. */
  readonly kernelInitializer?: InitializerSpec;
  /** Default `'zeros'`. */
  readonly biasInitializer?: InitializerSpec;
  /** Default none. */
  readonly kernelRegularizer?: RegularizerSpec;
  /** Default none. */
  readonly biasRegularizer?: RegularizerSpec;
  /** Default none. */
  readonly kernelConstraint?: ConstraintSpec;
  /** Default none. */
  readonly biasConstraint?: ConstraintSpec;
}

export class Dense<Name extends string = string> extends Layer<Name> {
  static readonly kerasName: string = 'Dense';
  readonly units: number;
  readonly options: DenseOptions<Name>;
  readonly activation: Activation;
  kernel: Variable | undefined;
  bias: Variable | undefined;

  constructor(options: DenseOptions<Name> & { readonly units: number }) {
    super(options);
    this.units = positiveOption(`layer '${this.name}'`, 'units', options.units);
    this.options = options;
    this.activation = activationOf(`layer '${this.name}'`, options.activation);
  }

  override build(shapes: InputShapes): void {
    const features = this.knownSize(oneShape(this.name, shapes), -1);
    const { useBias = true, kernelInitializer = 'glorot_uniform', biasInitializer = 'zeros' } = this.options;
    const { kernelRegularizer, biasRegularizer, kernelConstraint, biasConstraint } = this.options;
    this.kernel = this.addWeight('kernel', [features, this.units], kernelInitializer, {
      regularizer: kernelRegularizer,
      constraint: kernelConstraint,
    });
    if (!useBias) return;
    this.bias = this.addWeight('bias', [this.units], biasInitializer, {
      regularizer: biasRegularizer,
      constraint: biasConstraint,
    });
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Tensor): Tensor {
    return this.activation.apply(affine(x, this.kernel as Variable, this.bias)); // [..., features] -> [..., units]
  }

  override computeOutputShape(shapes: InputShapes): PartialShape {
    const shape = oneShape(this.name, shapes);
    const features = this.kernel?.shape[0];
    if (shape.length < 2 || (features !== undefined && shape.at(-1) !== features)) {
      throw new ShapeError(
        `layer '${this.name}' (Dense): the input has the shape [${shape.map(String).join(', ')}]; expected [batch, ..., ${features ?? 'features'}]. Flatten or reshape it first.`,
        { where: this.name, got: shape },
      );
    }
    return [...shape.slice(0, -1), this.units];
  }

  override getConfig(): Config {
    const { useBias = true, kernelInitializer = 'glorot_uniform', biasInitializer = 'zeros' } = this.options;
    const { kernelRegularizer, biasRegularizer, kernelConstraint, biasConstraint } = this.options;
    return {
      ...super.getConfig(),
      units: this.units,
      activation: activationConfig(this.name, this.activation),
      use_bias: useBias,
      kernel_initializer: initializerConfig(this.name, kernelInitializer),
      bias_initializer: initializerConfig(this.name, biasInitializer),
      kernel_regularizer: regularizerConfig(this.name, kernelRegularizer),
      bias_regularizer: regularizerConfig(this.name, biasRegularizer),
      kernel_constraint: constraintConfig(this.name, kernelConstraint),
      bias_constraint: constraintConfig(this.name, biasConstraint),
    };
  }
}

/**
 * A fully connected layer: `y = activation(x kernel + bias)` over the last axis, `[..., features] -> [..., units]`.
 * Weights: kernel `[features, units]`, bias `[units]`. Source: Keras `Dense`.
 * @param units size of the output's last axis
 * @throws ArgumentError for units that are no positive integer; ShapeError when the features are unknown
 * @example const y = dense(10, { activation: 'softmax' })(x);
 */
export function dense<const Name extends string = string>(
  units: number,
  options: DenseOptions<Name> = {},
): Dense<Name> {
  return new Dense<Name>({ ...options, units });
}
