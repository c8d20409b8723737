/** Metrics of confusion, correlation and overlap: Keras 3.15.1's values, alone and over batches, and what is refused. */
import t from 'tap';
import * as metrics from '../../../src/metrics/index.ts';
import { compile } from '../../../src/tape/compile.ts';
import { Tensor, tensor } from '../../../src/tensor/tensor.ts';
import { KERAS_TOLERANCE } from '../../keras/fixture.ts';

const yTrue = tensor([[0.2, 0.5, 0.3], [1, 0, 0], [0.1, 0.1, 0.8], [0, 0, 1]]); // prettier-ignore
const yPred = tensor([[0.3, 0.4, 0.3], [0.5, 0.25, 0.25], [0.7, 0.2, 0.1], [0, 0.125, 1.5]]); // prettier-ignore
const binary = tensor([[0, 1, 1], [1, 0, 0], [0, 1, 0], [1, 1, 1]]); // prettier-ignore
const sure = tensor([[0.3, 0.4, 0.3], [0.5, 0.25, 0.25], [0.7, 0.2, 0.1], [0, 0.125, 0.875]]); // prettier-ignore
const weights = tensor([1, 0.5, 2, 0]);

const near = (actual: metrics.MetricValue, expected: number): boolean =>
  Math.abs(Number(actual) - expected) <= KERAS_TOLERANCE * Math.max(0.01, Math.abs(expected));

const rowsOf = (x: Tensor, from: number, to: number): Tensor => {
  const width = x.size / (x.shape[0] ?? 1);
  return tensor(x.data.slice(from * width, to * width), [to - from, ...x.shape.slice(1)]);
};

/** Keras's value of the samples above, and its value with weights. */
const rows: readonly (readonly [metric: () => metrics.Metric, plain: number, weighted: number])[] = [
  [() => metrics.auc(), 0.52857143, 0.5],
  [() => metrics.auc({ curve: 'pr' }), 0.66885054, 0.38915873],
  [() => metrics.precision(), 0.5, 0],
  [() => metrics.recall(), 0.14285715, 0],
  [() => metrics.f1Score({ average: 'macro' }), 0.55555552, 0.27777776],
  [() => metrics.fBetaScore({ beta: 2, average: 'micro' }), 0.46875, 0.34883723],
  [() => metrics.truePositives(), 1, 0],
  [() => metrics.falsePositives(), 1, 2],
  [() => metrics.trueNegatives(), 4, 4],
  [() => metrics.falseNegatives(), 6, 4.5],
  [() => metrics.precisionAtRecall(0.5), 0.66666669, 0.52941179],
  [() => metrics.recallAtPrecision(0.5), 0.85714287, 1],
  [() => metrics.sensitivityAtSpecificity(0.5), 0.57142857, 0.55555558],
  [() => metrics.specificityAtSensitivity(0.5), 0.60000002, 0.5],
  [() => metrics.r2Score(), -0.61520833, -1.48188901],
  [() => metrics.r2Score({ classAggregation: 'variance_weighted_average' }), -0.54045451, -1.16840899],
  [() => metrics.concordanceCorrelation(), 0.05786744, -0.08833364],
  [() => metrics.categoricalHinge(), 0.71249998, 1.13571429],
];

for (const [make, plain, weighted] of rows) {
  const { name, className } = make();
  t.test(`${name} is Keras's, in one batch or several, weighted or not, and after a file`, async (t) => {
    const metric = make();
    metric.updateState(binary, sure);
    t.ok(near(metric.result(), plain), `${String(metric.result())} is ${plain}`);
    metric.resetState();
    metric.updateState(rowsOf(binary, 0, 1), rowsOf(sure, 0, 1));
    metric.updateState(rowsOf(binary, 1, 4), rowsOf(sure, 1, 4));
    t.ok(near(metric.result(), plain), 'two batches');
    metric.resetState();
    metric.updateState(binary, sure, weights);
    t.ok(near(metric.result(), weighted), `weighted: ${String(metric.result())} is ${weighted}`);
    const step = compile((target: Tensor, prediction: Tensor) => metric.update(target, prediction));
    const again = metrics.metricFromConfig(metrics.serializeMetric(make()));
    t.equal(again.className, className);
    t.same(again.getConfig(), metric.getConfig());
    const state = Float64Array.from((await step(binary, sure)).data);
    t.ok(near(again.finish(state), plain), 'compiled, finished by one that was read from a file');
  });
}

