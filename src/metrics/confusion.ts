/**
 * Positives and negatives at many thresholds, in one pass: each prediction falls into the bucket of the thresholds that
 * it exceeds, and the state is the weight of true and of false targets in every bucket.
 */
import { ArgumentError, describeValue, optionsOf, ShapeError } from '../errors.ts';
import { checkSameShape, squeezeOrExpand } from '../losses/loss.ts';
import {
  add,
  argmax,
  clip,
  concat,
  floor,
  greater,
  mul,
  neg,
  notEqual,
  oneHot,
  reshape,
  scatterAdd,
  slice,
  sub,
  where as select,
} from '../ops/index.ts';
import { formatShape } from '../tensor/shape.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import { weightsLike } from './weights.ts';

/** What replaces predictions that are not among the top k. */
const LEFT_OUT = -1e10;

/** Where predictions become positive: above a threshold. */
export interface Thresholds {
  /** In ascending order. */
  readonly sorted: readonly number[];
  /** Position in `sorted` of each threshold as the user gave them. */
  readonly order: readonly number[];
  /** Whether they divide 0 to 1 evenly: buckets are then computed as Keras computes them. */
  readonly even: boolean;
  /** Whether the first is below 0 and the last above 1, so that all predictions exceed the first. */
  readonly open: boolean;
}

/** Which values count. */
export interface CountOptions {
  readonly topK?: number | undefined;
  readonly classId?: number | undefined;
  /** Counts for each value of the last axis on its own. */
  readonly multiLabel?: boolean;
  /** One weight per value of the last axis. */
  readonly labelWeights?: readonly number[] | undefined;
}

/** Counts at each threshold, threshold-major: entry `threshold * labels + label`. */
export interface Counts {
  readonly truePositives: Float64Array;
  readonly falsePositives: Float64Array;
  readonly trueNegatives: Float64Array;
  readonly falseNegatives: Float64Array;
  /** 1 unless labels are counted on their own. */
  readonly labels: number;
}

/** @throws ArgumentError for a threshold outside 0 to 1 */
export function thresholdsOf(where: string, given: number | readonly number[]): Thresholds {
  const list = typeof given === 'number' ? [given] : given;
  const wrong = list.find((one) => !(one >= 0 && one <= 1));
  if (list.length === 0 || wrong !== undefined) {
    throw new ArgumentError(
      `${where}: ${wrong === undefined ? 'the list of thresholds is empty' : `the threshold ${wrong} is not from 0 to 1`}. Give numbers from 0 to 1.`,
      { where, got: given },
    );
  }
  return sortThresholds(list);
}

/** Thresholds of any values. */
export function sortThresholds(list: readonly number[]): Thresholds {
  const positions = list.map((_, index) => index).sort((a, b) => (list[a] ?? 0) - (list[b] ?? 0));
  const order = new Array<number>(list.length);
  positions.forEach((position, rank) => (order[position] = rank));
  return { sorted: positions.map((position) => list[position] ?? 0), order, even: isEven(list), open: false };
}

/** More thresholds than any curve needs; each is state of the metric. */
const MAX_THRESHOLDS = 100_000;

/** `count` thresholds from 0 to 1; `open` moves the ends outwards by 1e-7, so that rounding loses no prediction. */
export function evenThresholds(count: number, open: boolean): Thresholds {
  if (count > MAX_THRESHOLDS) {
    throw new ArgumentError(`metrics: ${count} thresholds; at most ${MAX_THRESHOLDS} are kept.`, {
      where: 'metrics',
      got: count,
    });
  }
  const sorted = Array.from({ length: count }, (_, index) => index / (count - 1));
  return { sorted: open ? openEnds(sorted) : sorted, order: sorted.map((_, index) => index), even: true, open };
}

