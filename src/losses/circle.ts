/** Circle loss: embeddings of one class are drawn together, those of different classes apart. */
import { ArgumentError, ShapeError } from '../errors.ts';
import {
  add,
  equal,
  exp,
  expandDims,
  greater,
  log,
  matmul,
  max,
  maximum,
  mul,
  softplus,
  squeeze,
  stopGradient,
  sub,
  sum,
  where as select,
} from '../ops/index.ts';
import { formatShape } from '../tensor/shape.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import { defineLoss, type LossFunction } from './define-loss.ts';

export interface CircleOptions {
  /** Scale of the similarities. Default 80. */
  readonly gamma?: number;
  /** How far pairs of one class may be apart, and how far those of different classes must be. Default 0.4. */
  readonly margin?: number;
  /** Whether a sample is no pair with itself. Default true. */
  readonly removeDiagonal?: boolean;
}

/**
 * `softplus(P + N)` per sample, with d = max(1 - cosine, 0) the distance to the others, m the margin,
 * `P = logsumexp of gamma (m + d)(d - m)` over the samples of its class and
 * `N = logsumexp of gamma max(1 + m - d, 0)(1 - m - d)` over the others (Sun et al., https://arxiv.org/abs/2002.10857).
 * Samples without a pair do not count.
 * @param yTrue `[batch]` or `[batch, 1]`: class numbers   @param yPred `[batch, size]`: embeddings of length 1
 * @returns a scalar; one value per sample with the reduction `'none'`
 * @throws ShapeError unless there is one label per embedding; ArgumentError for options that are not finite
 * @example circle(tensor([0, 0, 1]), tensor([[1, 0], [1, 0], [0, 1]])) // 7.621877087804485e-12
 */
export const circle: LossFunction<CircleOptions> = /* @__PURE__ */ defineLoss({
  name: 'circle',
  className: 'Circle',
  labels: 'any',
  check({ gamma = 80, margin = 0.4 }) {
    if (Number.isFinite(gamma) && Number.isFinite(margin)) return;
    throw new ArgumentError(`circle: gamma is ${gamma}, margin ${margin}. Give finite numbers.`, {
      where: 'circle',
      got: { gamma, margin },
    });
  },
  perElement: circleLosses,
  valid: (yTrue, yPred, options) => greater(circleLosses(yTrue, yPred, options), 0),
  toConfig: ({ gamma = 80, margin = 0.4, removeDiagonal = true }) => ({
    gamma,
    margin,
    remove_diagonal: removeDiagonal,
  }),
});

function circleLosses(yTrue: Tensor, yPred: Tensor, options: CircleOptions): Tensor {
  const { gamma = 80, margin = 0.4, removeDiagonal = true } = options;
  const labels = labelsOfEmbeddings(yTrue, yPred);
  const same = equal(expandDims(labels, 1), expandDims(labels, 0)); // [batch, batch]
  const together = removeDiagonal ? mul(same, sub(1, identityMatrix(labels.size))) : same;
  const apart = sub(1, same);
  const distance = maximum(sub(1, matmul(yPred, yPred, { transposeB: true })), 0);
  const pull = mul(maximum(mul(add(distance, margin), together), 0), sub(distance, margin));
  const push = mul(maximum(mul(sub(1 + margin, distance), apart), 0), sub(1 - margin, distance));
  const [near, hasNear] = logSumExp(mul(pull, gamma), together);
  const [far, hasFar] = logSumExp(mul(push, gamma), apart);
  return select(mul(hasNear, hasFar), softplus(add(near, far)), 0);
}

// The logarithm of the sum of eˣ over the chosen entries of each row, 0 where there are none; and whether there are.
function logSumExp(x: Tensor, chosen: Tensor): [value: Tensor, any: Tensor] {
  const any = max(chosen, { axis: 1, keepDims: true });
  const largest = stopGradient(select(any, max(select(chosen, x, -3e38), { axis: 1, keepDims: true }), 0));
  const total = sum(mul(chosen, exp(mul(chosen, sub(x, largest)))), { axis: 1, keepDims: true });
  return [squeeze(add(log(select(any, total, 1)), largest), { axis: 1 }), squeeze(any, { axis: 1 })];
}

function identityMatrix(size: number): Tensor {
  return tensor(
    Float32Array.from({ length: size * size }, (_, index) => (index % (size + 1) === 0 ? 1 : 0)),
    [size, size],
  );
}

function labelsOfEmbeddings(yTrue: Tensor, yPred: Tensor): Tensor {
  const labels = yTrue.rank === 2 && yTrue.shape[1] === 1 ? squeeze(yTrue, { axis: 1 }) : yTrue;
  if (yPred.rank === 2 && labels.rank === 1 && labels.shape[0] === yPred.shape[0]) return labels;
  throw new ShapeError(
    `circle: the labels have the shape ${formatShape(yTrue.shape)}, the embeddings ${formatShape(yPred.shape)}. Give labels [batch] and embeddings [batch, size].`,
    { where: 'circle', got: yTrue.shape, expected: yPred.shape },
  );
}
