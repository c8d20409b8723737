/** Focal, overlap, circle and generalized losses: Keras 3.15.1's values, their gradients, and what is refused. */
import t, { type Test } from 'tap';
import * as losses from '../../../src/losses/index.ts';
import { gradcheck } from '../../../src/testing/index.ts';
import { valueAndGrad } from '../../../src/tape/grad.ts';
import { tensor, type Tensor } from '../../../src/tensor/tensor.ts';
import { KERAS_TOLERANCE, relativeDifference } from '../../keras/fixture.ts';

const binary = tensor([[0, 1, 1], [1, 0, 0], [0, 1, 0], [1, 1, 1]]); // prettier-ignore
const probabilities = tensor([[0.3, 0.4, 0.3], [0.5, 0.25, 0.25], [0.7, 0.2, 0.1], [0, 0.125, 0.875]]); // prettier-ignore
const inner = tensor([[0.3, 0.4, 0.3], [0.5, 0.25, 0.25], [0.7, 0.2, 0.1], [0.05, 0.125, 0.825]]); // prettier-ignore
const embeddings = tensor([
  [0.51449575, 0.68599435, 0.51449575],
  [0.81649655, 0.40824828, 0.40824828],
  [0.9525793, 0.27216551, 0.13608276],
  [0, 0.083045475, 0.99654573],
]);
const labels = tensor([1, 0, 2, 0]);

const is = (t: Test, actual: Tensor, expected: readonly number[] | number): void => {
  const data = typeof expected === 'number' ? [expected] : expected;
  const shape = typeof expected === 'number' ? [] : [data.length];
  const difference = relativeDifference(actual, { shape, data });
  t.ok(difference <= KERAS_TOLERANCE, `${actual.toString()} is ${String(expected)}`);
};

t.test("binary focal crossentropy is Keras's, with balanced classes too", (t) => {
  const each = { reduction: 'none' } as const;
  is(
    t,
    losses.binaryFocalCrossentropy(binary, probabilities, each),
    [0.317304015, 0.06974902, 0.5403468609, 5.9040846825],
  );
  is(
    t,
    losses.binaryFocalCrossentropy(binary, probabilities, { ...each, applyClassBalancing: true, alpha: 0.4, gamma: 3 }),
    [0.0833769143, 0.0133504672, 0.1924846023, 2.3348560333],
  );
  t.end();
});

t.test('with gamma 0 the focal loss is the crossentropy', (t) => {
  t.same(
    losses.binaryFocalCrossentropy(binary, inner, { gamma: 0 }).toArray(),
    losses.binaryCrossentropy(binary, inner).toArray(),
  );
  t.end();
});

t.test('dice and tversky give one value for all, or one for each index that is left', (t) => {
  is(t, losses.dice(binary, probabilities), 0.5636363029);
  is(t, losses.dice(binary, probabilities, { axis: [1], reduction: 'none' }), [0.5333333, 0.5, 0.8, 0.5]);
  is(t, losses.tversky(binary, probabilities, { alpha: 0.3, beta: 0.7 }), 0.5102040768);
  const half = losses.tversky(binary, probabilities).item();
  t.ok(Math.abs(half - losses.dice(binary, probabilities).item()) < 1e-6, 'tversky with ½ and ½ is dice');
  t.end();
});

t.test('circle: one value per sample; samples without a pair do not count', (t) => {
  const options = { gamma: 10, reduction: 'none' } as const;
  is(
    t,
    losses.circle(tensor([1, 0, 1, 0]), embeddings, options),
    [5.7350311279, 9.2726240158, 6.3626728058, 3.2610619068],
  );
  is(t, losses.circle(tensor([[1], [0], [1], [2]]), embeddings, options), [5.7350311279, 0, 6.3626728058, 0]);
  is(t, losses.circle(tensor([1, 0, 1, 2]), embeddings, { gamma: 10 }), 6.0488519669);
  const [, gradient] = valueAndGrad((x: Tensor) => losses.circle(tensor([0, 1, 2, 3]), x))(embeddings);
  t.ok(gradient.data.every(Number.isFinite), 'also when nothing has a pair');
  t.end();
});

