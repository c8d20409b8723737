/** Losses: Keras's values per sample, calling conventions, names, and what is refused. */
import t from 'tap';
import * as losses from '../../../src/losses/index.ts';
import { valueAndGrad } from '../../../src/tape/grad.ts';
import { mean, sub } from '../../../src/ops/index.ts';
import { tensor, type Tensor } from '../../../src/tensor/tensor.ts';
import { KERAS_TOLERANCE, relativeDifference } from '../../keras/fixture.ts';

const yTrue = tensor([[0.2, 0.5, 0.3], [1, 0, 0], [0.1, 0.1, 0.8], [0, 0, 1]]); // prettier-ignore
const yPred = tensor([[0.3, 0.4, 0.3], [0.5, 0.25, 0.25], [0.7, 0.2, 0.1], [0, 0.125, 1.5]]); // prettier-ignore
const binary = tensor([[0, 1, 1], [1, 0, 0], [0, 1, 0], [1, 1, 1]]); // prettier-ignore

/** What Keras 3.15.1 on JAX gives per sample. */
const values: Readonly<Record<string, readonly number[]>> = {
  mean_squared_error: [0.006666667, 0.125, 0.28666663, 0.08854167],
  mean_absolute_error: [0.06666667, 0.33333334, 0.46666667, 0.20833334],
  mean_absolute_percentage_error: [23.333336, 166666688, 262.5, 41666684],
  mean_squared_logarithmic_error: [0.003722281, 0.06078232, 0.14653528, 0.021221958],
  binary_crossentropy: [0.6168524, 0.4228371, 1.1147188, 0.044510543],
  categorical_crossentropy: [1.0601318, 0.6931472, 2.0386794, 0.08004264],
  hinge: [0.8666667, 1, 1.2, 0.625],
  squared_hinge: [0.8466666, 1.125, 1.5800002, 0.5885417],
  huber: [0.0033333334, 0.0625, 0.14333332, 0.044270836],
  log_cosh: [0.0033278267, 0.06065806, 0.13413242, 0.042635582],
  kl_divergence: [0.030478738, 0.6931442, 1.3996475, -1.4038654e-6],
  poisson: [0.68671054, 0.5643823, 1.012893, 0.40651163],
  cosine_similarity: [-0.97372603, -0.81649655, -0.2847607, -0.9965458],
  categorical_hinge: [0.88999999, 0.75, 1.46, 0],
  categorical_focal_crossentropy: [0.11497642, 0.0433217, 0.39957231, 0.00011840613],
};

for (const [name, data] of Object.entries(values)) {
  t.test(`${name} gives what Keras gives, by its name and as a function`, (t) => {
    const targets = /^(squared_)?hinge$/.test(name) ? binary : yTrue;
    const loss = losses.resolveLoss('compile', name);
    const perSample = loss.perElement(targets, yPred);
    t.equal(loss.name, name);
    t.ok(relativeDifference(perSample, { shape: [4], data }) <= KERAS_TOLERANCE, String(perSample.toArray()));
    const camel = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    const fn = (losses as unknown as Readonly<Record<string, losses.LossFunction>>)[camel] as losses.LossFunction;
    t.strictSame(fn(targets, yPred, { reduction: 'none' }).toArray(), perSample.toArray());
    t.strictSame(fn(targets, yPred).shape, []);
    t.equal(losses.lossFromConfig(losses.serializeLoss(loss)).name, name, 'its file entry is read back');
    t.end();
  });
}

t.test('huber takes delta, also through a file', (t) => {
  const expected = { shape: [4], data: [0.0033333334, 0.046666667, 0.075, 0.029270833] };
  const again = losses.lossFromConfig(losses.serializeLoss(losses.huber({ delta: 0.2 })));
  t.ok(relativeDifference(again.perElement(yTrue, yPred), expected) <= KERAS_TOLERANCE);
  t.end();
});

