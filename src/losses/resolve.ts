/** Losses by name, as functions, and from Keras's files. */
import { ArgumentError } from '../errors.ts';
import { lookUp, optionsFromConfig, toEnvelope, type KerasEnvelope } from '../names.ts';
import type { Tensor } from '../tensor/tensor.ts';
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  klDivergence,
  sparseCategoricalCrossentropy,
} from './crossentropy.ts';
import { circle } from './circle.ts';
import type { LossFunction } from './define-loss.ts';
import { binaryFocalCrossentropy, categoricalFocalCrossentropy } from './focal.ts';
import { categoricalGeneralizedCrossEntropy } from './generalized-crossentropy.ts';
import { categoricalHinge, hinge, squaredHinge } from './hinge.ts';
import { squeezeOrExpand, type Loss } from './loss.ts';
import { dice, tversky } from './overlap.ts';
import {
  cosineSimilarity,
  huber,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
} from './regression.ts';

/** What `compile` takes as a loss: a name, one of the loss functions, a `Loss`, or a function of the user's. */
export type LossLike = string | Loss | LossFunction<never> | ((yTrue: Tensor, yPred: Tensor) => Tensor);

/** The shapes by which `accuracy` and `crossentropy` choose their kind; `null` where a size is not known. */
export interface TargetShapes {
  readonly targetShape: readonly (number | null)[];
  readonly outputShape: readonly (number | null)[];
}

type AnyLoss = (options?: Readonly<Record<string, never>>) => Loss;

const known: ReadonlyMap<string, AnyLoss> = new Map<string, AnyLoss>([
  ['mean_squared_error', meanSquaredError],
  ['mean_absolute_error', meanAbsoluteError],
  ['mean_absolute_percentage_error', meanAbsolutePercentageError],
  ['mean_squared_logarithmic_error', meanSquaredLogarithmicError],
  ['binary_crossentropy', binaryCrossentropy],
  ['binary_focal_crossentropy', binaryFocalCrossentropy],
  ['categorical_crossentropy', categoricalCrossentropy],
  ['categorical_focal_crossentropy', categoricalFocalCrossentropy],
  ['sparse_categorical_crossentropy', sparseCategoricalCrossentropy],
  ['hinge', hinge],
  ['squared_hinge', squaredHinge],
  ['categorical_hinge', categoricalHinge],
  ['huber', huber],
  ['log_cosh', logCosh],
  ['kl_divergence', klDivergence],
  ['poisson', poisson],
  ['cosine_similarity', cosineSimilarity],
  ['dice', dice],
  ['tversky', tversky],
  ['circle', circle],
  ['categorical_generalized_cross_entropy', categoricalGeneralizedCrossEntropy],
]);

const aliases: ReadonlyMap<string, AnyLoss> = new Map<string, AnyLoss>([
  ['mse', meanSquaredError],
  ['mae', meanAbsoluteError],
  ['mape', meanAbsolutePercentageError],
  ['msle', meanSquaredLogarithmicError],
  ['bce', binaryCrossentropy],
  ['kld', klDivergence],
  ['kullback_leibler_divergence', klDivergence],
  ['huber_loss', huber],
]);

/**
 * The loss that `compile` was given.
 * @param where who asks
 * @param shapes needed for `'crossentropy'` and `'ce'`, which mean the binary, sparse or categorical one by shapes
 * @throws ArgumentError for an unknown name, or something that is no loss
 */
export function resolveLoss(where: string, value: LossLike, shapes?: TargetShapes): Loss {
  if (typeof value === 'string') {
    const chosen = isCrossentropy(value) && shapes ? `${targetKind(shapes)}_crossentropy` : value;
    return lookUp(where, 'loss', chosen, known, aliases)();
  }
  if (typeof value === 'function')
    return 'lossName' in value ? (value as unknown as AnyLoss)() : userLoss(value as UserLoss);
  if (typeof value === 'object' && value !== null && typeof value.perElement === 'function') return value;
  throw new ArgumentError(
    `${where}: the loss is ${value === null ? 'null' : `of type ${typeof value}`}. Give a name, a function (yTrue, yPred) => Tensor, or losses.huber({ delta: 2 }).`,
    {
      where,
      got: value,
    },
  );
}

type UserLoss = (yTrue: Tensor, yPred: Tensor) => Tensor;

function userLoss(fn: UserLoss): Loss {
  return { name: fn.name || 'loss', perElement: (yTrue, yPred) => fn(...squeezeOrExpand(yTrue, yPred)) };
}

function isCrossentropy(name: string): boolean {
  return ['crossentropy', 'ce'].includes(name.toLowerCase());
}

/** How targets stand to outputs, by Keras's rule. */
export function targetKind({
  targetShape,
  outputShape,
}: TargetShapes): 'binary' | 'sparse_categorical' | 'categorical' {
  if (outputShape.at(-1) === 1) return 'binary';
  return targetShape.length < outputShape.length || targetShape.at(-1) === 1 ? 'sparse_categorical' : 'categorical';
}

/** The loss in Keras 3's envelope. @throws ArgumentError for a user's function */
export function serializeLoss(loss: Loss): KerasEnvelope {
  const { className } = loss;
  if (className === undefined) {
    throw new ArgumentError(
      `loss '${loss.name}': a function of one's own cannot be written into a file. Compile again after loading.`,
      {
        where: loss.name,
      },
    );
  }
  return toEnvelope('keras.losses', className, loss.getConfig?.() ?? {});
}

/** How Keras writes a loss that is one of its functions. */
export interface KerasFunctionEnvelope {
  readonly class_name: 'function';
  /** The function's name. */
  readonly config: string;
}

/** The loss of a plain name or an envelope from a Keras file. @throws ArgumentError for an unknown one */
export function lossFromConfig(value: string | KerasEnvelope | KerasFunctionEnvelope): Loss {
  if (typeof value === 'string') return resolveLoss('lossFromConfig', value);
  if (typeof value.config === 'string') return resolveLoss('lossFromConfig', value.config);
  const make = lookUp('lossFromConfig', 'loss', value.class_name, known, aliases);
  return make(optionsFromConfig(value.config) as Readonly<Record<string, never>>);
}
