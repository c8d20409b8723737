/** defineLoss: a loss is its formula over the last axis; calling conventions and reduction come from here. */
import { checkFunction } from '../errors.ts';
import { asTensor, type TensorLike } from '../ops/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import {
  checkReduction,
  checkSameShape,
  computeLoss,
  squeezeOrExpand,
  type Loss,
  type ReduceOptions,
  type Reduction,
} from './loss.ts';

/** Options that all losses share when they are made for `compile`. */
export interface LossOptions {
  /** Default `'sum_over_batch_size'`. */
  readonly reduction?: Reduction | undefined;
  /** The name in files; default Keras's. */
  readonly name?: string | undefined;
}

/**
 * A loss as a function: of targets and predictions it gives a scalar (or one loss per sample, with the reduction
 * `'none'`); of options alone it gives a `Loss` for `compile`.
 */
export interface LossFunction<Options extends object = object> {
  (yTrue: TensorLike, yPred: TensorLike, options?: Options & ReduceOptions): Tensor;
  (options?: Options & LossOptions): Loss;
  /** Keras's name in snake_case. */
  readonly lossName: string;
}

/** The definition of a loss. */
export interface LossDefinition<Options extends object> {
  readonly name: string;
  readonly className: string;
  /** Refuses options out of range. */
  readonly check?: (options: Options) => void;
  /** One loss per sample (and step): reduces the last axis, or the one that an option names. */
  readonly perElement: (yTrue: Tensor, yPred: Tensor, options: Options) => Tensor;
  /** Which of them count, 1 or 0, where the loss leaves some out. */
  readonly valid?: (yTrue: Tensor, yPred: Tensor, options: Options) => Tensor | undefined;
  /** Targets are labels; otherwise targets and predictions must have one shape after the rank repair. */
  readonly labels?: Loss['labels'];
  /** The options as Keras writes them, beside name and reduction. */
  readonly toConfig?: (options: Options) => Readonly<Record<string, unknown>>;
  /** Keras's default name where it differs from the function's. */
  readonly configName?: string;
}

/** Makes a loss of its definition. */
export function defineLoss<Options extends object>(definition: LossDefinition<Options>): LossFunction<Options> {
  checkFunction('defineLoss', 'perElement', (definition as LossDefinition<Options> | undefined)?.perElement);
  const { name, className, toConfig, configName = name } = definition;
  const make = (options: Options & LossOptions): Loss => {
    const { reduction = 'sum_over_batch_size' } = options;
    checkReduction(name, reduction);
    definition.check?.(options);
    const { valid } = definition;
    return {
      name,
      className,
      reduction,
      labels: definition.labels,
      ignoreClass: (options as { readonly ignoreClass?: number }).ignoreClass,
      perElement(yTrue, yPred) {
        const [targets, predictions] = squeezeOrExpand(yTrue, yPred);
        if (definition.labels === undefined) checkSameShape(name, targets, predictions);
        return definition.perElement(targets, predictions, options);
      },
      valid: valid && ((yTrue, yPred) => valid(...squeezeOrExpand(yTrue, yPred), options)),
      getConfig: () => ({ name: options.name ?? configName, reduction, ...toConfig?.(options) }),
    };
  };
  const loss = (first?: unknown, second?: unknown, options?: Options & ReduceOptions): Tensor | Loss => {
    if (second === undefined) return make((first ?? {}) as Options);
    const [yTrue, yPred] = [asTensor(first as TensorLike, name), asTensor(second as TensorLike, name)];
    return computeLoss(make(options ?? ({} as Options)), yTrue, yPred, options);
  };
  return Object.defineProperty(Object.assign(loss, { lossName: name }), 'name', {
    value: name,
  }) as LossFunction<Options>;
}