t.test('a loss called with options alone is a Loss for compile', (t) => {
  const loss = losses.categoricalCrossentropy({ fromLogits: true, reduction: 'sum' });
  t.equal(losses.resolveLoss('compile', loss), loss);
  t.same(loss.getConfig?.(), {
    name: 'categorical_crossentropy',
    reduction: 'sum',
    from_logits: true,
    label_smoothing: 0,
    axis: -1,
  });
  t.equal(losses.resolveLoss('compile', losses.meanSquaredError).name, 'mean_squared_error');
  t.end();
});

t.test('ranks that differ by a last axis of size 1 are made equal', (t) => {
  const flat = tensor([1, 2, 3]);
  const column = tensor([[1], [2], [5]]);
  t.equal(losses.meanSquaredError(flat, column).item(), losses.meanSquaredError(column, flat).item());
  t.ok(Math.abs(losses.meanSquaredError(flat, column).item() - 4 / 3) < 1e-6);
  t.strictSame(losses.meanSquaredError(flat, column, { reduction: 'none' }).toArray(), [0, 0, 4]);
  t.end();
});

t.test('targets that would broadcast are refused', (t) => {
  t.throws(
    () =>
      losses.meanSquaredError(
        tensor([1, 2, 3]),
        tensor([
          [1, 2, 3],
          [1, 2, 3],
          [1, 2, 3],
        ]),
      ),
    {
      // prettier-ignore
      name: 'ShapeError',
      message: /mean_squared_error: the targets have the shape \[3\], the predictions \[3, ?3\]/,
    },
  );
  t.throws(() => losses.sparseCategoricalCrossentropy(binary, yPred), {
    name: 'ShapeError',
    message: /one-hot targets use categorical_crossentropy/,
  });
  t.end();
});

t.test('sparse labels may have a last axis of size 1 and stand in sequences', (t) => {
  const perStep = tensor([[[0.5, 0.5], [0.25, 0.75]]]); // prettier-ignore
  const flat = losses.sparseCategoricalCrossentropy(tensor([[0, 1]]), perStep, { reduction: 'none' });
  const deep = losses.sparseCategoricalCrossentropy(tensor([[[0], [1]]]), perStep, { reduction: 'none' });
  t.strictSame(flat.shape, [1, 2]);
  t.strictSame(deep.toArray(), flat.toArray());
  t.ok(relativeDifference(flat, { shape: [1, 2], data: [0.6931472, 0.2876821] }) <= KERAS_TOLERANCE);
  t.end();
});

t.test('crossentropies of sure logits keep their last digits and finite gradients', (t) => {
  const logits = tensor([[30, -30]]);
  const value = losses.binaryCrossentropy(tensor([[1, 0]]), logits, { fromLogits: true }).item();
  t.ok(Math.abs(value / 9.357622968840175e-14 - 1) < 1e-6, `softplus(-30) is not rounded to 0: ${value}`);
  const wrong = losses.binaryCrossentropy(tensor([[0, 1]]), tensor([[200, -200]]), { fromLogits: true }).item();
  t.equal(wrong, 200);
  for (const loss of [losses.binaryCrossentropy, losses.categoricalCrossentropy]) {
    const [, gradient] = valueAndGrad((p: Tensor) => loss(tensor([[1, 0]]), p))(tensor([[0, 1]]));
    t.ok(gradient.data.every(Number.isFinite));
  }
  t.end();
});

t.test('the gradient of cosine similarity at a zero vector is finite', (t) => {
  const [value, gradient] = valueAndGrad((p: Tensor) => losses.cosineSimilarity(tensor([[1, 0]]), p))(tensor([[0, 0]]));
  t.equal(value.item() + 0, 0);
  t.ok(gradient.data.every(Number.isFinite));
  t.end();
});

t.test('hinge takes targets of 0 and 1 for -1 and 1 only when all are', (t) => {
  t.equal(losses.hinge(tensor([[0, 1]]), tensor([[0.5, 0.5]])).item(), 1);
  t.equal(losses.hinge(tensor([[0, -1]]), tensor([[0.5, 0.5]])).item(), 1.25);
  t.end();
});

