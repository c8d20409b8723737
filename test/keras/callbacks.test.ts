/** The callbacks decide as Keras's do, epoch by epoch, on the scripted logs that Keras was given, and write what it writes; summaries are Keras's. */
import * as gt from '../../src/index.ts';
import t from 'tap';
import * as callbacks from '../../src/callbacks/index.ts';
import { ModelCheckpoint } from '../../src/callbacks/model-checkpoint.ts';
import { formatTemplate } from '../../src/callbacks/python-format.ts';
import type { Model } from '../../src/models/model.ts';
import { CallbackList, type Logs } from '../../src/training/callback.ts';
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

/** A log: what JSON has no number for stands by its name in Python. */
type WrittenNumber = number | 'nan' | 'inf' | '-inf';
type WrittenLogs = Readonly<Record<string, WrittenNumber>>;

interface CheckpointCase {
  readonly name: string;
  readonly path: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly fits: readonly (readonly (readonly [batches: readonly WrittenLogs[], logs: WrittenLogs])[])[];
  readonly result: { readonly saved: readonly (readonly [string, number])[]; readonly error: 'KeyError' | null };
}

interface CsvCase {
  readonly name: string;
  readonly options: { readonly separator?: string; readonly append?: boolean };
  readonly fits: readonly (readonly WrittenLogs[])[];
  readonly text: string;
}

interface FormatCase {
  readonly name: string;
  readonly numbers: readonly (readonly ['float' | 'int', WrittenNumber])[];
  readonly texts: readonly (string | null)[];
}

const realOf = (value: WrittenNumber): number =>
  value === 'nan' ? NaN : value === 'inf' ? Infinity : value === '-inf' ? -Infinity : value;
const realLogs = (logs: WrittenLogs): Logs =>
  Object.fromEntries(Object.entries(logs).map(([name, value]) => [name, realOf(value)]));

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

for (const { name, path, options, fits, result } of casesOf<CheckpointCase>('checkpoints')) {
  report.case('checkpoints');
  t.test(`ModelCheckpoint: ${name}`, async (t) => {
    const saved: [string, number][] = [];
    const model = { ...fakeModel(), weight: 0 };
    const callback = new ModelCheckpoint(path, renamed(options), {
      sink: (file, bytes) => void saved.push([file, bytes[0] ?? NaN]),
      toKeras: () => Promise.resolve(Uint8Array.of(model.weight)),
    });
    let error: unknown = null;
    await captured(async () => {
      try {
        for (const epochs of fits) {
          const list = new CallbackList([callback], model as unknown as Model, { epochs: 1, steps: 1, verbose: 0 });
          await list.call('onTrainBegin', {});
          for (const [epoch, [batches, logs]] of epochs.entries()) {
            await list.call('onEpochBegin', epoch, {});
            for (const [batch, values] of batches.entries()) {
              model.weight++;
              await list.call('onTrainBatchEnd', batch, realLogs(values));
            }
            await list.call('onEpochEnd', epoch, realLogs(logs));
          }
          await list.call('onTrainEnd', {});
        }
      } catch (thrown) {
        error = thrown;
      }
    });
    t.strictSame(saved, result.saved);
    if (result.error === null) t.equal(error, null);
    else t.match(error, { name: 'ArgumentError', message: /asks for '.*Known: epoch/ });
  });
}

for (const { name, options, fits, text } of casesOf<CsvCase>('csv')) {
  report.case('csv');
  t.test(`CSVLogger: ${name}`, async (t) => {
    let written = '';
    const sink = (file: string, bytes: Uint8Array): void =>
      void (written = `${file}:${new TextDecoder().decode(bytes)}`);
    const callback = callbacks.csvLogger('log.csv', { ...options, sink });
    for (const epochs of fits) {
      await callback.onTrainBegin();
      for (const [epoch, logs] of epochs.entries()) await callback.onEpochEnd(epoch, realLogs(logs));
    }
    t.equal(written, `log.csv:${text}`);
  });
}

for (const { name, numbers, texts } of casesOf<FormatCase>('formats')) {
  report.case('formats');
  t.test(`Python's format '${name}'`, (t) => {
    const written = numbers.map(([kind, value]) => {
      const number = realOf(value);
      try {
        const values = new Map([['x', kind === 'int' ? { int: number } : { float: number }]]);
        return formatTemplate('test', `{x:${name}}`, values);
      } catch {
        return null;
      }
    });
    t.strictSame(written, texts);
    t.end();
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
