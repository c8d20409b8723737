/** The confusion matrix: how often each class was predicted as each, and the scores that follow from it. */
import { ArgumentError, describeValue, optionsOf, ShapeError } from '../errors.ts';
import type { LabelArray } from '../losses/loss.ts';
import { formatShape } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { confusionPicture, type ConfusionPictureOptions } from './confusion-picture.ts';

export interface ConfusionMatrixOptions {
  /** Default: as many as `classes`, else one more than the largest label. */
  readonly numClasses?: number | undefined;
  /** Names of the classes, for pictures. Default their numbers. */
  readonly classes?: readonly string[] | undefined;
  /** One weight per sample. Default 1. */
  readonly weights?: LabelArray | undefined;
}

/** A tensor `[classes, classes]` of counts, true classes by row, with what is read from it. */
export class ConfusionMatrix extends Tensor {
  /** Names of the classes. */
  readonly classes: readonly string[];

  /** @internal Use `confusionMatrix()`. */
  constructor(counts: Float64Array, classes: readonly string[]) {
    super([classes.length, classes.length], Float32Array.from(counts), { wide: counts });
    this.classes = classes;
  }

  /** The share of the samples that were predicted as what they are; NaN without a sample. */
  get accuracy(): number {
    return sum(this.#diagonal) / sum(this.wide ?? []);
  }

  /** By class: the share of its predictions that are right; 0 for a class never predicted. */
  get precision(): readonly number[] {
    return this.#diagonal.map((right, column) => share(right, sum(this.#column(column))));
  }

  /** By class: the share of its samples that were found; 0 for a class without samples. */
  get recall(): readonly number[] {
    return this.#diagonal.map((right, row) => share(right, this.support[row] ?? 0));
  }

  /** By class: the harmonic mean of precision and recall. */
  get f1Score(): readonly number[] {
    const { precision, recall } = this;
    return precision.map((p, index) => share(2 * p * (recall[index] ?? 0), p + (recall[index] ?? 0)));
  }

  /** By class: the number (or weight) of its samples. */
  get support(): readonly number[] {
    return this.classes.map((_, row) => sum(this.#row(row)));
  }

  /**
   * The matrix as a picture: each cell as strong as its share of its row, right ones and mistakes in two colours.
   * @param options cellSize by the names and the number of classes, theme `'auto'`
   * @throws ArgumentError for a wrong option
   * @example writeFileSync('confusion.svg', confusionMatrix(labels, guesses, { classes: ['cat', 'dog'] }).toSvg());
   */
  toSvg(options?: ConfusionPictureOptions): string {
    const counts = this.classes.map((_, row) => [...this.#row(row)]);
    return confusionPicture({ counts, classes: this.classes, accuracy: this.accuracy }, options);
  }

  get #diagonal(): readonly number[] {
    return this.classes.map((_, index) => this.#row(index)[index] ?? 0);
  }

  #row(row: number): Float64Array {
    const size = this.classes.length;
    return (this.wide as Float64Array).subarray(row * size, (row + 1) * size);
  }

  #column(column: number): readonly number[] {
    return this.classes.map((_, row) => this.#row(row)[column] ?? 0);
  }
}

/**
 * Number (or weight) of the samples of each true class, by row, and predicted class, by column; the tensor also has
 * `accuracy`, `precision`, `recall`, `f1Score` and `toSvg()`.
 * @param yTrue `[samples]` or `[samples, 1]`: class numbers   @param yPred the same
 * @returns `[classes, classes]`
 * @throws ArgumentError for a label that is no class number; ShapeError unless there is one of each per sample
 * @example confusionMatrix(tensor([0, 1, 1]), tensor([0, 0, 1])) // [[1, 0], [1, 1]]
 */
export function confusionMatrix(
  yTrue: LabelArray,
  yPred: LabelArray,
  options: ConfusionMatrixOptions = {},
): ConfusionMatrix {
  optionsOf('confusionMatrix', options);
  const [targets, predictions] = [labelsOf('targets', yTrue), labelsOf('predictions', yPred)];
  const weights = options.weights && labelsOf('weights', options.weights);
  if (targets.length !== predictions.length || (weights && weights.length !== targets.length)) {
    throw new ShapeError(
      `confusionMatrix: ${targets.length} targets, ${predictions.length} predictions${weights ? ` and ${weights.length} weights` : ''}. Give one of each per sample.`,
      { where: 'confusionMatrix', got: predictions.length, expected: targets.length },
    );
  }
  checkNames(options.classes, options.numClasses);
  const classes =
    options.numClasses ?? options.classes?.length ?? 1 + Math.max(largestOf(targets), largestOf(predictions));
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
  return new ConfusionMatrix(counts, options.classes ?? Array.from({ length: classes }, (_, index) => String(index)));
}

function checkNames(names: unknown, count: number | undefined): void {
  if (names === undefined) return;
  const isList = Array.isArray(names) && names.every((name) => typeof name === 'string');
  if (isList && (count === undefined || count === names.length)) return;
  throw new ArgumentError(
    `confusionMatrix: classes is ${describeValue(names)}. Give the names of ${count === undefined ? 'the' : `all ${count}`} classes, in the order of their numbers.`,
    { where: 'confusionMatrix', got: names, expected: count },
  );
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
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