t.test('label smoothing draws targets towards the uniform distribution', (t) => {
  const one = losses.categoricalCrossentropy(tensor([[1, 0]]), tensor([[0.75, 0.25]]), { labelSmoothing: 0.5 });
  const same = losses.categoricalCrossentropy(tensor([[0.75, 0.25]]), tensor([[0.75, 0.25]]));
  t.equal(one.item(), same.item());
  t.throws(() => losses.binaryCrossentropy(binary, yPred, { labelSmoothing: 2 }), /labelSmoothing is 2/);
  t.end();
});

t.test('ignoreClass leaves samples out of the mean', (t) => {
  const probabilities = tensor([[0.5, 0.5], [0.1, 0.9]]); // prettier-ignore
  const value = losses.sparseCategoricalCrossentropy(tensor([0, -1]), probabilities, { ignoreClass: -1 });
  t.ok(Math.abs(value.item() - Math.LN2) < 1e-6);
  t.end();
});

t.test('a function of the user gets the rank repair and the reduction', (t) => {
  const half = (a: Tensor, b: Tensor): Tensor => mean(sub(b, a), { axis: -1 });
  const loss = losses.resolveLoss('compile', half);
  t.equal(loss.name, 'half');
  t.equal(losses.computeLoss(loss, tensor([1, 2]), tensor([[3], [6]])).item(), 3);
  t.equal(losses.computeLoss(loss, tensor([1, 2]), tensor([[3], [6]]), { sampleWeight: tensor([1, 0]) }).item(), 1);
  t.throws(() => losses.serializeLoss(loss), { name: 'ArgumentError' });
  t.end();
});

t.test('names: Keras spellings, aliases, crossentropy by shapes, unknown ones', (t) => {
  for (const name of ['mse', 'MSE', 'meanSquaredError', 'MeanSquaredError'])
    t.equal(losses.resolveLoss('compile', name).name, 'mean_squared_error');
  t.equal(losses.resolveLoss('compile', 'KLDivergence').name, 'kl_divergence');
  const kind = (targetShape: number[], outputShape: number[]): string =>
    losses.resolveLoss('compile', 'ce', { targetShape, outputShape }).name;
  t.equal(kind([8, 1], [8, 1]), 'binary_crossentropy');
  t.equal(kind([8], [8, 3]), 'sparse_categorical_crossentropy');
  t.equal(kind([8, 1], [8, 3]), 'sparse_categorical_crossentropy');
  t.equal(kind([8, 3], [8, 3]), 'categorical_crossentropy');
  t.equal(losses.lossFromConfig({ class_name: 'function', config: 'mean_squared_error' }).name, 'mean_squared_error');
  t.throws(() => losses.resolveLoss('compile', 'binary_crosentropy'), {
    name: 'ArgumentError',
    message: /did you mean 'binary_crossentropy'\?/,
  });
  t.throws(() => losses.resolveLoss('compile', 3 as never), {
    name: 'ArgumentError',
    message: /the loss is of type number/,
  });
  t.end();
});

t.test('a label outside the classes is named with its position', (t) => {
  const loss = losses.sparseCategoricalCrossentropy();
  t.throws(() => losses.checkLabels(loss, tensor([0, 9, 10]), [null, 10]), {
    name: 'ArgumentError',
    message: /label 10 at position 2 .* 10 classes/,
  });
  t.throws(() => losses.checkLabels(loss, tensor([[0, 1], [1, -1]]), [2, 2, 2]), /label -1 at position \[1, ?1\]/); // prettier-ignore
  t.throws(() => losses.checkLabels(loss, tensor([0.5]), [1, 2]), /label 0.5/);
  const ignoring = losses.sparseCategoricalCrossentropy({ ignoreClass: -1 });
  t.doesNotThrow(() => losses.checkLabels(ignoring, tensor([0, -1]), [2, 2]));
  t.doesNotThrow(() => losses.checkLabels(losses.meanSquaredError(), tensor([99]), [1, 2]));
  t.end();
});
