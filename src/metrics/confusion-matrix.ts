/** The confusion matrix: how often each class was predicted as each. */
import { ArgumentError, describeValue, optionsOf, ShapeError } from '../errors.ts';
import type { LabelArray } from '../losses/loss.ts';
import { formatShape } from '../tensor/shape.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';

export interface ConfusionMatrixOptions {
  /** Default: one more than the largest label. */
  readonly numClasses?: number | undefined;
  /** One weight per sample. Default 1. */
  readonly weights?: LabelArray | undefined;
}

/**
 * Number (or weight) of the samples of each true class, by row, and predicted class, by column.
 * @param yTrue `[samples]` or `[samples, 1]`: class numbers   @param yPred the same
 * @returns `[classes, classes]`
 * @throws ArgumentError for a label that is no class number; ShapeError unless there is one of each per sample
 * @example confusionMatrix(tensor([0, 1, 1]), tensor([0, 0, 1])) // [[1, 0], [1, 1]]
 */
export function confusionMatrix(yTrue: LabelArray, yPred: LabelArray, options: ConfusionMatrixOptions = {}): Tensor {
  optionsOf('confusionMatrix', options);
  const [targets, predictions] = [labelsOf('targets', yTrue), labelsOf('predictions', yPred)];
  const weights = options.weights && labelsOf('weights', options.weights);
  if (targets.length !== predictions.length || (weights && weights.length !== targets.length)) {
    throw new ShapeError(
      `confusionMatrix: ${targets.length} targets, ${predictions.length} predictions${weights ? ` and ${weights.length} weights` : ''}. Give one of each per sample.`,
      { where: 'confusionMatrix', got: predictions.length, expected: targets.length },
    );
  }
  const classes = options.numClasses ?? 1 + Math.max(largestOf(targets), largestOf(predictions));
  if (!Number.isInteger(classes) || classes < 0) {
    throw new ArgumentError(
      `confusionMatrix: numClasses is ${describeValue(classes)}. Give a whole number, or labels that are whole numbers.`,
      { where: 'confusionMatrix', got: classes },
    );
  }
  const counts = new Float64Array(classes * classes);
  for (let sample = 0; sample < targets.length; sample++) {
    const row = classAt('targets', targets, sample, classes);
    const cell = row * classes + classAt('predictions', predictions, sample, classes);
    counts[cell] = (counts[cell] ?? 0) + (weights ? (weights[sample] ?? NaN) : 1);
  }
  return tensor(counts, [classes, classes]);
}

function labelsOf(what: string, given: LabelArray): ArrayLike<number> {
  const { data, shape } = given ?? {};
  if (data !== undefined && Array.isArray(shape) && (shape.length === 1 || (shape.length === 2 && shape[1] === 1)))
    return data;
  throw new ShapeError(
    `confusionMatrix: the ${what} ${Array.isArray(shape) ? `have the shape ${formatShape(shape)}` : 'are no tensor'}. Give a tensor of the shape [samples]; for probabilities take argmax first.`,
    { where: 'confusionMatrix', got: shape },
  );
}

function largestOf(labels: ArrayLike<number>): number {
  let largest = -1;
  for (let sample = 0; sample < labels.length; sample++) largest = Math.max(largest, labels[sample] ?? NaN);
  return largest;
}

function classAt(what: string, labels: ArrayLike<number>, sample: number, classes: number): number {
  const label = labels[sample] ?? NaN;
  if (Number.isInteger(label) && label >= 0 && label < classes) return label;
  throw new ArgumentError(
    `confusionMatrix: the label ${label} at position ${sample} of the ${what} is not one of the ${classes} classes. Labels are whole numbers from 0 to ${classes - 1}.`,
    { where: 'confusionMatrix', got: label, expected: classes },
  );
}
