/** F scores: the harmonic mean of precision and recall. */
import { ArgumentError, describeValue, optionsOf, ShapeError } from '../errors.ts';
import { abs, concat, greater, greaterEqual, max, mul, reshape, sub, sum } from '../ops/index.ts';
import { formatShape } from '../tensor/shape.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import { Metric, type MetricOptions, type MetricValue } from './metric.ts';
import { weightsLike } from './weights.ts';

const AVERAGES = ['micro', 'macro', 'weighted'] as const;
const EPSILON = 1e-7;

export type FScoreAverage = (typeof AVERAGES)[number];

export interface F1ScoreOptions extends MetricOptions {
  /**
   * `'micro'`: one score over all values; `'macro'`: the mean of the classes' scores; `'weighted'`: their mean weighted by
   * the classes' sizes. Default null: one score per class, for use outside of `compile`.
   */
  readonly average?: FScoreAverage | null | undefined;
  /** Above 0, up to 1: a prediction above it is positive. Default: the largest prediction of each sample is. */
  readonly threshold?: number | null | undefined;
}

export interface FBetaScoreOptions extends F1ScoreOptions {
  /** How many times more recall counts than precision. Default 1. */
  readonly beta?: number | undefined;
}

/**
 * `2 precision recall / (precision + recall)`, per class or averaged.
 * Targets and predictions are `[batch, classes]`.
 * @throws ArgumentError for an unknown average or a threshold out of range
 * @example metrics.f1Score({ average: 'macro' })
 */
export function f1Score(options: F1ScoreOptions = {}): Metric {
  optionsOf('f1Score', options);
  return fScore('f1_score', 'F1Score', { ...options, beta: 1 }, {});
}

/**
 * `(1 + beta²) precision recall / (beta² precision + recall)`, per class or averaged.
 * Targets and predictions are `[batch, classes]`.
 * @throws ArgumentError for an unknown average, a beta that is not above 0 or a threshold out of range
 * @example metrics.fBetaScore({ beta: 2, average: 'micro' })
 */
export function fBetaScore(options: FBetaScoreOptions = {}): Metric {
  optionsOf('fBetaScore', options);
  return fScore('fbeta_score', 'FBetaScore', options, { beta: options.beta ?? 1 });
}

function fScore(
  name: string,
  className: string,
  options: FBetaScoreOptions,
  config: Readonly<Record<string, unknown>>,
): Metric {
  const { average = null, threshold = null, beta = 1 } = options;
  if (average !== null && !AVERAGES.includes(average)) {
    throw refuse(
      name,
      `unknown average '${String(average)}'. Known: ${AVERAGES.join(', ')}, or null for none`,
      average,
    );
  }
  if (!(beta > 0 && beta < Infinity)) throw refuse(name, `beta is ${describeValue(beta)}. Give a number above 0`, beta);
  if (threshold !== null && !(threshold > 0 && threshold <= 1)) {
    throw refuse(name, `the threshold is ${describeValue(threshold)}. Give a number above 0, up to 1`, threshold);
  }
  return new Metric({
    name: options.name ?? name,
    className,
    direction: 'max',
    config: { average, threshold, ...config },
    severalValues: average === null ? "Give an average: 'micro', 'macro' or 'weighted'" : undefined,
    update(yTrue, yPred, sampleWeight) {
      checkClasses(name, yTrue, yPred);
      const positive = threshold === null ? largest(yPred) : greater(yPred, threshold);
      const weights = sampleWeight && weightsLike(name, sampleWeight, yPred.shape);
      const total = (values: Tensor): Tensor => {
        const weighted = weights ? mul(values, weights) : values;
        return average === 'micro' ? reshape(sum(weighted), [1]) : sum(weighted, { axis: 0 });
      };
      return concat([
        total(mul(positive, yTrue)),
        total(mul(positive, sub(1, yTrue))),
        total(mul(sub(1, positive), yTrue)),
        total(yTrue),
      ]);
    },
    finish: (state) => scoreOf(state, average, beta),
  });
}

// The state: true positives, false positives, false negatives and weight of each class.
function scoreOf(state: Float64Array, average: FScoreAverage | null, beta: number): MetricValue {
  const classes = state.length / 4;
  const scores = new Float64Array(classes);
  let weight = 0;
  for (let index = 0; index < classes; index++) {
    const [found = 0, wrong = 0, missed = 0, size = 0] = [0, 1, 2, 3].map((part) => state[part * classes + index]);
    const precision = found / (found + wrong + EPSILON);
    const recall = found / (found + missed + EPSILON);
    const score = ((1 + beta * beta) * precision * recall) / (beta * beta * precision + recall + EPSILON);
    scores[index] = average === 'weighted' ? score * size : score;
    weight += size;
  }
  if (average === null) return tensor(scores);
  const total = scores.reduce((sumSoFar, score) => sumSoFar + score, 0);
  return average === 'weighted' ? total / (weight + EPSILON) : total / Math.max(1, classes);
}

// The largest of each sample, several where they are equal; none where all are 0.
function largest(yPred: Tensor): Tensor {
  return mul(greaterEqual(yPred, max(yPred, { axis: -1, keepDims: true })), greater(abs(yPred), 1e-9));
}

function checkClasses(where: string, yTrue: Tensor, yPred: Tensor): void {
  if (yTrue.rank === 2 && yPred.rank === 2 && formatShape(yTrue.shape) === formatShape(yPred.shape)) return;
  throw new ShapeError(
    `${where}: the targets have the shape ${formatShape(yTrue.shape)}, the predictions ${formatShape(yPred.shape)}. Both must be [batch, classes].`,
    { where, got: yTrue.shape, expected: yPred.shape },
  );
}

function refuse(where: string, rule: string, got: unknown): ArgumentError {
  return new ArgumentError(`${where}: ${rule}.`, { where, got });
}
