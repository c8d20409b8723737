/** Optimizers against ten steps that Keras took, eagerly and compiled. */
import t from 'tap';
import { optimizerFromConfig, type Optimizer } from '../../src/optimizers/index.ts';
import { compile } from '../../src/tape/compile.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { variable, type Variable } from '../../src/tensor/variable.ts';
import { KERAS_TOLERANCE, readFixture, relativeDifference, toTensor, type FixtureTensor } from './fixture.ts';

interface OptimizerFixture {
  readonly className: string;
  readonly cases: readonly {
    readonly name: string;
    readonly config: Readonly<Record<string, unknown>>;
    readonly variables: readonly FixtureTensor[];
    readonly gradients: readonly (readonly FixtureTensor[])[];
    readonly steps: readonly {
      readonly variables: readonly FixtureTensor[];
      readonly state: Readonly<Record<string, FixtureTensor>>;
    }[];
  }[];
}

type Case = OptimizerFixture['cases'][number];

type Tap = Pick<typeof t, 'ok' | 'strictSame'>;

async function follow(
  t: Tap,
  { variables: starts, gradients, steps }: Case,
  optimizer: Optimizer,
  compiled: boolean,
): Promise<void> {
  const variables = starts.map((start, i) => variable(toTensor(start), { name: `v${i}` }));
  const step = compile((given: readonly Tensor[]) => optimizer.apply(given, variables));
  for (const [index, expected] of steps.entries()) {
    const given = (gradients[index] ?? []).map(toTensor);
    if (compiled) await step(given);
    else optimizer.apply(given, variables);
    const differences = await Promise.all(
      expected.variables.map(async (value, i) => relativeDifference(await (variables[i] as Variable).read(), value)),
    );
    const slots = optimizer.variables.filter((one) => one !== optimizer.learningRate);
    const states = Object.entries(expected.state);
    t.strictSame(
      slots.map((slot) => slot.name.split('/').slice(1).join('_')),
      states.map(([name]) => name),
      'the variables of the optimizer stand in the order of Keras',
    );
    for (const [i, [, value]] of states.entries()) {
      differences.push(relativeDifference(await (slots[i] as Variable).read(), value));
    }
    const largest = Math.max(...differences);
    t.ok(
      largest <= KERAS_TOLERANCE,
      `step ${index + 1}, ${compiled ? 'compiled' : 'eager'}: largest difference ${largest}`,
    );
  }
}

for (const name of ['sgd', 'rmsprop', 'adam']) {
  const { className, cases } = readFixture<OptimizerFixture>(`optimizer-${name}`);
  for (const one of cases) {
    t.test(`${className}, ${one.name}: ten steps, eager and compiled, are those of Keras`, async (t) => {
      for (const compiled of [false, true]) {
        const optimizer = optimizerFromConfig({ class_name: className, config: one.config });
        t.strictSame(optimizer.getConfig(), one.config, 'the settings are written as Keras does');
        await follow(t, one, optimizer, compiled);
      }
    });
  }
}
