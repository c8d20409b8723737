/** The callbacks decide as Keras's do, epoch by epoch, on the scripted logs that Keras was given; summaries are Keras's. */
import * as gt from '../../src/index.ts';
import t from 'tap';
import * as callbacks from '../../src/callbacks/index.ts';
import type { Logs } from '../../src/training/callback.ts';
import { captured, fakeModel, run, type Run } from '../src/callbacks/fake-model.ts';
import { camelCase, ErrorReport, readFamilies } from './fixture.ts';

interface CallbackCase {
  readonly name: string;
  readonly className: 'EarlyStopping' | 'ReduceLROnPlateau' | 'LearningRateScheduler';
  readonly options: Readonly<Record<string, unknown>>;
  readonly logs: readonly Logs[];
  readonly result: {
    readonly epochsRun: number;
    readonly stopped: boolean;
    readonly stoppedEpoch: number;
    readonly bestEpoch: number;
    readonly weightsOfEpoch: number;
    readonly initialLearningRate: number;
    readonly loggedLearningRates: readonly number[];
    readonly learningRates: readonly number[];
  };
}

interface SummaryCase {
  readonly name: string;
  readonly config: object;
  readonly options: Readonly<Record<string, unknown>>;
  readonly compile: Readonly<Record<string, string>> | null;
  readonly text: string;
  readonly narrow: string;
}

/** What the scheduler calls: the same as SCHEDULES in families/callbacks.py. */
const schedules: Readonly<Record<string, (epoch: number, rate: number) => number>> = {
  halves: (_epoch, rate) => rate / 2,
  'by epoch': (epoch) => 1 / (1 + epoch),
  steps: (epoch, rate) => (epoch >= 2 ? 0.1 : rate),
};

const report = new ErrorReport();

const families = readFamilies<unknown>('callbacks');
const casesOf = <Case>(name: string): readonly Case[] =>
  (families.find(({ family }) => family === name)?.cases ?? []) as readonly Case[];

const runQuietly = async (...args: Parameters<typeof run>): Promise<Run> => {
  let result: Run | undefined;
  await captured(async () => (result = await run(...args)));
  return result as Run;
};

const renamed = (options: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([key, value]) => [camelCase(key), value]));

for (const { className, name, options, logs, result } of casesOf<CallbackCase>('callbacks')) {
  report.case('callbacks');
  t.test(`${className}: ${name}`, async (t) => {
    if (className === 'EarlyStopping') {
      const callback = callbacks.earlyStopping(renamed(options));
      const { model, epochsRun } = await runQuietly([callback], logs);
      const { stoppedEpoch, bestEpoch } = callback;
      t.strictSame(
        { epochsRun, stopped: model.stopTraining, stoppedEpoch, bestEpoch, weightsOfEpoch: model.weight },
        result,
      );
      return;
    }
    const callback =
      className === 'ReduceLROnPlateau'
        ? callbacks.reduceLROnPlateau(renamed(options))
        : callbacks.learningRateScheduler(schedules[name] as (epoch: number, rate: number) => number);
    const script = className === 'ReduceLROnPlateau' ? logs : result.learningRates.map(() => ({ loss: 1 }));
    const done = await runQuietly([callback], script, fakeModel(result.initialLearningRate));
    // The fixture gives each float32 as its shortest decimal.
    t.strictSame(done.learningRates, result.learningRates.map(Math.fround));
    t.strictSame(
      done.logs.map((one) => one['learning_rate']),
      result.loggedLearningRates.map(Math.fround),
    );
  });
}

for (const { name, config, options, compile, text, narrow } of casesOf<SummaryCase>('summaries')) {
  report.case('summaries');
  t.test(`summary: ${name}`, async (t) => {
    const net = gt.modelFromJSON(config);
    if (compile) {
      net.compile(compile as never);
      await net.fit(gt.full([2, 6], 0), gt.full([2, 3], 0), { verbose: 0 });
    }
    const print = (more: object): string => {
      const lines: string[] = [];
      net.summary({ ...renamed(options), ...more, write: (line) => void lines.push(line) });
      return lines.join('\n').trimEnd();
    };
    t.equal(print({}), text.trimEnd());
    if (!('line_length' in options)) t.equal(print({ lineLength: 76 }), narrow.trimEnd());
  });
}

// They are compared bit by bit and letter by letter: there is no error to note.
t.test('all of it', (t) => {
  report.lines().forEach((line) => t.comment(line));
  t.end();
});