t.test('generalized crossentropy takes labels', (t) => {
  const each = { q: 0.7, reduction: 'none' } as const;
  const expected = [0.6763529778, 0.5491825938, 1.1435339451, 1.4285714626];
  is(t, losses.categoricalGeneralizedCrossEntropy(labels, probabilities, each), expected);
  is(t, losses.categoricalGeneralizedCrossEntropy(tensor([[1], [0], [2], [0]]), probabilities, each), expected);
  t.end();
});

t.test('sparse crossentropy: a label of the ignored class has the loss 0', (t) => {
  const given = tensor([[0.25, 0.25, 0.5], [0.5, 0.25, 0.25], [0.125, 0.5, 0.375]]); // prettier-ignore
  // A class of its own, or a number that is none.
  for (const ignoreClass of [2, -1]) {
    const options = { ignoreClass, reduction: 'none' } as const;
    const classes = tensor([1, ignoreClass, 0]);
    const expected = [Math.log(4), 0, Math.log(8)];
    is(t, losses.sparseCategoricalCrossentropy(classes, given, options), expected);
    is(t, losses.sparseCategoricalCrossentropy(options).perElement(classes, given), expected);
  }
  t.end();
});

t.test('the class axis may be any', (t) => {
  const [sideways, turned] = [tensor([[0, 1, 0], [1, 0, 0]]), tensor([[0, 1], [1, 0], [0, 0]])]; // prettier-ignore
  const [given, turnedGiven] = [tensor([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]]), tensor([[0.2, 0.6], [0.5, 0.3], [0.3, 0.1]])]; // prettier-ignore
  const each = { reduction: 'none' } as const;
  for (const loss of [losses.categoricalCrossentropy, losses.categoricalFocalCrossentropy]) {
    t.same(loss(turned, turnedGiven, { ...each, axis: 0 }).toArray(), loss(sideways, given, each).toArray());
  }
  t.same(
    losses.sparseCategoricalCrossentropy(tensor([1, 0]), turnedGiven, { ...each, axis: 0 }).toArray(),
    losses.sparseCategoricalCrossentropy(tensor([1, 0]), given, each).toArray(),
  );
  t.same(
    losses.cosineSimilarity(turned, turnedGiven, { ...each, axis: 0 }).toArray(),
    losses.cosineSimilarity(sideways, given, each).toArray(),
  );
  t.end();
});

const gradients: Readonly<Record<string, readonly [losses.Loss, Tensor, Tensor]>> = {
  categoricalHinge: [losses.categoricalHinge(), binary, inner],
  binaryFocalCrossentropy: [losses.binaryFocalCrossentropy({ applyClassBalancing: true, gamma: 1.5 }), binary, inner],
  'binaryFocalCrossentropy of logits': [losses.binaryFocalCrossentropy({ fromLogits: true }), binary, embeddings],
  categoricalFocalCrossentropy: [losses.categoricalFocalCrossentropy({ labelSmoothing: 0.1 }), binary, inner],
  dice: [losses.dice({ axis: 1 }), binary, inner],
  tversky: [losses.tversky({ alpha: 0.2, beta: 0.9 }), binary, inner],
  circle: [losses.circle({ gamma: 4, removeDiagonal: false }), tensor([1, 0, 1, 0]), inner],
  categoricalGeneralizedCrossEntropy: [losses.categoricalGeneralizedCrossEntropy({ q: 0.3 }), labels, inner],
};

for (const [name, [loss, targets, predictions]] of Object.entries(gradients)) {
  t.test(`the gradient of ${name} is right`, (t) => {
    t.doesNotThrow(() => gradcheck((x: Tensor) => losses.computeLoss(loss, targets, x), [predictions]));
    t.end();
  });
}

