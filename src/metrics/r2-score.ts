/** The coefficient of determination. */
import { ArgumentError, describeValue, optionsOf, ShapeError } from '../errors.ts';
import { squeezeOrExpand } from '../losses/loss.ts';
import { concat, mul, square, sub, sum } from '../ops/index.ts';
import { formatShape } from '../tensor/shape.ts';
import { full, ones, tensor } from '../tensor/tensor.ts';
import { Metric, type MetricOptions, type MetricValue } from './metric.ts';
import { weightsLike } from './weights.ts';

const AGGREGATIONS = ['uniform_average', 'variance_weighted_average'] as const;

export type R2Aggregation = (typeof AGGREGATIONS)[number];

export interface R2ScoreOptions extends MetricOptions {
  /** How the scores of several outputs are averaged; null for one each, outside of `compile`. Default `'uniform_average'`. */
  readonly classAggregation?: R2Aggregation | null | undefined;
  /** Number of inputs of the model, for the adjusted score; 0, or as many as there are values, gives the plain one. Default 0. */
  readonly numRegressors?: number | undefined;
}

/**
 * `1 - sum (yTrue - yPred)² / sum (yTrue - mean)²`: 1 for right predictions, 0 for the mean.
 * Targets and predictions are `[batch, outputs]`.
 * @throws ArgumentError for an unknown aggregation or a negative number of regressors
 * @example const m = metrics.r2Score(); m.updateState(tensor([[1], [2], [3]]), tensor([[1], [2], [3]])); m.result() // 1
 */
export function r2Score(options: R2ScoreOptions = {}): Metric {
  optionsOf('r2Score', options);
  const { classAggregation = 'uniform_average', numRegressors = 0, name = 'r2_score' } = options;
  if (classAggregation !== null && !AGGREGATIONS.includes(classAggregation)) {
    throw refuse(
      `unknown classAggregation '${String(classAggregation)}'. Known: ${AGGREGATIONS.join(', ')}, or null for none`,
      classAggregation,
    );
  }
  if (!(Number.isInteger(numRegressors) && numRegressors >= 0)) {
    throw refuse(`numRegressors is ${describeValue(numRegressors)}. Give a whole number of at least 0`, numRegressors);
  }
  return new Metric({
    name,
    className: 'R2Score',
    direction: 'max',
    config: { class_aggregation: classAggregation, num_regressors: numRegressors },
    severalValues: classAggregation === null ? "Give the classAggregation 'uniform_average'" : undefined,
    update(yTrue, yPred, sampleWeight) {
      const [targets, predictions] = squeezeOrExpand(yTrue, yPred);
      if (targets.rank !== 2 || formatShape(targets.shape) !== formatShape(predictions.shape)) {
        throw new ShapeError(
          `r2_score: the targets have the shape ${formatShape(yTrue.shape)}, the predictions ${formatShape(yPred.shape)}. Both must be [batch, outputs].`,
          { where: 'r2_score', got: yTrue.shape, expected: yPred.shape },
        );
      }
      const weights = sampleWeight ? weightsLike('r2_score', sampleWeight, targets.shape) : ones(targets.shape);
      const weighted = mul(targets, weights);
      return concat([
        sum(weighted, { axis: 0 }),
        sum(mul(targets, weighted), { axis: 0 }),
        sum(mul(square(sub(targets, predictions)), weights), { axis: 0 }),
        sum(weights, { axis: 0 }),
        full([1], targets.size),
      ]);
    },
    finish: (state) => adjusted(scoreOf(state, classAggregation), state.at(-1) ?? 0, numRegressors),
  });
}

// The state: sum, sum of squares, squared errors and weight of each output; then the number of values.
function scoreOf(state: Float64Array, aggregation: R2Aggregation | null): number | Float64Array {
  const outputs = Math.max(0, (state.length - 1) / 4);
  const scores = new Float64Array(outputs);
  let [plain, weighted, variance] = [0, 0, 0];
  for (let index = 0; index < outputs; index++) {
    const [total = 0, squares = 0, errors = 0, count = 0] = [0, 1, 2, 3].map((part) => state[part * outputs + index]);
    const spread = squares - total * (total / count);
    const score = 1 - errors / spread;
    scores[index] = Math.abs(score) === Infinity ? 0 : score;
    plain += scores[index] ?? 0;
    weighted += spread * (scores[index] ?? 0);
    variance += spread;
  }
  if (outputs === 0) return 0;
  if (aggregation === null) return scores;
  return aggregation === 'uniform_average' ? plain / outputs : weighted / variance;
}

function adjusted(score: number | Float64Array, count: number, regressors: number): MetricValue {
  const adjust = (value: number): number =>
    regressors > 0 && regressors < count - 1 ? 1 - ((1 - value) * (count - 1)) / (count - regressors - 1) : value;
  return typeof score === 'number' ? adjust(score) : tensor(score.map(adjust));
}

function refuse(rule: string, got: unknown): ArgumentError {
  return new ArgumentError(`r2_score: ${rule}.`, { where: 'r2_score', got });
}
