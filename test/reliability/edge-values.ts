/**
 * A7: what gradtape gives at the edges: NaN and infinity, zero variance, logits of 1e4, empty axes, one sample, labels
 * out of range. Results follow NumPy and JAX in ops and Keras in losses and layers; where these go on with a wrong index
 * or label, gradtape refuses.
 */
import * as gt from '../../src/index.ts';
import { firstLine, type Measured } from './measure.ts';

const { grad, layers, losses, ops, tensor, zeros } = gt;

/** One call and its stated result: the values, row-major, or the words of the error that refuses it. */
export interface EdgeValue {
  readonly name: string;
  readonly call: () => gt.Tensor | Promise<gt.Tensor>;
  readonly stated: readonly number[] | RegExp;
}

const inf = Infinity;
/** What losses keep probabilities away from 0 and 1 by. */
const EPSILON = 1e-7;
const unbounded = tensor([NaN, inf, -inf]);
const far = tensor([[1e4, 0, -1e4]]);
const last = tensor([[0, 0, 1]]);
const half = -Math.log(0.5);

/** Ops of one tensor at NaN, infinity, minus infinity and zero. */
const unary: Readonly<Partial<Record<keyof typeof ops, readonly number[]>>> = {
  abs: [NaN, inf, inf, 0],
  cos: [NaN, NaN, NaN, 1],
  elu: [NaN, inf, -1, 0],
  erf: [NaN, 1, -1, 0],
  exp: [NaN, inf, 0, 1],
  expm1: [NaN, inf, -1, 0],
  floor: [NaN, inf, -inf, 0],
  // Minus infinity times a probability of 0, as in JAX and TensorFlow.
  gelu: [NaN, inf, NaN, 0],
  leakyRelu: [NaN, inf, -inf, 0],
  log: [NaN, inf, NaN, -inf],
  log1p: [NaN, inf, NaN, 0],
  neg: [NaN, -inf, inf, 0],
  reciprocal: [NaN, 0, 0, inf],
  relu: [NaN, inf, 0, 0],
  rsqrt: [NaN, 0, NaN, inf],
  sigmoid: [NaN, 1, 0, 0.5],
  sign: [NaN, 1, -1, 0],
  silu: [NaN, inf, NaN, 0],
  sin: [NaN, NaN, NaN, 0],
  softplus: [NaN, inf, 0, half],
  sqrt: [NaN, inf, NaN, 0],
  square: [NaN, inf, inf, 0],
  tanh: [NaN, 1, -1, 0],
};

/** Reductions of [1, NaN], [1, infinity], [infinity, -infinity], and of no element. */
const reductions: Readonly<
  Partial<Record<keyof typeof ops, readonly [nan: number, inf: number, both: number, none: number | RegExp]>>
> = {
  sum: [NaN, inf, NaN, 0],
  prod: [NaN, inf, -inf, 1],
  mean: [NaN, inf, NaN, NaN],
  variance: [NaN, NaN, NaN, NaN],
  max: [NaN, inf, inf, /max: .* no elements along the axes .* nothing to choose from/],
  min: [NaN, 1, -inf, /min: .* no elements along the axes .* nothing to choose from/],
  // The position of NaN, as in NumPy.
  argmax: [1, 1, 0, /argmax: .* no elements along the axes .* nothing to choose from/],
};

type Unary = (x: gt.Tensor) => gt.Tensor;
const opNamed = (name: string): Unary => ops[name as 'neg'] as Unary;

const badLabels = [3, -1, NaN, 0.5, 2 ** 31];

function classifier(): gt.Model {
  const net = gt.sequential([layers.dense(3, { inputShape: [2], activation: 'softmax', kernelInitializer: 'zeros' })]);
  net.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
  return net;
}

async function fitted(x: gt.Tensor, y: gt.Tensor): Promise<gt.Tensor> {
  const { history } = await classifier().fit(x, y, { verbose: 0 });
  return tensor(history['loss'] ?? []);
}

const normalized = (x: gt.Tensor): gt.Tensor => layers.batchNormalization()(x, { training: true });

