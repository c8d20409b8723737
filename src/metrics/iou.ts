/** Intersection over union of classes, from a confusion matrix. */
import { ArgumentError, describeValue, optionsOf, ShapeError } from '../errors.ts';
import {
  add,
  argmax,
  floor,
  greaterEqual,
  less,
  mul,
  neg,
  notEqual,
  reshape,
  scatterAdd,
  where as select,
} from '../ops/index.ts';
import { formatShape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Metric, type MetricOptions } from './metric.ts';
import { weightsLike } from './weights.ts';

const EPSILON = 1e-7;

export interface IoUOptions extends MetricOptions {
  /** A target whose samples do not count. */
  readonly ignoreClass?: number | undefined;
  /** Whether targets are class numbers; otherwise the class is that of the largest value. Default true. */
  readonly sparseYTrue?: boolean | undefined;
  /** Whether predictions are class numbers; otherwise the class is that of the largest value. Default true. */
  readonly sparseYPred?: boolean | undefined;
  /** The axis of the classes where they are not class numbers. Default -1. */
  readonly axis?: number | undefined;
}

export interface OneHotIoUOptions extends MetricOptions {
  /** A target whose samples do not count. */
  readonly ignoreClass?: number | undefined;
  /** Whether predictions are class numbers; otherwise the class is that of the largest value. Default false. */
  readonly sparseYPred?: boolean | undefined;
  /** The axis of the classes. Default -1. */
  readonly axis?: number | undefined;
}

export interface BinaryIoUOptions extends MetricOptions {
  /** The classes whose mean is taken. Default 0 and 1. */
  readonly targetClassIds?: readonly number[] | undefined;
  /** A prediction of at least it means 1. Default 0.5. */
  readonly threshold?: number | undefined;
}

/**
 * Mean over some classes of `TP / (TP + FP + FN)`, classes that never occur left out. Targets and predictions are class
 * numbers of any shape; those outside the classes do not count. Weights are cut to whole numbers, as in Keras.
 * @throws ArgumentError for a number of classes below 1 or a class outside of them
 * @example const m = metrics.iou(2, [0]); m.updateState(tensor([0, 0, 1, 1]), tensor([0, 1, 0, 1])); m.result() // 0.3333332888888937
 */
export function iou(numClasses: number, targetClassIds: readonly number[], options: IoUOptions = {}): Metric {
  optionsOf('iou', options);
  const { ignoreClass, sparseYTrue = true, sparseYPred = true, axis = -1 } = options;
  return iouMetric('IoU', 'io_u', numClasses, targetClassIds, options, {
    num_classes: numClasses,
    target_class_ids: targetClassIds,
    ignore_class: ignoreClass ?? null,
    sparse_y_true: sparseYTrue,
    sparse_y_pred: sparseYPred,
    axis,
  });
}

/** Mean over all classes of their intersection over union: see `iou`. @example metrics.meanIoU(3) */
export function meanIoU(numClasses: number, options: IoUOptions = {}): Metric {
  checkCount('mean_io_u', numClasses);
  optionsOf('meanIoU', options);
  const { ignoreClass, sparseYTrue = true, sparseYPred = true, axis = -1 } = options;
  return iouMetric('MeanIoU', 'mean_io_u', numClasses, allClasses(numClasses), options, {
    num_classes: numClasses,
    ignore_class: ignoreClass ?? null,
    sparse_y_true: sparseYTrue,
    sparse_y_pred: sparseYPred,
    axis,
  });
}

/** Intersection over union of some classes for one-hot targets and predictions `[batch, ..., classes]`: see `iou`. @example metrics.oneHotIoU(3, [0, 2]) */
export function oneHotIoU(
  numClasses: number,
  targetClassIds: readonly number[],
  options: OneHotIoUOptions = {},
): Metric {
  optionsOf('oneHotIoU', options);
  const { ignoreClass, sparseYPred = false, axis = -1 } = options;
  const settings = { ...options, sparseYTrue: false, sparseYPred };
  return iouMetric('OneHotIoU', 'one_hot_io_u', numClasses, targetClassIds, settings, {
    num_classes: numClasses,
    target_class_ids: targetClassIds,
    ignore_class: ignoreClass ?? null,
    sparse_y_pred: sparseYPred,
    axis,
  });
}

/** Intersection over union of all classes for one-hot targets and predictions `[batch, ..., classes]`: see `iou`. @example metrics.oneHotMeanIoU(3) */
export function oneHotMeanIoU(numClasses: number, options: OneHotIoUOptions = {}): Metric {
  checkCount('one_hot_mean_io_u', numClasses);
  optionsOf('oneHotMeanIoU', options);
  const { ignoreClass, sparseYPred = false, axis = -1 } = options;
  const settings = { ...options, sparseYTrue: false, sparseYPred };
  return iouMetric('OneHotMeanIoU', 'one_hot_mean_io_u', numClasses, allClasses(numClasses), settings, {
    num_classes: numClasses,
    ignore_class: ignoreClass ?? null,
    sparse_y_pred: sparseYPred,
    axis,
  });
}