t.test("intersection over union is Keras's", (t) => {
  const [labels, predicted] = [tensor([0, 1, 2, 2, 1]), tensor([0, 2, 2, 1, 1])];
  const cases: readonly (readonly [metrics.Metric, Tensor, Tensor, number])[] = [
    [metrics.meanIoU(3), labels, predicted, 0.55555554],
    [metrics.iou(3, [0, 2]), labels, predicted, 0.66666663],
    [metrics.oneHotIoU(3, [0, 2]), yTrue, yPred, 0.5],
    [metrics.oneHotMeanIoU(3), yTrue, yPred, 0.66666663],
    [metrics.binaryIoU(), binary, sure, 0.32499999],
  ];
  for (const [metric, target, prediction, expected] of cases) {
    metric.updateState(target, prediction);
    t.ok(near(metric.result(), expected), `${metric.name}: ${String(metric.result())} is ${expected}`);
    t.same(metrics.metricFromConfig(metrics.serializeMetric(metric)).getConfig(), metric.getConfig());
    t.equal(metric.getConfig().dtype, 'int32');
  }
  t.end();
});

t.test('classes outside of the known ones, and the ignored one, do not count in an intersection', (t) => {
  const metric = metrics.meanIoU(2, { ignoreClass: 1 });
  metric.updateState(tensor([0, 0, 1, -1, 7, NaN]), tensor([0, 0, 0, 0, 0, 0]));
  t.ok(near(metric.result(), 1), String(metric.result()));
  t.end();
});

t.test('several thresholds give several values, in the order given', (t) => {
  const metric = metrics.recall({ thresholds: [0.45, 0.2] });
  metric.updateState(tensor([1, 1, 0]), tensor([0.3, 0.5, 0.9]));
  const result = metric.result();
  t.ok(result instanceof Tensor);
  t.same((result as Tensor).toArray(), [0.5, 1]);
  t.end();
});

t.test('a prediction at the threshold is not above it', (t) => {
  const metric = metrics.truePositives({ thresholds: 0.5 });
  metric.updateState(tensor([1, 1]), tensor([0.5, 0.75]));
  t.equal(metric.result(), 1);
  t.end();
});

t.test('one value per class without an average', (t) => {
  const metric = metrics.f1Score();
  metric.updateState(tensor([[1, 0], [0, 1], [0, 1]]), tensor([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]])); // prettier-ignore
  const [first = NaN, second = NaN] = (metric.result() as Tensor).data;
  t.ok(near(first, 2 / 3) && near(second, 2 / 3));
  t.end();
});

t.test('topK and classId choose what can be positive', (t) => {
  const [target, prediction] = [tensor([[0, 1, 1]]), tensor([[0.25, 0.5, 0.25]])]; // of equals, the first is among the top
  const top = metrics.precision({ topK: 2 });
  top.updateState(target, prediction);
  t.equal(top.result(), 0.5);
  const one = metrics.recall({ classId: 2, thresholds: 0.2 });
  one.updateState(target, prediction);
  t.equal(one.result(), 1);
  t.end();
});

t.test('areas of labels are averaged, with weights too', (t) => {
  const target = tensor([[1, 0], [0, 1], [1, 1], [0, 0]]); // prettier-ignore
  const prediction = tensor([[0.9, 0.8], [0.1, 0.4], [0.7, 0.9], [0.4, 0.6]]); // prettier-ignore
  const areaOf = (options: metrics.AucOptions): number => {
    const metric = metrics.auc({ multiLabel: true, ...options });
    metric.updateState(target, prediction);
    return metric.result() as number;
  };
  t.ok(near(areaOf({}), 0.75), 'the first is 1, the second ½');
  t.ok(near(areaOf({ labelWeights: [1, 3] }), 0.625));
  t.end();
});