t.test('settings go through a file', (t) => {
  const all: readonly losses.Loss[] = [
    losses.binaryFocalCrossentropy({ applyClassBalancing: true, alpha: 0.4, gamma: 3, axis: 0, labelSmoothing: 0.25 }),
    losses.categoricalFocalCrossentropy({ alpha: 0.4, fromLogits: true, reduction: 'sum' }),
    losses.dice({ axis: [1, 2], name: 'overlap' }),
    losses.tversky({ alpha: 0.3, beta: 0.7 }),
    losses.circle({ gamma: 32, margin: 0.2, removeDiagonal: false }),
    losses.categoricalGeneralizedCrossEntropy({ q: 0.7 }),
    losses.sparseCategoricalCrossentropy({ ignoreClass: 0, axis: 1 }),
    losses.cosineSimilarity({ axis: 0 }),
  ];
  for (const loss of all) {
    const { config } = losses.serializeLoss(loss);
    const again = losses.lossFromConfig({ ...losses.serializeLoss(loss), config: { ...config, dtype: 'float32' } });
    t.same(again.getConfig?.(), config, loss.name);
  }
  t.match(losses.binaryFocalCrossentropy().getConfig?.(), { alpha: 0.25, gamma: 2, apply_class_balancing: false });
  t.end();
});

t.test('wrong options and shapes are refused', (t) => {
  const refused: readonly (readonly [() => unknown, name: string, message: RegExp])[] = [
    [() => losses.binaryFocalCrossentropy({ gamma: -1 }), 'ArgumentError', /binary_focal_crossentropy: gamma is -1/],
    [() => losses.binaryFocalCrossentropy({ labelSmoothing: 2 }), 'ArgumentError', /labelSmoothing is 2/],
    [() => losses.binaryFocalCrossentropy(labels, probabilities), 'ShapeError', /targets have the shape \[4\]/],
    [() => losses.categoricalFocalCrossentropy({ alpha: NaN }), 'ArgumentError', /alpha is NaN/],
    [() => losses.categoricalFocalCrossentropy({ gamma: Infinity }), 'ArgumentError', /gamma is Infinity/],
    [() => losses.categoricalFocalCrossentropy(labels, probabilities), 'ShapeError', /targets have the shape \[4\]/],
    [() => losses.categoricalHinge(labels, probabilities), 'ShapeError', /categorical_hinge: the targets/],
    [() => losses.dice(labels, probabilities), 'ShapeError', /dice: the targets have the shape \[4\]/],
    [() => losses.dice(binary, probabilities, { axis: 2 }), 'ArgumentError', /axis 2 is out of range/],
    [() => losses.dice({ reduction: 'all' as never }), 'ArgumentError', /dice: unknown reduction 'all'/],
    [() => losses.tversky({ alpha: NaN }), 'ArgumentError', /tversky: alpha is NaN/],
    [() => losses.tversky({ beta: Infinity }), 'ArgumentError', /beta Infinity/],
    [() => losses.tversky(labels, probabilities), 'ShapeError', /tversky: the targets/],
    [() => losses.circle({ gamma: NaN }), 'ArgumentError', /circle: gamma is NaN/],
    [() => losses.circle({ margin: Infinity }), 'ArgumentError', /margin Infinity/],
    [() => losses.circle(tensor([0, 1]), embeddings), 'ShapeError', /circle: the labels have the shape \[2\]/],
    [() => losses.categoricalGeneralizedCrossEntropy({ q: 1 }), 'ArgumentError', /q is 1\. Give a number between/],
    [() => losses.categoricalGeneralizedCrossEntropy(binary, probabilities), 'ShapeError', /Give one label per sample/],
    [() => losses.categoricalGeneralizedCrossEntropy(tensor([9, 0, 0, 0]), probabilities), 'ArgumentError', /index 9/],
  ];
  for (const [call, name, message] of refused) t.throws(call, { name, message });
  t.end();
});