/** Intersection over union of the classes 0 and 1, for probabilities: see `iou`. @example metrics.binaryIoU({ targetClassIds: [1] }) */
export function binaryIoU(options: BinaryIoUOptions = {}): Metric {
  optionsOf('binaryIoU', options);
  const { targetClassIds = [0, 1], threshold = 0.5, name } = options;
  const config = { target_class_ids: targetClassIds, threshold };
  if (!Number.isFinite(threshold)) {
    throw new ArgumentError(`binary_io_u: the threshold is ${describeValue(threshold)}. Give a finite number.`, {
      where: 'binary_io_u',
      got: threshold,
    });
  }
  return iouMetric('BinaryIoU', 'binary_io_u', 2, targetClassIds, { name }, config, (yPred) =>
    greaterEqual(yPred, threshold),
  );
}

function iouMetric(
  className: string,
  name: string,
  numClasses: number,
  targetClassIds: readonly number[],
  options: IoUOptions,
  config: Readonly<Record<string, unknown>>,
  classesOf: (yPred: Tensor) => Tensor = (yPred) => yPred,
): Metric {
  checkClasses(name, numClasses, targetClassIds);
  const { ignoreClass, sparseYTrue = true, sparseYPred = true, axis = -1 } = options;
  return new Metric({
    name: options.name ?? name,
    className,
    direction: 'max',
    config: { dtype: 'int32', ...config },
    update(yTrue, yPred, sampleWeight) {
      const targets = flatClasses(sparseYTrue ? yTrue : argmax(yTrue, { axis }));
      const predictions = flatClasses(sparseYPred ? classesOf(yPred) : argmax(yPred, { axis }));
      if (targets.size !== predictions.size) {
        throw new ShapeError(
          `${name}: ${targets.size} targets for ${predictions.size} predictions (shapes ${formatShape(yTrue.shape)} and ${formatShape(yPred.shape)}). Give one of each.`,
          { where: name, got: yTrue.shape, expected: yPred.shape },
        );
      }
      const known = mul(within(targets, numClasses), within(predictions, numClasses));
      const counted = ignoreClass === undefined ? known : mul(known, notEqual(targets, ignoreClass));
      const cells = add(mul(select(counted, targets, 0), numClasses), select(counted, predictions, 0));
      const spread =
        sampleWeight &&
        reshape(truncated(weightsLike(name, sampleWeight, sparseYTrue ? yTrue.shape : argmaxShape(yTrue, axis))), [-1]);
      return scatterAdd(cells, spread ? select(counted, spread, 0) : counted, { size: numClasses * numClasses });
    },
    finish: (state) => meanOfClasses(state, numClasses, targetClassIds),
  });
}

// The state: row-major, targets by predictions.
function meanOfClasses(state: Float64Array, numClasses: number, classes: readonly number[]): number {
  let [total, present] = [0, 0];
  for (const one of classes) {
    const own = state[one * numClasses + one] ?? 0;
    let union = -own;
    for (let other = 0; other < numClasses; other++) {
      union += (state[one * numClasses + other] ?? 0) + (state[other * numClasses + one] ?? 0);
    }
    if (!(union > 1e-9)) continue;
    total += own / (union + EPSILON);
    present++;
  }
  return total / (present + EPSILON);
}

// Whole numbers, cut towards 0 as Keras's integers are.
function flatClasses(x: Tensor): Tensor {
  return reshape(truncated(x), [-1]);
}

function truncated(x: Tensor): Tensor {
  return select(less(x, 0), neg(floor(neg(x))), floor(x));
}

function within(x: Tensor, numClasses: number): Tensor {
  return mul(greaterEqual(x, 0), less(x, numClasses));
}

function argmaxShape(x: Tensor, axis: number): readonly number[] {
  return x.shape.toSpliced(axis, 1);
}

function allClasses(numClasses: number): number[] {
  return Number.isInteger(numClasses) && numClasses > 0 ? Array.from({ length: numClasses }, (_, index) => index) : [0];
}

function checkClasses(where: string, numClasses: number, classes: readonly number[]): void {
  if (!Number.isInteger(numClasses) || numClasses < 1) {
    throw new ArgumentError(
      `${where}: numClasses is ${describeValue(numClasses)}. Give a whole number of at least 1.`,
      {
        where,
        got: numClasses,
      },
    );
  }
  const wrong = Array.isArray(classes)
    ? classes.find((one) => !(Number.isInteger(one) && one >= 0 && one < numClasses))
    : classes;
  if (Array.isArray(classes) && classes.length > 0 && wrong === undefined) return;
  const given: unknown = classes;
  const shown = Array.isArray(given) ? `[${given.map(describeValue).join(', ')}]` : describeValue(given);
  throw new ArgumentError(`${where}: targetClassIds is ${shown}. Give a list of classes from 0 to ${numClasses - 1}.`, {
    where,
    got: classes,
    expected: numClasses,
  });
}

// Each pair of classes is a number of the metric's state.
function checkCount(where: string, numClasses: unknown): void {
  if (Number.isInteger(numClasses) && (numClasses as number) >= 1 && (numClasses as number) <= 10_000) return;
  throw new ArgumentError(
    `${where}: numClasses is ${describeValue(numClasses)}. Give a whole number from 1 to 10000.`,
    {
      where,
      got: numClasses,
    },
  );
}