t.test('many values make no large tensors: buckets, not a comparison with every threshold', (t) => {
  const values = tensor(Float32Array.from({ length: 100_000 }, (_, index) => index / 100_000));
  const targets = tensor(Float32Array.from({ length: 100_000 }, (_, index) => (index >= 50_000 ? 1 : 0)));
  const metric = metrics.auc();
  metric.updateState(targets, values);
  t.ok(Number(metric.result()) > 0.9999);
  t.equal(metric.update(targets, values).size, 2 * 201);
  t.end();
});

t.test('mean and sum are of values alone', (t) => {
  const [mean, sum] = [metrics.mean(), metrics.sum()];
  for (const one of [mean, sum]) {
    one.updateState(tensor([1, 3]));
    one.updateState(tensor([5]), tensor([2]));
  }
  t.equal(mean.result(), 14 / 4);
  t.equal(sum.result(), 14);
  sum.resetState();
  t.equal(sum.result(), 0);
  t.end();
});

t.test("defineMetric makes a metric of a sum of one's own", (t) => {
  const share = metrics.defineMetric({
    name: 'share',
    update: (_yTrue, prediction) => prediction,
    finish: ([first = 0, second = 0]) => first / second,
  });
  share.updateState(tensor([1, 0]), tensor([1, 4]));
  share.updateState(tensor([1, 0]), tensor([2, 4]));
  t.equal(share.result(), 3 / 8);
  t.throws(() => share.updateState(tensor([1]), tensor([1])), { name: 'ArgumentError', message: /resetState\(\)/ });
  t.end();
});

t.test('confusionMatrix: rows are true, columns predicted classes', (t) => {
  const [labels, predicted] = [tensor([1, 2, 4]), tensor([2, 2, 4])];
  t.same(metrics.confusionMatrix(labels, predicted).toArray(), [
    [0, 0, 0, 0, 0],
    [0, 0, 1, 0, 0],
    [0, 0, 1, 0, 0],
    [0, 0, 0, 0, 0],
    [0, 0, 0, 0, 1],
  ]);
  const weighted = metrics.confusionMatrix(tensor([[0], [1]]), tensor([1, 1]), {
    numClasses: 2,
    weights: tensor([0.5, 2]),
  });
  t.same(weighted.toArray(), [[0, 0.5], [0, 2]]); // prettier-ignore
  t.same(metrics.confusionMatrix(tensor([]), tensor([])).shape, [0, 0]);
  t.end();
});

t.test('directions of the new metrics', (t) => {
  for (const name of [
    'auc',
    'val_auc',
    'a_precision',
    'recall_1',
    'f1_score',
    'fbeta_score',
    'mean_io_u',
    'r2_score',
  ]) {
    t.equal(metrics.metricDirection(name), 'max', name);
  }
  t.equal(metrics.metricDirection('categorical_hinge'), 'min');
  t.equal(metrics.metricDirection('true_positives'), undefined);
  t.end();
});

