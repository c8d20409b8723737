/** Area under the ROC, precision-recall or precision-recall-gain curve, by thresholds. */
import { log } from '../../kernels/math.ts';
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import { sigmoid } from '../ops/index.ts';
import { countsOf, countState, enclosedThresholds, evenThresholds, ratio, shares, type Counts } from './confusion.ts';
import { Metric, type MetricOptions } from './metric.ts';

const CURVES = ['ROC', 'PR', 'PRGAIN'] as const;
const METHODS = ['interpolation', 'minoring', 'majoring'] as const;

export type AucCurve = (typeof CURVES)[number];
export type AucSummation = (typeof METHODS)[number];

export interface AucOptions extends MetricOptions {
  /** Number of thresholds from 0 to 1, at least 2. Default 200. */
  readonly numThresholds?: number | undefined;
  /** Default `'ROC'`. */
  readonly curve?: AucCurve | Lowercase<AucCurve> | undefined;
  /** Whether steps of the curve are cut across (or, for PR, interpolated by counts), or counted by their lower or upper end. Default `'interpolation'`. */
  readonly summationMethod?: AucSummation | undefined;
  /** Instead of `numThresholds`: numbers from 0 to 1; ends just outside of 0 and 1 are added. */
  readonly thresholds?: readonly number[] | undefined;
  /** The mean of one area per column of predictions `[batch, labels]`, instead of one area over all values. Default false. */
  readonly multiLabel?: boolean | undefined;
  /** Number of labels, with `multiLabel`; default that of the data. */
  readonly numLabels?: number | undefined;
  /** One weight per label. */
  readonly labelWeights?: readonly number[] | undefined;
  /** Whether the predictions are logits, not probabilities. Default false. */
  readonly fromLogits?: boolean | undefined;
}

/**
 * Area under a curve of the shares of positives over all thresholds: 1 where some threshold separates the classes, ½ for
 * a guess (ROC). Predictions are probabilities from 0 to 1.
 * @throws ArgumentError for fewer than 2 thresholds, one outside 0 to 1, an unknown curve or method, `numLabels` without `multiLabel`
 * @example const m = metrics.auc(); m.updateState(tensor([0, 1]), tensor([0.2, 0.9])); m.result() // 1
 */
export function auc(options: AucOptions = {}): Metric {
  optionsOf('auc', options);
  const { numThresholds = 200, multiLabel = false, numLabels, labelWeights, fromLogits = false } = options;
  const curve = oneOf('curve', (options.curve ?? 'ROC').toUpperCase(), CURVES);
  const method = oneOf('summationMethod', (options.summationMethod ?? 'interpolation').toLowerCase(), METHODS);
  if (options.thresholds === undefined && !(Number.isInteger(numThresholds) && numThresholds > 1)) {
    throw refuse(`numThresholds is ${describeValue(numThresholds)}. Give a whole number above 1`, numThresholds);
  }
  if (numLabels && !multiLabel) throw refuse('numLabels is for multiLabel only. Leave it out', numLabels);
  const thresholds = options.thresholds
    ? enclosedThresholds('auc', options.thresholds)
    : evenThresholds(numThresholds, true);
  return new Metric({
    name: options.name ?? 'auc',
    className: 'AUC',
    direction: 'max',
    config: {
      num_thresholds: thresholds.sorted.length,
      curve,
      summation_method: method,
      multi_label: multiLabel,
      num_labels: numLabels ?? null,
      label_weights: labelWeights ?? null,
      from_logits: fromLogits,
      ...(options.thresholds ? { thresholds: thresholds.sorted.slice(1, -1) } : {}),
    },
    update(yTrue, yPred, sampleWeight) {
      const labels = yPred.shape.at(-1);
      if (multiLabel && numLabels && labels !== numLabels) {
        throw refuse(
          `numLabels is ${describeValue(numLabels)}, the predictions have ${labels} labels. They must be equal`,
          labels,
        );
      }
      const predictions = fromLogits ? sigmoid(yPred) : yPred;
      return countState('auc', yTrue, predictions, sampleWeight, thresholds, { multiLabel, labelWeights });
    },
    finish(state) {
      const counts = countsOf(state, thresholds);
      const areas =
        curve === 'PR' && method === 'interpolation' ? interpolatedAreas(counts) : areasOf(counts, curve, method);
      if (!multiLabel || !labelWeights) return areas.reduce((total, area) => total + area, 0) / areas.length;
      const weighted = areas.reduce((total, area, label) => total + area * (labelWeights[label] ?? 0), 0);
      return ratio(
        weighted,
        labelWeights.reduce((total, weight) => total + weight, 0),
      );
    },
  });
}

