/** Optimizers against twenty steps that Keras took, eager and compiled, and learning rate schedules. */
import t, { type Test } from 'tap';
import { constraintFromConfig, type Constraint } from '../../src/constraints/index.ts';
import { optimizerFromConfig, schedules } from '../../src/optimizers/index.ts';
import { compile } from '../../src/tape/compile.ts';
import { tensor, type Tensor } from '../../src/tensor/tensor.ts';
import { variable } from '../../src/tensor/variable.ts';
import {
  ErrorReport,
  numberDifference,
  readFamilies,
  relativeDifference,
  toTensor,
  type FixtureTensor,
} from './fixture.ts';

interface OptimizerCase {
  readonly name: string;
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly variables: readonly FixtureTensor[];
  /** One for each variable, `[steps, ...]`, as the next two. */
  readonly gradients: readonly FixtureTensor[];
  readonly steps: readonly FixtureTensor[];
  readonly state: readonly { readonly name: string; readonly steps: FixtureTensor }[];
  readonly learningRates: readonly number[];
  readonly final: readonly FixtureTensor[];
  readonly constraint?: object;
}

interface ScheduleCase {
  readonly name: string;
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly steps: readonly number[];
  readonly values: readonly number[];
  readonly optimizer: OptimizerCase;
}

const report = new ErrorReport();

async function follow(t: Test, family: string, one: OptimizerCase, compiled: boolean): Promise<void> {
  const optimizer = optimizerFromConfig({ class_name: one.className, config: one.config });
  t.match(optimizer.getConfig(), one.config, 'the settings are written as Keras does');
  const variables = one.variables.map((start, i) => variable(toTensor(start), { name: `v${i}` }));
  if (one.constraint && variables[1]) {
    const constraint: Constraint = constraintFromConfig(one.constraint);
    variables[1].constraint = (value) => constraint.apply(value);
  }
  const step = compile((given: readonly Tensor[]) => optimizer.apply(given, variables));
  const largest = { variables: 0, state: 0, rates: 0 };
  for (let index = 0; index < (one.gradients[0]?.shape[0] ?? 0); index++) {
    const given = one.gradients.map((all) => slice(all, index)).map(toTensor);
    // The rate of the step to come: a schedule's is known from the count of the steps before it.
    largest.rates = Math.max(
      largest.rates,
      numberDifference(optimizer.learningRate.hostValue().item(), one.learningRates[index] ?? NaN),
    );
    if (compiled) await step(given);
    else optimizer.apply(given, variables);
    for (const [i, all] of one.steps.entries()) {
      const value = await variables[i]?.read();
      largest.variables = Math.max(largest.variables, value ? relativeDifference(value, slice(all, index)) : Infinity);
    }
    const slots = optimizer.variables.filter((slot) => slot !== optimizer.learningRate);
    t.strictSame(
      slots.map((slot) => slot.name.split('/').slice(1).join('_')),
      one.state.map(({ name }) => name),
      'the variables of the optimizer stand in the order of Keras',
    );
    for (const [i, { steps }] of one.state.entries()) {
      const value = await slots[i]?.read();
      largest.state = Math.max(largest.state, value ? relativeDifference(value, slice(steps, index)) : Infinity);
    }
  }
  await optimizer.finalizeVariableValues(variables);
  for (const [i, expected] of one.final.entries()) {
    const value = await variables[i]?.read();
    largest.variables = Math.max(largest.variables, value ? relativeDifference(value, expected) : Infinity);
  }
  for (const [what, error] of Object.entries(largest)) {
    t.ok(report.note(family, error), `${compiled ? 'compiled' : 'eager'}: ${what} differ by ${error}`);
  }
}

for (const { family, cases } of readFamilies<OptimizerCase>('optimizers')) {
  for (const one of cases) {
    report.case(family);
    t.test(`${family}, ${one.name}: twenty steps are those of Keras`, async (t) => {
      for (const compiled of [false, true]) await follow(t, family, one, compiled);
    });
  }
}

for (const { family, cases } of readFamilies<ScheduleCase>('schedules')) {
  for (const one of cases) {
    report.case(family);
    t.test(`${family}, ${one.name}`, async (t) => {
      const schedule = schedules.scheduleFromConfig({ class_name: one.className, config: one.config });
      t.match(schedule.getConfig(), one.config, 'the settings are written as Keras does');
      one.steps.forEach((step, index) => {
        const error = numberDifference(schedule.valueAt(step), one.values[index] ?? NaN);
        t.ok(report.note(family, error), `step ${step} differs by ${error}`);
      });
      for (const compiled of [false, true]) await follow(t, family, one.optimizer, compiled);
    });
  }
}

t.test('all of it', (t) => {
  report.lines().forEach((line) => t.comment(line));
  t.end();
});

function slice({ shape: [, ...shape], data }: FixtureTensor, index: number): FixtureTensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return { shape, data: Float32Array.from({ length: size }, (_, i) => data[index * size + i] ?? NaN) };
}

t.test('a fixture can refuse: another rate is another path', async (t) => {
  const [one] = readFamilies<OptimizerCase>('optimizers').find(({ family }) => family === 'sgd')?.cases ?? [];
  if (!one) throw new Error('the fixture has no cases');
  const optimizer = optimizerFromConfig({ class_name: 'SGD', config: { ...one.config, learning_rate: 0.02 } });
  const start = variable(toTensor(one.variables[0] as FixtureTensor));
  optimizer.apply([tensor(slice(one.gradients[0] as FixtureTensor, 0).data as Float32Array, start.shape)], [start]);
  t.ok(relativeDifference(await start.read(), slice(one.steps[0] as FixtureTensor, 0)) > 1e-4);
});
