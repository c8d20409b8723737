/** Losses against values and gradients that Keras computed, eager and compiled. */
import t from 'tap';
import { computeLoss, lossFromConfig, reduceLoss } from '../../src/losses/index.ts';
import { sum } from '../../src/ops/index.ts';
import { compile } from '../../src/tape/compile.ts';
import { valueAndGrad } from '../../src/tape/grad.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { ErrorReport, readFamilies, relativeDifference, toTensor, type FixtureTensor } from './fixture.ts';

interface LossCase {
  readonly name: string;
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** What the loss was made with: Keras's config leaves some of it out. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly yTrue: FixtureTensor;
  readonly yPred: FixtureTensor;
  readonly sampleWeight?: FixtureTensor;
  readonly mask?: FixtureTensor;
  readonly value: FixtureTensor;
  readonly gradient: FixtureTensor;
}

const report = new ErrorReport();
const families = readFamilies<LossCase>('losses');

for (const { family, cases } of families) {
  for (const { name, className, config, options, yTrue, yPred, sampleWeight, mask, value, gradient } of cases) {
    report.case(family);
    t.test(`${family}, ${name}: the value and its gradient are Keras's`, async (t) => {
      const close = (what: string, actual: Tensor | undefined, expected: FixtureTensor): void => {
        const error = actual ? relativeDifference(actual, expected) : Infinity;
        t.ok(report.note(family, error), `${what} differs by ${error}, shape ${actual?.shape.join()}`);
      };
      const loss = lossFromConfig({ class_name: className, config: { ...config, ...options } });
      const evaluate = (prediction: Tensor): Tensor =>
        computeLoss(loss, toTensor(yTrue), prediction, {
          sampleWeight: sampleWeight && toTensor(sampleWeight),
          mask: mask && toTensor(mask),
        });
      close('eager value', evaluate(toTensor(yPred)), value);
      const step = compile((prediction: Tensor) => {
        const [, dPrediction] = valueAndGrad((p: Tensor) => sum(evaluate(p)))(prediction);
        return [evaluate(prediction), dPrediction];
      });
      const [compiled, dPrediction] = await step(toTensor(yPred));
      close('compiled value', compiled, value);
      close('gradient', dPrediction, gradient);
      t.match(loss.getConfig?.(), config, 'the settings are written as Keras does');
    });
  }
}

t.test('a fixture can refuse: one reduction is not another', (t) => {
  const first = families.find(({ family }) => family === 'mean_squared_error')?.cases[0];
  if (!first) throw new Error('the fixture has no cases');
  const values = lossFromConfig('mse').perElement(toTensor(first.yTrue), toTensor(first.yPred));
  t.ok(relativeDifference(reduceLoss(values, undefined, undefined, 'sum'), first.value) > 1);
  t.end();
});

t.test('all of it', (t) => {
  report.lines().forEach((line) => t.comment(line));
  t.end();
});