export const edgeValues: readonly EdgeValue[] = [
  ...Object.entries(unary).map(([name, stated]) => ({
    name: `${name} of NaN, infinity, minus infinity, zero`,
    call: () => opNamed(name)(tensor([NaN, inf, -inf, 0])),
    stated,
  })),
  ...Object.entries(reductions).flatMap(([name, [nan, infinite, both, none]]) => [
    { name: `${name} with a NaN`, call: () => opNamed(name)(tensor([1, NaN])), stated: [nan] },
    { name: `${name} with an infinity`, call: () => opNamed(name)(tensor([1, inf])), stated: [infinite] },
    { name: `${name} of both infinities`, call: () => opNamed(name)(tensor([inf, -inf])), stated: [both] },
    {
      name: `${name} of no element`,
      call: () => opNamed(name)(zeros([0])),
      stated: none instanceof RegExp ? none : [none],
    },
    {
      name: `${name} along an empty axis`,
      call: () => alongAxis1(name, zeros([2, 0])),
      stated: none instanceof RegExp ? none : [none, none],
    },
    { name: `${name} of no rows`, call: () => alongAxis1(name, zeros([0, 2])), stated: [] },
  ]),

  // NaN and infinity
  {
    name: 'maximum takes NaN from either side',
    call: () => ops.maximum(tensor([NaN, 1]), tensor([1, NaN])),
    stated: [NaN, NaN],
  },
  {
    name: 'minimum takes NaN from either side',
    call: () => ops.minimum(tensor([NaN, 1]), tensor([1, NaN])),
    stated: [NaN, NaN],
  },
  { name: 'clip keeps NaN and bounds infinities', call: () => ops.clip(unbounded, -1, 1), stated: [NaN, 1, -1] },
  { name: 'NaN equals nothing', call: () => ops.equal(tensor([NaN]), tensor([NaN])), stated: [0] },
  { name: 'where takes NaN as true, as NumPy does', call: () => ops.where(tensor([NaN, 0]), 1, 2), stated: [1, 2] },
  { name: 'division by zero', call: () => ops.div(tensor([1, -1, 0]), 0), stated: [inf, -inf, NaN] },
  {
    name: 'powers of zero and of negatives',
    call: () => ops.pow(tensor([0, -8, -2]), tensor([0, 1 / 3, 3])),
    stated: [1, NaN, -8],
  },
  { name: 'a product of zero and infinity', call: () => ops.matmul(tensor([[0]]), tensor([[inf]])), stated: [NaN] },
  {
    name: 'a NaN is not hidden by a weight of zero',
    call: () => ops.matmul(tensor([[0, 1]]), tensor([[NaN], [1]])),
    stated: [NaN],
  },
  {
    name: 'maxPool2d of a window with NaN',
    call: () =>
      ops.maxPool2d(
        tensor([
          [
            [[NaN], [1]],
            [[2], [3]],
          ],
        ]),
        { poolSize: 2 },
      ),
    stated: [NaN],
  },
  { name: 'softmax with a NaN', call: () => ops.softmax(tensor([[NaN, 0, 1]])), stated: [NaN, NaN, NaN] },
  { name: 'softmax with an infinite logit', call: () => ops.softmax(tensor([[inf, 0]])), stated: [NaN, NaN] },
  {
    name: 'softmax with a logit of minus infinity',
    call: () => ops.softmax(tensor([[-inf, 0, 0]])),
    stated: [0, 0.5, 0.5],
  },
  { name: 'softmax of minus infinities only', call: () => ops.softmax(tensor([[-inf, -inf]])), stated: [NaN, NaN] },
  {
    name: 'logSoftmax with a logit of minus infinity',
    call: () => ops.logSoftmax(tensor([[-inf, 0, 0]])),
    stated: [-inf, -half, -half],
  },
  {
    name: 'layerNormalization: a NaN stays in its sample',
    call: () =>
      ops.slice(
        layers.layerNormalization()(
          tensor([
            [NaN, 1],
            [2, 2],
          ]),
        ),
        [1, 0],
        [1, 2],
      ),
    stated: [0, 0],
  },
  {
    name: 'batchNormalization: a NaN stays in its channel',
    call: () =>
      normalized(
        tensor([
          [NaN, 1],
          [2, 1],
        ]),
      ),
    stated: [NaN, 0, NaN, 0],
  },

  // Gradients where a function bends or is flat
  {
    name: 'the gradient of sqrt at 0',
    call: () => grad((x: gt.Tensor) => ops.sum(ops.sqrt(x)))(tensor([0])),
    stated: [inf],
  },
  {
    name: 'the gradient of relu at NaN and 0',
    call: () => grad((x: gt.Tensor) => ops.sum(ops.relu(x)))(tensor([NaN, 0])),
    stated: [0, 0],
  },
  {
    name: 'the gradient of abs at 0',
    call: () => grad((x: gt.Tensor) => ops.sum(ops.abs(x)))(tensor([0])),
    stated: [0],
  },
  {
    name: 'equal maxima share the gradient',
    call: () => grad((x: gt.Tensor) => ops.max(x))(tensor([3, 3])),
    stated: [0.5, 0.5],
  },
  {
    name: 'the gradient of a variance of zero',
    call: () => grad((x: gt.Tensor) => ops.variance(x))(tensor([2, 2])),
    stated: [0, 0],
  },

  // Zero variance
  { name: 'variance of equal numbers', call: () => ops.variance(gt.full([5], 0.1)), stated: [0] },
  {
    name: 'batchNormalization of equal samples',
    call: () => normalized(gt.full([3, 2], 4)),
    stated: [0, 0, 0, 0, 0, 0],
  },
  {
    name: 'layerNormalization of equal features',
    call: () => layers.layerNormalization()(gt.full([1, 3], 4)),
    stated: [0, 0, 0],
  },
  {
    name: 'cosineSimilarity of zero vectors',
    call: () => losses.cosineSimilarity(tensor([[0, 0]]), tensor([[0, 0]])),
    stated: [0],
  },

  // Logits of 1e4, probabilities of 0 and 1
  { name: 'softmax of logits of 1e4', call: () => ops.softmax(far), stated: [1, 0, 0] },
  { name: 'logSoftmax of logits of 1e4', call: () => ops.logSoftmax(far), stated: [0, -1e4, -2e4] },
  { name: 'sigmoid at 1e4', call: () => ops.sigmoid(tensor([1e4, -1e4])), stated: [1, 0] },
  { name: 'softplus at 1e4', call: () => ops.softplus(tensor([1e4, -1e4])), stated: [1e4, 0] },
  { name: 'tanh at 1e4', call: () => ops.tanh(tensor([1e4, -1e4])), stated: [1, -1] },
  { name: 'softmaxCrossEntropy of logits of 1e4', call: () => ops.softmaxCrossEntropy(far, last), stated: [2e4] },
  {
    name: 'its gradient',
    call: () => grad((x: gt.Tensor) => ops.sum(ops.softmaxCrossEntropy(x, last)))(far),
    stated: [1, 0, -1],
  },
  {
    name: 'sparseSoftmaxCrossEntropy of logits of 1e4',
    call: () => ops.sparseSoftmaxCrossEntropy(far, tensor([2])),
    stated: [2e4],
  },
  {
    name: 'categoricalCrossentropy of logits of 1e4',
    call: () => losses.categoricalCrossentropy(last, far, { fromLogits: true }),
    stated: [2e4],
  },
  {
    name: 'sparseCategoricalCrossentropy of logits of 1e4',
    call: () => losses.sparseCategoricalCrossentropy(tensor([2]), far, { fromLogits: true }),
    stated: [2e4],
  },
  {
    name: 'binaryCrossentropy of logits of 1e4',
    call: () => losses.binaryCrossentropy(tensor([[1], [0]]), tensor([[-1e4], [1e4]]), { fromLogits: true }),
    stated: [1e4],
  },
  {
    name: 'categoricalCrossentropy of a probability of 0',
    call: () => losses.categoricalCrossentropy(tensor([[1, 0]]), tensor([[0, 1]])),
    stated: [-Math.log(EPSILON)],
  },
  {
    name: 'categoricalCrossentropy of probabilities that are all 0, as in Keras 0/0',
    call: () => losses.categoricalCrossentropy(tensor([[1, 0]]), tensor([[0, 0]])),
    stated: [NaN],
  },
  {
    name: 'binaryCrossentropy of a probability of 0',
    call: () => losses.binaryCrossentropy(tensor([[1]]), tensor([[0]])),
    stated: [-Math.log(EPSILON)],
  },
  {
    name: 'meanAbsolutePercentageError of a target of 0',
    call: () => losses.meanAbsolutePercentageError(tensor([[0]]), tensor([[1]])),
    stated: [100 / EPSILON],
  },

  // Empty axes, no samples
  {
    name: 'a matrix product over no terms',
    call: () => ops.matmul(zeros([2, 0]), zeros([0, 2])),
    stated: [0, 0, 0, 0],
  },
  { name: 'softmax of no rows', call: () => ops.softmax(zeros([0, 3])), stated: [] },
  { name: 'softmax over no classes', call: () => ops.softmax(zeros([2, 0])), stated: [] },
  {
    name: 'gather from an empty axis',
    call: () => ops.gather(zeros([0, 2]), tensor([0])),
    stated: /gather: the index 0 .* The axis has no elements/,
  },
  { name: 'a loss of no samples', call: () => losses.meanSquaredError(zeros([0, 1]), zeros([0, 1])), stated: [0] },
  { name: 'batchNormalization of no samples', call: () => normalized(zeros([0, 2])), stated: [] },
  { name: 'predict of no samples', call: () => classifier().predict(zeros([0, 2])), stated: [] },
  {
    name: 'fit of no samples',
    call: () => fitted(zeros([0, 2]), zeros([0, 1])),
    stated: /fit: the data have no samples/,
  },

  // One sample
  { name: 'variance of one number', call: () => ops.variance(tensor([7])), stated: [0] },
  { name: 'softmax of one class', call: () => ops.softmax(tensor([[5]])), stated: [1] },
  { name: 'batchNormalization of one sample', call: () => normalized(tensor([[5, 7]])), stated: [0, 0] },
  { name: 'layerNormalization of one feature', call: () => layers.layerNormalization()(tensor([[5]])), stated: [0] },
  { name: 'fit of one sample', call: () => fitted(zeros([1, 2]), zeros([1, 1])), stated: [Math.log(3)] },

  // Labels out of range
  ...badLabels.flatMap((label) => [
    {
      name: `sparseSoftmaxCrossEntropy of the label ${label}`,
      call: () => ops.sparseSoftmaxCrossEntropy(tensor([[1, 0, 1]]), tensor([label])),
      stated: new RegExp(`the index ${label} .* out of range. Indices are whole numbers from 0 to 2`),
    },
    {
      name: `sparseCategoricalCrossentropy of the label ${label}`,
      call: () => losses.sparseCategoricalCrossentropy(tensor([label]), tensor([[0.5, 0.2, 0.3]])),
      stated: new RegExp(`the index ${label} .* out of range. Indices are whole numbers from 0 to 2`),
    },
    {
      name: `oneHot of ${label}`,
      call: () => ops.oneHot(tensor([label]), 3),
      stated: new RegExp(`oneHot: the index ${label} .* out of range`),
    },
    {
      name: `fit with the label ${label}`,
      call: () => fitted(tensor([[1, 2]]), tensor([[label]])),
      stated: new RegExp(`the label ${label} at position .* is not one of the 3 classes`),
    },
  ]),
];