// One area per label: what is under each step from one threshold to the next.
function areasOf(counts: Counts, curve: AucCurve, method: AucSummation): number[] {
  const [x, y] = pointsOf(counts, curve);
  return sumOverSteps(counts, (here, next) => {
    const [a, b] = [y[here] ?? 0, y[next] ?? 0];
    const height = method === 'interpolation' ? (a + b) / 2 : method === 'minoring' ? Math.min(a, b) : Math.max(a, b);
    return ((x[here] ?? 0) - (x[next] ?? 0)) * height;
  });
}

function pointsOf(counts: Counts, curve: AucCurve): [x: Float64Array, y: Float64Array] {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = counts;
  const recalls = shares(truePositives, falseNegatives);
  if (curve === 'ROC') return [shares(falsePositives, trueNegatives), recalls];
  if (curve === 'PR') return [recalls, shares(truePositives, falsePositives)];
  // Gains, as Flach and Kull define them (Precision-Recall-Gain curves, 2015), with Keras's limits where they diverge.
  const gain = (missed: Float64Array, without: number): Float64Array =>
    truePositives.map((found, index) => {
      if (found === 0) return without;
      const [falseNegative, trueNegative] = [falseNegatives[index] ?? 0, trueNegatives[index] ?? 0];
      const odds = ratio(found + falseNegative, trueNegative + (falsePositives[index] ?? 0));
      return 1 - odds * ((missed[index] ?? 0) / found);
    });
  return [gain(falseNegatives, 0).map((value) => Math.max(0, value)), gain(falsePositives, 1)];
}

// Between two thresholds true and all positives are on a line, not their ratio (Davis and Goadrich, 2006).
function interpolatedAreas({ truePositives, falsePositives, falseNegatives, ...counts }: Counts): number[] {
  const all = truePositives.map((value, index) => value + (falsePositives[index] ?? 0));
  return sumOverSteps({ truePositives, labels: counts.labels }, (here, next) => {
    const [found, positives] = [truePositives[next] ?? 0, all[next] ?? 0];
    const more = (truePositives[here] ?? 0) - found;
    const slope = ratio(more, Math.max((all[here] ?? 0) - positives, 0));
    const intercept = found - slope * positives;
    const growth = (all[here] ?? 0) > 0 && positives > 0 ? (all[here] ?? 0) / positives : 1;
    return ratio(slope * (more + intercept * log(growth)), Math.max(found + (falseNegatives[next] ?? 0), 0));
  });
}

function sumOverSteps(
  { truePositives, labels }: Pick<Counts, 'truePositives' | 'labels'>,
  step: (here: number, next: number) => number,
): number[] {
  const steps = truePositives.length / labels - 1;
  return Array.from({ length: labels }, (_, label) => {
    let total = 0;
    for (let index = 0; index < steps; index++) total += step(index * labels + label, (index + 1) * labels + label);
    return total;
  });
}

function oneOf<Value extends string>(option: string, value: string, known: readonly Value[]): Value {
  if ((known as readonly string[]).includes(value)) return value as Value;
  throw refuse(`unknown ${option} '${value}'. Known: ${known.join(', ')}`, value);
}

function refuse(rule: string, got: unknown): ArgumentError {
  return new ArgumentError(`auc: ${rule}.`, { where: 'auc', got });
}
