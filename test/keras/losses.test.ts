/** Losses against values and gradients that Keras computed. */
import t from 'tap';
import { computeLoss, lossFromConfig, reduceLoss } from '../../src/losses/index.ts';
import { valueAndGrad } from '../../src/tape/grad.ts';
import { sum } from '../../src/ops/index.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { compile } from '../../src/tape/compile.ts';
import { KERAS_TOLERANCE, readFixture, relativeDifference, toTensor, type FixtureTensor } from './fixture.ts';

interface LossFixture {
  readonly className: string;
  readonly cases: readonly {
    readonly name: string;
    readonly config: Readonly<Record<string, unknown>>;
    readonly yTrue: FixtureTensor;
    readonly yPred: FixtureTensor;
    readonly sampleWeight: FixtureTensor | null;
    readonly value: FixtureTensor;
    readonly gradient: FixtureTensor;
  }[];
}

const names = [
  'binary-crossentropy',
  'categorical-crossentropy',
  'sparse-categorical-crossentropy',
  'mean-squared-error',
];

for (const name of names) {
  const { className, cases } = readFixture<LossFixture>(`loss-${name}`);
  for (const { name: label, config, yTrue, yPred, sampleWeight, value, gradient } of cases) {
    t.test(`${className}, ${label}: the value and its gradient are Keras's`, async (t) => {
      const loss = lossFromConfig({ class_name: className, config });
      const weight = sampleWeight ? toTensor(sampleWeight) : undefined;
      const evaluate = (prediction: Tensor): Tensor =>
        computeLoss(loss, toTensor(yTrue), prediction, { sampleWeight: weight });
      t.ok(relativeDifference(evaluate(toTensor(yPred)), value) <= KERAS_TOLERANCE, 'eager value');
      const step = compile((prediction: Tensor) => {
        const [, dPrediction] = valueAndGrad((p: Tensor) => sum(evaluate(p)))(prediction);
        return [evaluate(prediction), dPrediction];
      });
      const [compiled, dPrediction] = await step(toTensor(yPred));
      t.ok(relativeDifference(compiled as Tensor, value) <= KERAS_TOLERANCE, 'compiled value');
      t.ok(relativeDifference(dPrediction as Tensor, gradient) <= KERAS_TOLERANCE, 'gradient');
      t.match(loss.getConfig?.(), config, 'the settings are written as Keras does');
    });
  }
}

t.test('a fixture can refuse: one reduction is not another', (t) => {
  const { cases } = readFixture<LossFixture>('loss-mean-squared-error');
  const first = cases[0];
  if (!first) throw new Error('the fixture has no cases');
  const values = lossFromConfig('mse').perElement(toTensor(first.yTrue), toTensor(first.yPred));
  t.ok(relativeDifference(reduceLoss(values, undefined, undefined, 'sum'), first.value) > 1);
  t.end();
});
