/** What a loss is, and how the losses of single samples become one number: Keras's reductions, weights and masks. */
import { ArgumentError, ShapeError } from '../errors.ts';
import { add, div, equal, expandDims, maximum, mul, reshape, squeeze, sum, where as select } from '../ops/index.ts';
import { formatShape, sameShape, sizeOf, type Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';

const REDUCTIONS = ['sum_over_batch_size', 'sum', 'mean', 'mean_with_sample_weight', 'none'] as const;

/**
 * How the losses of the samples are reduced: `sum_over_batch_size` and `mean` divide their sum by their number (with a
 * mask: by the number that it keeps), `mean_with_sample_weight` by the sum of the weights.
 */
export type Reduction = (typeof REDUCTIONS)[number];

/** A loss as models hold it. */
export interface Loss {
  /** Keras's name in snake_case, or that of the user's function. */
  readonly name: string;
  /** One loss per sample (and step): the last axis is reduced. Ranks that differ by an axis of size 1 are made equal. */
  perElement(yTrue: Tensor, yPred: Tensor): Tensor;
  /** Which samples count, 1 or 0, where the loss itself leaves some out. */
  readonly valid?: ((yTrue: Tensor, yPred: Tensor) => Tensor | undefined) | undefined;
  /** The targets are whole numbers: classes of the predictions' last axis, or any. Default: they are as the predictions. */
  readonly labels?: 'classes' | 'any' | undefined;
  /** A label that may stand outside the classes. */
  readonly ignoreClass?: number | undefined;
  /** Default `'sum_over_batch_size'`. */
  readonly reduction?: Reduction;
  /** Keras's class name, for files; undefined for a user's function. */
  readonly className?: string;
  /** The settings as Keras writes them. */
  getConfig?(): Readonly<Record<string, unknown>>;
}

/** What weighs and reduces the losses of samples. */
export interface ReduceOptions {
  /** One weight per sample, `[batch]`, or per loss. */
  readonly sampleWeight?: Tensor | undefined;
  /** 1 or 0 per loss: what is 0 does not count. */
  readonly mask?: Tensor | undefined;
  /** Default: the loss's own. */
  readonly reduction?: Reduction | undefined;
}

/** @throws ArgumentError for an unknown reduction */
export function checkReduction(where: string, reduction: Reduction): void {
  if (REDUCTIONS.includes(reduction)) return;
  throw new ArgumentError(`${where}: unknown reduction '${String(reduction)}'. Known: ${REDUCTIONS.join(', ')}.`, {
    where,
    got: reduction,
    expected: REDUCTIONS,
  });
}

/**
 * A loss applied to targets and predictions.
 * @returns a scalar; with the reduction `'none'` one loss per sample
 */
export function computeLoss(loss: Loss, yTrue: Tensor, yPred: Tensor, options: ReduceOptions = {}): Tensor {
  const values = loss.perElement(yTrue, yPred);
  const valid = loss.valid?.(yTrue, yPred);
  const mask = options.mask && valid ? mul(...sameRank(options.mask, valid)) : (options.mask ?? valid);
  return reduceLoss(values, options.sampleWeight, mask, options.reduction ?? loss.reduction);
}

/** Weighs and reduces losses: see `Reduction`. */
export function reduceLoss(
  values: Tensor,
  sampleWeight?: Tensor,
  mask?: Tensor,
  reduction: Reduction = 'sum_over_batch_size',
): Tensor {
  checkReduction('loss', reduction);
  const scale = reduction === 'mean' || reduction === 'sum_over_batch_size';
  const weights = mask ? maskedWeights(sampleWeight, scale ? rescaledMask(mask) : mask) : sampleWeight;
  const weighted = weights ? weighValues(values, weights) : values;
  if (reduction === 'none' || weighted.rank === 0) return weighted;
  const total = sum(weighted);
  if (reduction === 'sum') return total;
  if (reduction === 'mean_with_sample_weight' && weights) return divideOrZero(total, sum(weights));
  return div(total, Math.max(1, weighted.size));
}

/** @internal Weights times a mask; a weight per sample counts for all its steps. */
export function maskedWeights(sampleWeight: Tensor | undefined, mask: Tensor): Tensor {
  if (!sampleWeight) return mask;
  const [keep, weights] = sameRank(mask, sampleWeight);
  checkBroadcast('mask', weights, keep);
  return mul(weights, keep);
}

// Samples that count weigh total / valid, so that a later division by the total is one by the valid ones.
function rescaledMask(mask: Tensor): Tensor {
  return mul(mask, div(mask.size, maximum(sum(mask), 1)));
}

function weighValues(values: Tensor, sampleWeight: Tensor): Tensor {
  const [losses, weights] = sameRank(values, sampleWeight);
  checkBroadcast('sampleWeight', weights, losses);
  return mul(losses, weights);
}

function checkBroadcast(name: string, weights: Tensor, values: Tensor): void {
  // One loss for the whole batch is multiplied by every weight, as in Keras.
  if (values.rank === 0) return;
  const fits = weights.shape.every((length, axis) => length === 1 || length === values.shape[axis]);
  if (fits && weights.rank <= values.rank) return;
  throw new ShapeError(
    `loss: a ${name} of shape ${formatShape(weights.shape)} does not fit losses of shape ${formatShape(values.shape)}. ` +
      'Give one weight per sample, or one per loss.',
    { where: 'loss', got: weights.shape, expected: values.shape },
  );
}

/** @internal a / b, and 0 where b is 0. */
export function divideOrZero(a: Tensor, b: Tensor): Tensor {
  const isZero = equal(b, 0);
  return select(isZero, 0, div(a, add(b, isZero)));
}

/** @internal Keras's rank repair, and further axes of size 1 behind weights, so that they stretch over steps. */
function sameRank(values: Tensor, weights: Tensor): [values: Tensor, weights: Tensor] {
  const [a, b] = squeezeOrExpand(values, weights);
  return [a, b.rank < a.rank ? reshape(b, [...b.shape, ...new Array<number>(a.rank - b.rank).fill(1)]) : b];
}

/**
 * Makes two ranks equal that differ by one last axis of size 1: a vector gets the axis, anything else loses it.
 * Tensors whose ranks differ otherwise stay as they are.
 */
export function squeezeOrExpand(a: Tensor, b: Tensor): [a: Tensor, b: Tensor] {
  if (a.rank === b.rank + 1 && a.shape.at(-1) === 1)
    return b.rank === 1 ? [a, expandDims(b, -1)] : [squeeze(a, { axis: -1 }), b];
  if (b.rank === a.rank + 1 && b.shape.at(-1) === 1)
    return a.rank === 1 ? [expandDims(a, -1), b] : [a, squeeze(b, { axis: -1 })];
  return [a, b];
}

/** @internal @throws ShapeError unless targets and predictions have one shape: broadcasting them would hide a mistake. */
export function checkSameShape(where: string, yTrue: Tensor, yPred: Tensor): void {
  if (sameShape(yTrue.shape, yPred.shape)) return;
  throw new ShapeError(
    `${where}: the targets have the shape ${formatShape(yTrue.shape)}, the predictions ${formatShape(yPred.shape)}. They must be equal; ` +
      'only a last axis of size 1 may be missing. Check the units of the last layer and the shape of the targets.',
    { where, got: yTrue.shape, expected: yPred.shape },
  );
}

/** What `checkLabels` reads: a tensor, or any array with its shape. */
export interface LabelArray {
  readonly data: ArrayLike<number>;
  readonly shape: Shape;
}

/**
 * Checks on the host that the labels of a loss are classes, where it wants such; other losses take any targets.
 * @param labels whole numbers, `[batch, ...]`
 * @param outputShape the shape of the predictions, `[..., classes]`
 * @throws ArgumentError naming the position, the label and the number of classes
 */
export function checkLabels(
  loss: Pick<Loss, 'name' | 'labels' | 'ignoreClass'>,
  labels: LabelArray,
  outputShape: readonly (number | null)[],
): void {
  const { name: lossName, ignoreClass } = loss;
  const classes = outputShape.at(-1);
  if (loss.labels !== 'classes' || classes === undefined || classes === null) return;
  const { data, shape } = labels;
  for (let i = 0; i < data.length; i++) {
    const label = data[i] ?? NaN;
    if ((Number.isInteger(label) && label >= 0 && label < classes) || label === ignoreClass) continue;
    const position = shape.length < 2 ? String(i) : formatShape(positionOf(i, shape));
    throw new ArgumentError(
      `${lossName}: the label ${label} at position ${position} is not one of the ${classes} classes. ` +
        `Labels are whole numbers from 0 to ${classes - 1}; the last layer's units are the number of classes.`,
      { where: lossName, got: label, expected: classes },
    );
  }
}

function positionOf(index: number, shape: Shape): number[] {
  let rest = index;
  return shape.map((_, axis) => {
    const stride = sizeOf(shape.slice(axis + 1));
    const position = Math.floor(rest / stride);
    rest -= position * stride;
    return position;
  });
}
