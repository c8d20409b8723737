/** Activations, regularizers, constraints and initializers against Keras. */
import t, { type Test } from 'tap';
import { resolveActivation } from '../../src/activations/resolve.ts';
import { constraintFromConfig, serializeConstraint } from '../../src/constraints/index.ts';
import { initializerFromConfig, serializeInitializer } from '../../src/initializers/index.ts';
import { mul, sum } from '../../src/ops/index.ts';
import { regularizerFromConfig, serializeRegularizer } from '../../src/regularizers/index.ts';
import { valueAndGrad } from '../../src/tape/grad.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { ErrorReport, readFamilies, relativeDifference, toTensor, type FixtureTensor } from './fixture.ts';

interface SmallCase {
  readonly name: string;
  readonly config: { readonly config: object };
  /** What Keras's config leaves out. */
  readonly options?: object;
  readonly x: FixtureTensor;
  readonly value: FixtureTensor | number;
  readonly cotangent: FixtureTensor;
  readonly gradient: FixtureTensor;
  readonly shape: readonly number[];
  readonly deviation: number;
  readonly largest: number;
}

const report = new ErrorReport();

const checks: Readonly<Record<string, (t: Test, one: SmallCase, close: Close) => void>> = {
  activations: (_t, one, close) => {
    const { apply } = resolveActivation('test', one.name);
    const [, gradient] = valueAndGrad((x: Tensor) => sum(mul(apply(x), toTensor(one.cotangent))))(toTensor(one.x));
    close('value', apply(toTensor(one.x)), one.value as FixtureTensor);
    close('gradient', gradient, one.gradient);
  },
  regularizers: (t, one, close) => {
    const regularizer = regularizerFromConfig(one.config);
    const [value, gradient] = valueAndGrad((x: Tensor) => regularizer.apply(x))(toTensor(one.x));
    close('value', value, { shape: [], data: [one.value as number] });
    close('gradient', gradient, one.gradient);
    t.match(serializeRegularizer(regularizer), one.config);
  },
  constraints: (t, one, close) => {
    const constraint = constraintFromConfig(one.config);
    close('value', constraint.apply(toTensor(one.x)), one.value as FixtureTensor);
    t.match(serializeConstraint(constraint), one.config);
  },
  initializers: (t, one, close) => {
    const initializer = initializerFromConfig({ ...one.config, config: { ...one.config.config, ...one.options } });
    const shape = (one.value as FixtureTensor | undefined)?.shape ?? one.shape;
    const values = initializer.initialize(shape, [1, 2]);
    if (one.value === undefined) {
      // Keras draws other numbers: what both aim at is their spread.
      const deviation = Math.sqrt(values.data.reduce((total, v) => total + v * v, 0) / values.size);
      t.ok(Math.abs(deviation - one.deviation) <= 0.15 * one.deviation + 0.005, `the deviation is ${deviation}`);
    } else {
      close('value', values, one.value as FixtureTensor);
    }
    t.match(serializeInitializer(initializer), one.config);
  },
};

type Close = (what: string, actual: Tensor, expected: FixtureTensor) => void;

for (const { family, cases } of readFamilies<SmallCase>('small')) {
  for (const one of cases) {
    report.case(family);
    t.test(`${family}: ${one.name}`, (t) => {
      checks[family]?.(t, one, (what, actual, expected) => {
        const error = relativeDifference(actual, expected);
        t.ok(report.note(family, error), `the ${what} differs by ${error}`);
      });
      t.end();
    });
  }
}

t.test('all of it', (t) => {
  report.lines().forEach((line) => t.comment(line));
  t.end();
});
