/** Metrics by name, as functions, and from Keras's files; and which way each of them improves. */
import { ArgumentError } from '../errors.ts';
import type { Loss } from '../losses/loss.ts';
import { targetKind, type TargetShapes } from '../losses/resolve.ts';
import { lookUp, optionsFromConfig, toEnvelope, type KerasEnvelope } from '../names.ts';
import type { Tensor } from '../tensor/tensor.ts';
import {
  accuracy,
  binaryAccuracy,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  topKCategoricalAccuracy,
} from './accuracy.ts';
import {
  precisionAtRecall,
  recallAtPrecision,
  sensitivityAtSpecificity,
  specificityAtSensitivity,
} from './at-threshold.ts';
import { auc } from './auc.ts';
import { concordanceCorrelation, pearsonCorrelation } from './correlation.ts';
import { f1Score, fBetaScore } from './f-score.ts';
import { binaryIoU, iou, meanIoU, oneHotIoU, oneHotMeanIoU } from './iou.ts';
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  categoricalHinge,
  cosineSimilarity,
  hinge,
  klDivergence,
  logCoshError,
  lossMetric,
  mean,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
  rootMeanSquaredError,
  sparseCategoricalCrossentropy,
  squaredHinge,
  sum,
} from './loss-metrics.ts';
import {
  defineMetric,
  meanMetric,
  Metric,
  type MetricDefinition,
  type MetricDirection,
  type MetricOptions,
} from './metric.ts';
import { falseNegatives, falsePositives, precision, recall, trueNegatives, truePositives } from './precision-recall.ts';
import { r2Score } from './r2-score.ts';

/** What `compile` takes as a metric: a name, a `Metric`, one of the loss functions, or a function of the user's. */
export type MetricLike =
  | string
  | Metric
  | MetricDefinition
  | { (options?: never): Loss; readonly lossName: string }
  | ((yTrue: Tensor, yPred: Tensor) => Tensor);

type MetricMaker = (options?: MetricOptions) => Metric;

/** Options of the metrics that cannot do without some. */
interface Required {
  readonly recall: number;
  readonly precision: number;
  readonly specificity: number;
  readonly sensitivity: number;
  readonly numClasses: number;
  readonly targetClassIds: readonly number[];
}

// As a maker of options alone; what is missing is refused by the metric itself.
function required<Options extends MetricOptions>(make: (options: Options & Required) => Metric): MetricMaker {
  return (options) => make((options ?? {}) as Options & Required);
}

const known: ReadonlyMap<string, MetricMaker> = new Map<string, MetricMaker>([
  ['accuracy', accuracy],
  ['binary_accuracy', binaryAccuracy],
  ['categorical_accuracy', categoricalAccuracy],
  ['sparse_categorical_accuracy', sparseCategoricalAccuracy],
  ['top_k_categorical_accuracy', topKCategoricalAccuracy],
  ['sparse_top_k_categorical_accuracy', sparseTopKCategoricalAccuracy],
  ['mean_squared_error', meanSquaredError],
  ['root_mean_squared_error', rootMeanSquaredError],
  ['mean_absolute_error', meanAbsoluteError],
  ['mean_absolute_percentage_error', meanAbsolutePercentageError],
  ['mean_squared_logarithmic_error', meanSquaredLogarithmicError],
  ['cosine_similarity', cosineSimilarity],
  ['binary_crossentropy', binaryCrossentropy],
  ['categorical_crossentropy', categoricalCrossentropy],
  ['sparse_categorical_crossentropy', sparseCategoricalCrossentropy],
  ['kl_divergence', klDivergence],
  ['poisson', poisson],
  ['hinge', hinge],
  ['squared_hinge', squaredHinge],
  ['categorical_hinge', categoricalHinge],
  ['log_cosh_error', logCoshError],
  ['r2_score', r2Score],
  ['pearson_correlation', pearsonCorrelation],
  ['concordance_correlation', concordanceCorrelation],
  ['auc', auc],
  ['precision', precision],
  ['recall', recall],
  ['true_positives', truePositives],
  ['true_negatives', trueNegatives],
  ['false_positives', falsePositives],
  ['false_negatives', falseNegatives],
  ['precision_at_recall', /* @__PURE__ */ required((options) => precisionAtRecall(options.recall, options))],
  ['recall_at_precision', /* @__PURE__ */ required((options) => recallAtPrecision(options.precision, options))],
  [
    'sensitivity_at_specificity',
    /* @__PURE__ */ required((options) => sensitivityAtSpecificity(options.specificity, options)),
  ],
  [
    'specificity_at_sensitivity',
    /* @__PURE__ */ required((options) => specificityAtSensitivity(options.sensitivity, options)),
  ],
  ['f1_score', f1Score],
  ['f_beta_score', fBetaScore],
  ['io_u', /* @__PURE__ */ required((options) => iou(options.numClasses, options.targetClassIds, options))],
  ['mean_io_u', /* @__PURE__ */ required((options) => meanIoU(options.numClasses, options))],
  ['binary_io_u', binaryIoU],
  [
    'one_hot_io_u',
    /* @__PURE__ */ required((options) => oneHotIoU(options.numClasses, options.targetClassIds, options)),
  ],
  ['one_hot_mean_io_u', /* @__PURE__ */ required((options) => oneHotMeanIoU(options.numClasses, options))],
  ['mean', mean],
  ['sum', sum],
]);