/** Thresholds between ends just below 0 and just above 1. @throws ArgumentError for one outside 0 to 1 */
export function enclosedThresholds(where: string, given: readonly number[]): Thresholds {
  const { sorted } = thresholdsOf(where, given);
  const closed = [0, ...sorted, 1];
  return { sorted: openEnds(closed), order: closed.map((_, index) => index), even: isEven(closed), open: true };
}

function openEnds(sorted: readonly number[]): number[] {
  return sorted.with(0, -1e-7).with(-1, 1 + 1e-7);
}

// The tolerances are those of Keras.
function isEven(list: readonly number[]): boolean {
  return (
    list.length >= 3 &&
    list.every((value, index) => {
      const expected = index / (list.length - 1);
      return Math.abs(value - expected) <= 1e-7 + 1e-5 * expected;
    })
  );
}

/**
 * The state of a batch: for each label the true weight of every bucket, then the same for the false ones.
 * @throws ShapeError when targets, predictions and weights do not fit; ArgumentError for a class or k out of range
 */
export function countState(
  where: string,
  yTrue: Tensor,
  yPred: Tensor,
  sampleWeight: Tensor | undefined,
  thresholds: Thresholds,
  options: CountOptions = {},
): Tensor {
  optionsOf('countState', options);
  let [predictions, targets] = squeezeOrExpand(yPred, yTrue);
  checkSameShape(where, targets, predictions);
  if (options.topK !== undefined) predictions = onlyTopK(where, predictions, options.topK);
  let weights = sampleWeight && weightsLike(where, sampleWeight, targets.shape);
  if (options.classId !== undefined) {
    const { classId } = options;
    checkClass(where, predictions, classId);
    [predictions, targets] = [oneClass(predictions, classId), oneClass(targets, classId)];
    weights &&= oneClass(weights, classId);
  }
  if (options.labelWeights && options.multiLabel !== true) {
    const labelWeights = labelWeightsFor(where, options.labelWeights, predictions);
    weights = mul(weights ?? 1, labelWeights);
  }
  const labels = options.multiLabel === true ? labelCount(where, predictions) : 1;
  const buckets = thresholds.sorted.length + 1;
  let index = bucketsOf(predictions, thresholds);
  if (labels > 1) index = add(index, tensor(Float32Array.from({ length: labels }, (_, label) => label * buckets)));
  const isTrue = notEqual(targets, 0);
  const ofTrue = weights ? mul(isTrue, weights) : isTrue;
  const isFalse = sub(1, isTrue);
  const ofFalse = weights ? mul(isFalse, weights) : isFalse;
  const flat = reshape(index, [-1]);
  const size = labels * buckets;
  return concat([
    scatterAdd(flat, reshape(ofTrue, [-1]), { size }),
    scatterAdd(flat, reshape(ofFalse, [-1]), { size }),
  ]);
}

/** The counts at each threshold, in the order in which the user gave them. An empty state is one of zeros. */
export function countsOf(state: Float64Array, { sorted, order }: Thresholds): Counts {
  const buckets = sorted.length + 1;
  const labels = Math.max(1, state.length / (2 * buckets));
  const counts = {
    truePositives: new Float64Array(sorted.length * labels),
    falsePositives: new Float64Array(sorted.length * labels),
    trueNegatives: new Float64Array(sorted.length * labels),
    falseNegatives: new Float64Array(sorted.length * labels),
    labels,
  };
  for (let label = 0; label < labels; label++) {
    const ofTrue = state.subarray(label * buckets, (label + 1) * buckets);
    const ofFalse = state.subarray((labels + label) * buckets, (labels + label + 1) * buckets);
    const { positives: truePositives, negatives: falseNegatives } = cumulate(ofTrue);
    const { positives: falsePositives, negatives: trueNegatives } = cumulate(ofFalse);
    order.forEach((rank, threshold) => {
      const entry = threshold * labels + label;
      counts.truePositives[entry] = truePositives[rank] ?? 0;
      counts.falsePositives[entry] = falsePositives[rank] ?? 0;
      counts.trueNegatives[entry] = trueNegatives[rank] ?? 0;
      counts.falseNegatives[entry] = falseNegatives[rank] ?? 0;
    });
  }
  return counts;
}

