/** Metrics: Keras's values with and without weights, over steps, names and directions. */
import t from 'tap';
import * as metrics from '../../../src/metrics/index.ts';
import { meanSquaredError } from '../../../src/losses/index.ts';
import { compile } from '../../../src/tape/compile.ts';
import { ones, tensor, type Tensor } from '../../../src/tensor/tensor.ts';
import { KERAS_TOLERANCE } from '../../keras/fixture.ts';

const yTrue = tensor([[0.2, 0.5, 0.3], [1, 0, 0], [0.1, 0.1, 0.8], [0, 0, 1]]); // prettier-ignore
const yPred = tensor([[0.3, 0.4, 0.3], [0.5, 0.25, 0.25], [0.7, 0.2, 0.1], [0, 0.125, 1.5]]); // prettier-ignore
const binary = tensor([[0, 1, 1], [1, 0, 0], [0, 1, 0], [1, 1, 1]]); // prettier-ignore
const labels = tensor([1, 0, 2, 0]);
const weights = tensor([1, 0.5, 2, 0]);
const shapes = { targetShape: [4, 3], outputShape: [4, 3] };

const valueOf = (metric: metrics.Metric, target: Tensor, prediction: Tensor, weight?: Tensor, mask?: Tensor): number =>
  metric.finish(Float64Array.from(metric.update(target, prediction, weight, mask).data)) as number;
const near = (actual: number, expected: number): boolean =>
  Math.abs(actual - expected) <= KERAS_TOLERANCE * Math.abs(expected);

/** Name, targets, Keras 3.15.1's value, and its value with weights. */
const rows: readonly (readonly [string, Tensor, number, number])[] = [
  ['binary_accuracy', binary, 0.41666669, 0.38095239],
  ['categorical_accuracy', yTrue, 0.75, 0.42857143],
  ['sparse_categorical_accuracy', labels, 0.5, 0.42857143],
  ['mean_squared_error', yTrue, 0.12671874, 0.18357141],
  ['root_mean_squared_error', yTrue, 0.35597578, 0.42845234],
  ['mean_absolute_error', yTrue, 0.26875001, 0.33333334],
  ['mean_absolute_percentage_error', yTrue, 52083412, 23809684],
  ['mean_squared_logarithmic_error', yTrue, 0.05806546, 0.09348114],
  ['cosine_similarity', yTrue, 0.76788229, 0.55757022],
  ['binary_crossentropy', binary, 2.0718131, 0.85226059],
  ['categorical_crossentropy', yTrue, 0.96800023, 1.5668755],
  ['sparse_categorical_crossentropy', labels, 5.0075297, 1.6765813],
  ['kl_divergence', yTrue, 0.53081727, 0.90752739],
  ['poisson', yTrue, 0.66762435, 0.85562503],
  ['hinge', binary, 0.92291665, 1.0761906],
  ['squared_hinge', binary, 1.0350521, 1.3054763],
  ['log_cosh_error', yTrue, 0.06018847, 0.08626334],
];

for (const [name, targets, plain, weighted] of rows) {
  t.test(`${name} is Keras's, and is read back from a file`, (t) => {
    const metric = metrics.resolveMetric('compile', name, shapes);
    t.equal(metric.name, name);
    t.ok(near(valueOf(metric, targets, yPred), plain), `${valueOf(metric, targets, yPred)} is ${plain}`);
    t.ok(
      near(valueOf(metric, targets, yPred, weights), weighted),
      `weighted: ${valueOf(metric, targets, yPred, weights)} is ${weighted}`,
    );
    const again = metrics.metricFromConfig(metrics.serializeMetric(metric));
    t.equal(again.name, name);
    t.equal(valueOf(again, targets, yPred), valueOf(metric, targets, yPred));
    t.end();
  });
}

t.test('top k: the class is among the k largest; ties with the k-th count, NaN never', (t) => {
  t.equal(valueOf(metrics.topKCategoricalAccuracy({ k: 1 }), yTrue, yPred), 0.75);
  t.equal(valueOf(metrics.sparseTopKCategoricalAccuracy({ k: 2 }), labels, yPred), 0.5);
  t.equal(valueOf(metrics.sparseTopKCategoricalAccuracy({ k: 3 }), labels, yPred), 1);
  t.equal(valueOf(metrics.sparseTopKCategoricalAccuracy({ k: 5 }), tensor([0]), tensor([[NaN, 1]])), 0);
  t.throws(() => metrics.topKCategoricalAccuracy({ k: 0 }), { name: 'ArgumentError' });
  t.end();
});