const aliases: ReadonlyMap<string, MetricMaker> = new Map<string, MetricMaker>([
  ['acc', accuracy],
  ['mse', meanSquaredError],
  ['rmse', rootMeanSquaredError],
  ['mae', meanAbsoluteError],
  ['mape', meanAbsolutePercentageError],
  ['msle', meanSquaredLogarithmicError],
  ['bce', binaryCrossentropy],
  ['kld', klDivergence],
  ['log_cosh', logCoshError],
]);

/**
 * The metric that `compile` was given; a name stays as the user spelled it: `'acc'` is logged as `acc`.
 * @param where who asks
 * @param shapes by which `accuracy`, `acc`, `crossentropy` and `ce` choose the binary, sparse or categorical kind
 * @throws ArgumentError for an unknown name, or something that is no metric
 */
export function resolveMetric(where: string, value: MetricLike, shapes: TargetShapes): Metric {
  if (typeof value === 'string') {
    const name = value.toLowerCase();
    const chosen =
      name === 'accuracy' || name === 'acc'
        ? `${targetKind(shapes)}_accuracy`
        : name === 'crossentropy' || name === 'ce'
          ? `${targetKind(shapes)}_crossentropy`
          : value;
    return lookUp(where, 'metric', chosen, known, aliases)({ name: value });
  }
  if (typeof value === 'function') {
    if ('lossName' in value) return lossMetric((value as () => Loss)(), { direction: 'min' });
    return meanMetric({ name: value.name || 'metric', values: value as (yTrue: Tensor, yPred: Tensor) => Tensor });
  }
  if (value instanceof Metric) return value;
  if (typeof value === 'object' && value !== null && typeof value.update === 'function') return defineMetric(value);
  throw new ArgumentError(
    `${where}: the metric is ${value === null ? 'null' : `of type ${typeof value}`}. Give a name, a function (yTrue, yPred) => Tensor, or metrics.binaryAccuracy({ threshold: 0.3 }).`,
    { where, got: value },
  );
}

/** The metric in Keras 3's envelope. @throws ArgumentError for a user's function */
export function serializeMetric(metric: Metric): KerasEnvelope {
  const { className } = metric;
  if (className === undefined) {
    throw new ArgumentError(
      `metric '${metric.name}': a function of one's own cannot be written into a file. Compile again after loading.`,
      { where: metric.name },
    );
  }
  return toEnvelope('keras.metrics', className, metric.getConfig());
}

/** The metric of an envelope from a Keras file. @throws ArgumentError for an unknown class */
export function metricFromConfig(value: KerasEnvelope): Metric {
  const make = lookUp('metricFromConfig', 'metric', value.class_name, known, aliases);
  const options = optionsFromConfig(value.config);
  // The only setting for which null is not the default.
  const aggregation = value.config.class_aggregation === null ? { classAggregation: null } : {};
  return make({ ...options, ...aggregation } as MetricOptions);
}

/**
 * Whether smaller or larger values of a monitored log are better, for the callbacks' mode `'auto'`.
 * @param name a log's name: `val_loss`, `acc`, `gender_acc`, `val_mae`
 * @returns undefined when the name tells nothing: the user then has to say
 */
export function metricDirection(name: string): MetricDirection | undefined {
  const plain = name.replace(/^val_/, '').replace(/_\d+$/, '');
  if (plain === 'loss' || plain.endsWith('_loss')) return 'min';
  // `gender_acc` is the metric `acc` of the output `gender`: the longest ending that is a metric counts.
  for (let rest = plain; rest !== ''; rest = rest.includes('_') ? rest.slice(rest.indexOf('_') + 1) : '') {
    const direction = allDirections().get(rest.toLowerCase());
    if (direction) return direction;
  }
  return undefined;
}

// Whatever a metric may require: only its direction is asked for.
const anyOptions: Required & MetricOptions = {
  recall: 0.5,
  precision: 0.5,
  specificity: 0.5,
  sensitivity: 0.5,
  numClasses: 1,
  targetClassIds: [0],
};

let directions: ReadonlyMap<string, MetricDirection> | undefined;

// Made when first asked for: it makes a metric of every kind.
function allDirections(): ReadonlyMap<string, MetricDirection> {
  directions ??= new Map<string, MetricDirection>([
    ...[...known, ...aliases].flatMap(([alias, make]): [string, MetricDirection][] => {
      const { name, direction } = alias === 'binary_io_u' ? make() : make(anyOptions);
      return direction ? [[alias, direction], [name, direction]] : []; // prettier-ignore
    }),
    ['crossentropy', 'min'],
    ['ce', 'min'],
  ]);
  return directions;
}