function alongAxis1(name: string, x: gt.Tensor): gt.Tensor {
  return (ops[name as 'sum'] as (x: gt.Tensor, options: object) => gt.Tensor)(x, { axis: 1 });
}

/** What is wrong with a call's result, in words; undefined when it is the stated one. */
export async function edgeFault({ call, stated }: EdgeValue): Promise<string | undefined> {
  let values: readonly number[];
  try {
    values = [...(await call()).data];
  } catch (error) {
    if (stated instanceof RegExp && error instanceof gt.GradtapeError && stated.test(error.message)) return undefined;
    return `throws ${firstLine(error)}`;
  }
  const wanted = stated instanceof RegExp ? undefined : stated.map(Math.fround);
  const same =
    wanted?.length === values.length &&
    wanted.every((value, i) => value === values[i] || (Number.isNaN(value) && Number.isNaN(values[i])));
  return same ? undefined : `gives [${values.join(', ')}], not ${wanted ? `[${wanted.join(', ')}]` : String(stated)}`;
}

export async function measuredEdgeValues(list: readonly EdgeValue[] = edgeValues): Promise<Measured> {
  const failures: string[] = [];
  for (const one of list) {
    const fault = await edgeFault(one);
    if (fault !== undefined) failures.push(`${one.name}: ${fault}`);
  }
  return {
    figure: failures[0] ?? `${list.length} of ${list.length} calls give what is stated for them`,
    met: failures.length === 0 && list.length > 0,
    detail: { calls: list.length, failures },
  };
}