t.test('wrong options and data are refused', (t) => {
  const [one, two] = [tensor([1, 0]), tensor([[0.5, 0.5], [0.1, 0.9]])]; // prettier-ignore
  const refused: readonly (readonly [() => unknown, message: RegExp])[] = [
    [() => metrics.precision({ thresholds: 1.5 }), /precision: the threshold 1.5 is not from 0 to 1/],
    [() => metrics.precision({ thresholds: [] }), /precision: the list of thresholds is empty/],
    [() => metrics.precision({ topK: 0 }), /precision: topK is 0/],
    [() => metrics.precision({ topK: 3 }).updateState(two, two), /precision: topK is 3, .* have 2 classes/],
    [() => metrics.precision().updateState(tensor([1, 0, 1]), two), /precision: the targets have the shape \[3\]/],
    [() => metrics.recall({ classId: -1 }), /recall: classId is -1/],
    [() => metrics.recall({ classId: 2 }).updateState(two, two), /recall: classId is 2/],
    [() => metrics.recall().updateState(two, two, tensor([1, 2, 3])), /recall: a sampleWeight of shape \[3\]/],
    [() => metrics.truePositives({ thresholds: [0.5, NaN] }), /true_positives: the threshold NaN/],
    [() => metrics.auc({ numThresholds: 1 }), /auc: numThresholds is 1/],
    [() => metrics.auc({ curve: 'ROCK' as never }), /auc: unknown curve 'ROCK'\. Known: ROC, PR, PRGAIN/],
    [() => metrics.auc({ summationMethod: 'middle' as never }), /unknown summationMethod 'middle'/],
    [() => metrics.auc({ numLabels: 2 }), /numLabels is for multiLabel only/],
    [() => metrics.auc({ thresholds: [2] }), /auc: the threshold 2/],
    [() => metrics.auc({ multiLabel: true }).updateState(one, one), /multiLabel needs predictions of the shape/],
    [() => metrics.auc({ multiLabel: true, numLabels: 3 }).updateState(two, two), /numLabels is 3, .* have 2 labels/],
    [() => metrics.auc({ labelWeights: [1] }).updateState(two, two), /1 labelWeights for predictions of shape/],
    [() => metrics.f1Score({ average: 'mean' as never }), /f1_score: unknown average 'mean'/],
    [() => metrics.f1Score({ threshold: 0 }), /f1_score: the threshold is 0/],
    [() => metrics.f1Score().updateState(one, one), /f1_score: .* Both must be \[batch, classes\]/],
    [() => metrics.fBetaScore({ beta: 0 }), /fbeta_score: beta is 0/],
    [() => metrics.r2Score({ classAggregation: 'best' as never }), /r2_score: unknown classAggregation 'best'/],
    [() => metrics.r2Score({ numRegressors: -1 }), /r2_score: numRegressors is -1/],
    [() => metrics.r2Score().updateState(one, one), /r2_score: .* Both must be \[batch, outputs\]/],
    [() => metrics.precisionAtRecall(2), /precision_at_recall: the recall is 2/],
    [() => metrics.recallAtPrecision(0.5, { numThresholds: 0 }), /recall_at_precision: numThresholds is 0/],
    [
      () => metrics.resolveMetric('compile', 'precision_at_recall', { targetShape: [1], outputShape: [1] }),
      /the recall is undefined/,
    ],
    [() => metrics.meanIoU(0), /mean_io_u: numClasses is 0/],
    [() => metrics.iou(3, [3]), /io_u: targetClassIds is \[3\]/],
    [() => metrics.iou(3, undefined as never), /io_u: targetClassIds is undefined/],
    [() => metrics.meanIoU(2).updateState(one, tensor([1])), /mean_io_u: 2 targets for 1 predictions/],
    [() => metrics.binaryIoU({ threshold: NaN }), /binary_io_u: the threshold is NaN/],
    [() => metrics.pearsonCorrelation().updateState(two, tensor([[1, 2, 3]])), /pearson_correlation: the targets/],
    [() => metrics.sum().updateState(one, tensor([1, 2, 3])), /sum: a sampleWeight of shape \[3\]/],
    [() => metrics.confusionMatrix(one, tensor([0])), /confusionMatrix: 2 targets, 1 predictions/],
    [() => metrics.confusionMatrix(one, tensor([0, 2]), { numClasses: 2 }), /label 2 at position 1 of the predictions/],
    [() => metrics.confusionMatrix(tensor([0.5, 0]), one, { numClasses: 2 }), /label 0.5 at position 0 of the targets/],
    [() => metrics.confusionMatrix(one, two), /the predictions have the shape \[2, ?2\]/],
    [() => metrics.confusionMatrix(undefined as never, two), /the targets are no tensor/],
  ];
  for (const [call, message] of refused) t.throws(call, { message });
  t.end();
});
