/** The best value of one measure among the thresholds at which another one is high enough. */
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import { countsOf, countState, evenThresholds, shares, sortThresholds, type Counts } from './confusion.ts';
import { Metric, type MetricOptions } from './metric.ts';
import { checkIndex } from './precision-recall.ts';

export interface AtThresholdOptions extends MetricOptions {
  /** Number of thresholds from 0 to 1 that are tried. Default 200. */
  readonly numThresholds?: number | undefined;
  /** Only this class, an index of the last axis, counts. */
  readonly classId?: number | undefined;
}

type Measure = (counts: Counts) => Float64Array;

const precisions: Measure = (counts) => shares(counts.truePositives, counts.falsePositives);
const recalls: Measure = (counts) => shares(counts.truePositives, counts.falseNegatives);
const specificities: Measure = (counts) => shares(counts.trueNegatives, counts.falsePositives);

/** The best precision with at least this recall; 0 where no threshold gives it. @example metrics.precisionAtRecall(0.8) */
export function precisionAtRecall(recall: number, options: AtThresholdOptions = {}): Metric {
  optionsOf('precisionAtRecall', options);
  return bestAt('PrecisionAtRecall', 'precision_at_recall', { recall }, recalls, precisions, options);
}

/** The best recall with at least this precision; 0 where no threshold gives it. @example metrics.recallAtPrecision(0.8) */
export function recallAtPrecision(precision: number, options: AtThresholdOptions = {}): Metric {
  optionsOf('recallAtPrecision', options);
  return bestAt('RecallAtPrecision', 'recall_at_precision', { precision }, precisions, recalls, options);
}

/** The best share of found 1s with at least this share of found 0s; 0 where no threshold gives it. @example metrics.sensitivityAtSpecificity(0.5) */
export function sensitivityAtSpecificity(specificity: number, options: AtThresholdOptions = {}): Metric {
  optionsOf('sensitivityAtSpecificity', options);
  const name = 'sensitivity_at_specificity';
  return bestAt('SensitivityAtSpecificity', name, { specificity }, specificities, recalls, options);
}

/** The best share of found 0s with at least this share of found 1s; 0 where no threshold gives it. @example metrics.specificityAtSensitivity(0.5) */
export function specificityAtSensitivity(sensitivity: number, options: AtThresholdOptions = {}): Metric {
  optionsOf('specificityAtSensitivity', options);
  const name = 'specificity_at_sensitivity';
  return bestAt('SpecificityAtSensitivity', name, { sensitivity }, recalls, specificities, options);
}

function bestAt(
  className: string,
  name: string,
  required: Readonly<Record<string, number>>,
  constrained: Measure,
  wanted: Measure,
  { numThresholds = 200, classId, name: ownName }: AtThresholdOptions,
): Metric {
  const [[option, least] = ['value', NaN]] = Object.entries(required);
  if (!(typeof least === 'number' && least >= 0 && least <= 1)) {
    throw new ArgumentError(`${name}: the ${option} is ${describeValue(least)}. Give a number from 0 to 1.`, {
      where: name,
      got: least,
    });
  }
  checkIndex(name, 'numThresholds', numThresholds, 1);
  checkIndex(name, 'classId', classId, 0);
  const thresholds = numThresholds === 1 ? sortThresholds([0.5]) : evenThresholds(numThresholds, false);
  return new Metric({
    name: ownName ?? name,
    className,
    direction: 'max',
    config: { class_id: classId ?? null, num_thresholds: numThresholds, ...required },
    update: (yTrue, yPred, sampleWeight) => countState(name, yTrue, yPred, sampleWeight, thresholds, { classId }),
    finish(state) {
      const counts = countsOf(state, thresholds);
      const levels = constrained(counts);
      return wanted(counts).reduce(
        (best, value, index) => ((levels[index] ?? 0) >= least ? Math.max(best, value) : best),
        0,
      );
    },
  });
}
