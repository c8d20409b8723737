/** What layers share when they read options and write configs. */
import { resolveActivation } from '../activations/resolve.ts';
import { resolveConstraint, serializeConstraint, type Constraint } from '../constraints/index.ts';
import { ArgumentError, describeValue } from '../errors.ts';
import { resolveInitializer, serializeInitializer, type Initializer } from '../initializers/index.ts';
import { resolveRegularizer, serializeRegularizer, type Regularizer } from '../regularizers/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { PartialShape } from '../tensor/symbolic.ts';
import type { Config, InputShapes, Json } from './layer.ts';

/** An activation by Keras's name, or a function of ops. */
export type ActivationSpec = string | ((x: Tensor) => Tensor);
/** An initializer by Keras's name, or an object of `initializers`. */
export type InitializerSpec = string | Initializer;
/** A regularizer by Keras's name, or an object of `regularizers`. Default none. */
export type RegularizerSpec = string | Regularizer | undefined;
/** A constraint by Keras's name, or an object of `constraints`. Default none. */
export type ConstraintSpec = string | Constraint | undefined;

/** A resolved activation and the name that configs write. */
export interface Activation {
  readonly name: string | undefined;
  apply(x: Tensor): Tensor;
}

export function activationOf(where: string, spec: ActivationSpec | undefined): Activation {
  return resolveActivation(where, spec);
}

/** The name of an activation for a config. @throws ArgumentError for a function, which no file can hold */
export function activationConfig(where: string, activation: Activation): string {
  if (activation.name === undefined) {
    throw new ArgumentError(
      `${where}: its activation is a function of yours, which a config cannot hold. Use a named activation, or a lambda layer that you register.`,
      {
        where,
      },
    );
  }
  return activation.name;
}

/** The envelope of an initializer for a config. */
export function initializerConfig(where: string, spec: InitializerSpec): Json {
  return serializeInitializer(resolveInitializer(where, spec)) as unknown as Json;
}

/** The envelope of a regularizer for a config; null for none. */
export function regularizerConfig(where: string, spec: RegularizerSpec): Json {
  const regularizer = resolveRegularizer(where, spec);
  return regularizer ? (serializeRegularizer(regularizer) as unknown as Json) : null;
}

/** The envelope of a constraint for a config; null for none. */
export function constraintConfig(where: string, spec: ConstraintSpec): Json {
  const constraint = resolveConstraint(where, spec);
  return constraint ? (serializeConstraint(constraint) as unknown as Json) : null;
}

/** A positive whole number. @throws ArgumentError naming the layer and the option */
export function positiveOption(where: string, name: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
    throw new ArgumentError(`${where}: ${name} is ${describeValue(value)}; it must be a positive integer.`, {
      where,
      got: value,
    });
  }
  return value;
}

/** One number for both axes, or height and width. */
export type Pair = number | readonly [height: number, width: number];

export function pairOption(where: string, name: string, value: Pair): readonly [number, number] {
  const pair = typeof value === 'number' ? ([value, value] as const) : value;
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw new ArgumentError(`${where}: ${name} must be one number or a pair of them.`, { where, got: value });
  }
  return [positiveOption(where, name, pair[0]), positiveOption(where, name, pair[1])];
}

/** One number, also given as `[number]` as Keras's files do for one axis. */
export function singleOption(where: string, name: string, value: number | readonly [number]): number {
  return positiveOption(where, name, Array.isArray(value) && value.length === 1 ? (value[0] as number) : value);
}

/** The shape of a layer's one input. @throws ArgumentError when it was called with a list */
export function oneShape(where: string, shapes: InputShapes): PartialShape {
  if (shapes.length > 0 && Array.isArray(shapes[0])) {
    throw new ArgumentError(`${where}: takes one tensor, got a list of ${shapes.length}.`, { where });
  }
  return shapes as PartialShape;
}

/** The shapes of a layer that takes a list. @throws ArgumentError when it was called with one tensor */
export function manyShapes(where: string, shapes: InputShapes): readonly PartialShape[] {
  if (shapes.length === 0 || !Array.isArray(shapes[0])) {
    throw new ArgumentError(`${where}: takes a list of tensors, got one. Call it as layer([a, b]).`, { where });
  }
  return shapes as readonly PartialShape[];
}

/** A fraction that is dropped. @throws ArgumentError unless it is a number of at least 0 and below 1, or 1 where that is the limit */
export function rateOption(where: string, name: string, value: unknown, limit?: 1): number {
  if (typeof value === 'number' && value >= 0 && (value < 1 || value === limit)) return value;
  const rule = limit === undefined ? 'at least 0 and below 1' : 'from 0 to 1';
  throw new ArgumentError(`${where}: ${name} is ${describeValue(value)}; it must be ${rule}.`, {
    where,
    got: value,
  });
}

/** Checks the seed of a layer's options. @throws ArgumentError unless it is an integer or left out */
export function seedOption<Options extends { readonly seed?: number }>(options: Options): Options {
  const { seed } = options;
  if (seed === undefined || Number.isSafeInteger(seed)) return options;
  throw new ArgumentError(`layer: the seed is ${describeValue(seed)}; it must be an integer.`, {
    where: 'layer',
    got: seed,
  });
}

/** The seed as Keras writes it: null for none. */
export function seedConfig(seed: number | undefined): Config {
  return { seed: seed ?? null };
}
