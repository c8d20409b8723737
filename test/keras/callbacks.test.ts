/** The callbacks decide as Keras's do, epoch by epoch, on the scripted logs that Keras was given. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { earlyStopping, reduceLROnPlateau } from '../../src/callbacks/index.ts';
import type { Logs } from '../../src/training/callback.ts';
import { root } from '../house/sources.ts';
import { captured, fakeModel, run, type Run } from '../src/callbacks/fake-model.ts';

interface Case<ClassName, Result> {
  readonly name: string;
  readonly className: ClassName;
  readonly options: Readonly<Record<string, unknown>>;
  readonly logs: readonly Logs[];
  readonly result: Result;
}
type StoppingCase = Case<
  'EarlyStopping',
  {
    readonly epochsRun: number;
    readonly stopped: boolean;
    readonly stoppedEpoch: number;
    readonly bestEpoch: number;
    readonly weightsOfEpoch: number;
  }
>;
type PlateauCase = Case<
  'ReduceLROnPlateau',
  {
    readonly initialLearningRate: number;
    readonly loggedLearningRates: readonly number[];
    readonly learningRates: readonly number[];
  }
>;

const { cases } = JSON.parse(readFileSync(join(root, 'test/keras/fixtures/callbacks.json'), 'utf8')) as {
  readonly cases: readonly (StoppingCase | PlateauCase)[];
};

/** `min_delta` as `minDelta`. */
const camelCase = (options: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );

const runQuietly = async (...args: Parameters<typeof run>): Promise<Run> => {
  let result: Run | undefined;
  await captured(async () => (result = await run(...args)));
  return result as Run;
};

t.test('the fixture has cases of both callbacks', (t) => {
  t.strictSame([...new Set(cases.map(({ className }) => className))], ['EarlyStopping', 'ReduceLROnPlateau']);
  t.end();
});

for (const { className, name, options, logs, result } of cases) {
  t.test(`${className}: ${name}`, async (t) => {
    if (className === 'EarlyStopping') {
      const callback = earlyStopping(camelCase(options));
      const { model, epochsRun } = await runQuietly([callback], logs);
      const { stoppedEpoch, bestEpoch } = callback;
      t.strictSame(
        { epochsRun, stopped: model.stopTraining, stoppedEpoch, bestEpoch, weightsOfEpoch: model.weight },
        result,
      );
    } else {
      const done = await runQuietly(
        [reduceLROnPlateau(camelCase(options))],
        logs,
        fakeModel(result.initialLearningRate),
      );
      // The fixture gives each float32 as its shortest decimal.
      t.strictSame(done.learningRates, result.learningRates.map(Math.fround));
      t.strictSame(
        done.logs.map((one) => one['learning_rate']),
        result.loggedLearningRates.map(Math.fround),
      );
    }
  });
}