// Above threshold k are the buckets from k + 1 on; up to it, those before.
function cumulate(buckets: Float64Array): { positives: number[]; negatives: number[] } {
  const positives: number[] = [];
  const negatives: number[] = [];
  let above = 0;
  for (let bucket = buckets.length - 1; bucket > 0; bucket--) positives[bucket - 1] = above += buckets[bucket] ?? 0;
  let below = 0;
  for (let bucket = 0; bucket < buckets.length - 1; bucket++) negatives[bucket] = below += buckets[bucket] ?? 0;
  return { positives, negatives };
}

/** @internal a / b, and 0 where b is 0. */
export function ratio(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}

/** @internal Element by element `a / (a + b)`, 0 where both are 0. */
export function shares(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, index) => ratio(value, value + (b[index] ?? 0)));
}

// How many thresholds each prediction exceeds. A prediction that is NaN exceeds none.
function bucketsOf(predictions: Tensor, { sorted, even, open }: Thresholds): Tensor {
  if (!even) {
    return sorted
      .map((threshold) => greater(predictions, threshold))
      .reduce<Tensor>((count, exceeds) => add(count, exceeds), mul(greater(predictions, Infinity), 0));
  }
  const scaled = mul(clip(predictions, 0, 1), sorted.length - 1);
  const index = neg(floor(neg(scaled)));
  const least = open ? 1 : 0;
  return select(greater(index, least), index, least);
}

// Of equal predictions the first counts as larger.
function onlyTopK(where: string, predictions: Tensor, k: number): Tensor {
  const classes = predictions.shape.at(-1) ?? 0;
  if (predictions.rank === 0 || k > classes) {
    throw new ArgumentError(
      `${where}: topK is ${describeValue(k)}, but the predictions ${formatShape(predictions.shape)} have ${classes} classes.`,
      { where, got: k, expected: classes },
    );
  }
  let rest = predictions;
  let chosen: Tensor | undefined;
  for (let rank = 0; rank < k; rank++) {
    const next = oneHot(argmax(rest, { axis: -1 }), classes);
    rest = select(next, -Infinity, rest);
    chosen = chosen ? add(chosen, next) : next;
  }
  return select(chosen ?? 0, predictions, LEFT_OUT);
}

function checkClass(where: string, predictions: Tensor, classId: number): void {
  const classes = predictions.shape.at(-1) ?? 0;
  if (predictions.rank >= 2 && Number.isInteger(classId) && classId >= 0 && classId < classes) return;
  throw new ArgumentError(
    `${where}: classId is ${describeValue(classId)}, but the predictions have the shape ${formatShape(predictions.shape)}. ` +
      'Give a class of predictions [batch, ..., classes].',
    { where, got: classId, expected: predictions.shape },
  );
}

function oneClass(x: Tensor, classId: number): Tensor {
  return slice(x, [...new Array<number>(x.rank - 1).fill(0), classId], [...x.shape.slice(0, -1), 1]);
}

function labelCount(where: string, predictions: Tensor): number {
  const [, labels] = predictions.shape;
  if (predictions.rank === 2 && labels !== undefined) return labels;
  throw new ShapeError(
    `${where}: multiLabel needs predictions of the shape [batch, labels], not ${formatShape(predictions.shape)}.`,
    { where, got: predictions.shape },
  );
}

function labelWeightsFor(where: string, labelWeights: readonly number[], predictions: Tensor): Tensor {
  if (predictions.shape.at(-1) === labelWeights.length) return tensor([...labelWeights]);
  throw new ShapeError(
    `${where}: there are ${labelWeights.length} labelWeights for predictions of shape ${formatShape(predictions.shape)}. Give one per label.`,
    { where, got: labelWeights.length, expected: predictions.shape },
  );
}