t.test('steps of a sequence: values, weights and masks are averaged as in Keras', (t) => {
  const metric = metrics.sparseCategoricalAccuracy();
  const target = tensor([[1, 0, 2], [2, 2, 0]]); // prettier-ignore
  const predicted = tensor([
    [[0.1, 0.8, 0.1], [0.6, 0.3, 0.1], [0.5, 0.3, 0.2]],
    [[0.1, 0.1, 0.8], [0.3, 0.4, 0.3], [0.2, 0.2, 0.6]],
  ]); // prettier-ignore
  const steps = tensor([[1, 1, 0], [1, 0.5, 0]]); // prettier-ignore
  t.ok(near(valueOf(metric, target, predicted), 0.5));
  t.ok(near(valueOf(metric, target, predicted, steps), 0.85714281));
  t.ok(near(valueOf(metric, target, predicted, ones([2, 3]), steps), 0.85714281), 'a mask weighs like weights');
  t.ok(near(valueOf(metric, target, predicted, tensor([1, 0.25])), 0.6));
  t.end();
});

t.test('updates are vectors of a compiled step and add up over batches', async (t) => {
  const metric = metrics.rootMeanSquaredError();
  const step = compile((target: Tensor, prediction: Tensor) => metric.update(target, prediction));
  const rowsOf = (x: Tensor, from: number, to: number): Tensor =>
    tensor(x.data.slice(from * 3, to * 3), [to - from, 3]);
  const first = (await step(rowsOf(yTrue, 0, 1), rowsOf(yPred, 0, 1))).data;
  const second = (await step(rowsOf(yTrue, 1, 4), rowsOf(yPred, 1, 4))).data;
  const state = Float64Array.from(first, (value, index) => value + (second[index] ?? NaN));
  t.equal(state[1], 4, 'the number of samples');
  t.ok(near(metric.finish(state) as number, 0.35597578));
  t.end();
});

t.test('accuracy chooses its kind by shapes and keeps the spelling of the user', (t) => {
  const kind = (targetShape: number[], outputShape: number[]): string | undefined =>
    metrics.resolveMetric('compile', 'acc', { targetShape, outputShape }).className;
  t.equal(kind([8, 1], [8, 1]), 'BinaryAccuracy');
  t.equal(kind([8], [8, 3]), 'SparseCategoricalAccuracy');
  t.equal(kind([8, 1], [8, 3]), 'SparseCategoricalAccuracy');
  t.equal(kind([8, 3], [8, 3]), 'CategoricalAccuracy');
  for (const name of ['acc', 'accuracy', 'mae', 'MSE', 'ce'])
    t.equal(metrics.resolveMetric('compile', name, shapes).name, name);
  t.end();
});

t.test('functions and objects are metrics too; a loss function is one by its name', (t) => {
  const error = (target: Tensor): Tensor => target;
  t.equal(metrics.resolveMetric('compile', error, shapes).name, 'error');
  t.equal(metrics.resolveMetric('compile', meanSquaredError, shapes).name, 'mean_squared_error');
  const own = metrics.mean({ name: 'level' });
  t.equal(metrics.resolveMetric('compile', own, shapes), own);
  t.ok(near(valueOf(own, yTrue, tensor([[1, 3], [5, 7]])), 4)); // prettier-ignore
  t.throws(() => metrics.resolveMetric('compile', 'acuracy', shapes), {
    name: 'ArgumentError',
    message: /did you mean 'accuracy'\?/,
  });
  t.throws(() => metrics.resolveMetric('compile', 5 as never, shapes), { name: 'ArgumentError' });
  t.end();
});

t.test('a metric without samples is 0', (t) => {
  for (const make of [
    metrics.meanSquaredError,
    metrics.rootMeanSquaredError,
    metrics.auc,
    metrics.recall,
    metrics.r2Score,
  ])
    t.equal(make().result(), 0);
  t.end();
});

t.test('directions: losses and errors fall, accuracies rise, also for named outputs and validation', (t) => {
  for (const name of ['loss', 'val_loss', 'age_loss', 'mae', 'val_age_mae', 'crossentropy', 'kl_divergence', 'rmse']) {
    t.equal(metrics.metricDirection(name), 'min', name);
  }
  for (const name of [
    'acc',
    'val_accuracy',
    'gender_acc',
    'val_gender_acc',
    'acc_1',
    'top_k_categorical_accuracy',
    'cosine_similarity',
  ]) {
    t.equal(metrics.metricDirection(name), 'max', name);
  }
  for (const name of ['speed', 'mean', 'learning_rate', '']) t.equal(metrics.metricDirection(name), undefined, name);
  t.end();
});
