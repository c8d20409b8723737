import t from 'tap';
import { ArgumentError } from '../../../src/errors.ts';
import type { Model } from '../../../src/models/model.ts';
import { CallbackList, type CallbackParams, type Logs } from '../../../src/training/callback.ts';
import { progressBar, type ProgressBarOptions } from '../../../src/training/progress-bar.ts';

// The clock of src/clock.ts stands still unless a test moves it.
let seconds = 0;
performance.now = () => 1000 * seconds;

type Step = readonly [at: number, logs: Logs];
interface Script {
  readonly options?: ProgressBarOptions;
  readonly params?: Partial<CallbackParams>;
  readonly steps: readonly Step[];
  /** The end of the epoch; default: that of the last step. */
  readonly end?: Step;
}

const listOf = (
  options: ProgressBarOptions,
  params: Partial<CallbackParams>,
): { list: CallbackList; written: string[] } => {
  const written: string[] = [];
  const bar = progressBar({ write: (text) => void written.push(text), ...options });
  return {
    list: new CallbackList([bar], {} as Model, { epochs: 1, steps: undefined, verbose: 1, ...params }),
    written,
  };
};

const epoch = async (
  list: CallbackList,
  number: number,
  { steps, end = steps.at(-1) ?? [0, {}] }: Script,
): Promise<void> => {
  seconds = 0;
  await list.call('onEpochBegin', number, {});
  for (const [batch, [at, logs]] of steps.entries()) {
    seconds = at;
    await list.call('onTrainBatchEnd', batch, { ...logs });
  }
  seconds = end[0];
  await list.call('onEpochEnd', number, { ...end[1] });
};

const fitOnce = async (script: Script): Promise<string[]> => {
  const { list, written } = listOf(script.options ?? {}, script.params ?? {});
  await list.call('onTrainBegin', {});
  await epoch(list, 0, script);
  await list.call('onTrainEnd', {});
  return written;
};

const terminal: ProgressBarOptions = { isTerminal: true };
// Bold, colours and the erasing of the rest of the line.
// oxlint-disable-next-line no-control-regex -- control characters are what is sought
const control = /\x1b\[\d*[mK]/g;
/** What a drawing shows. */
const visible = (text: string): string => text.replace('\r', '').replaceAll(control, '');
const cells = (filled: number): string => '━'.repeat(filled);

t.test('an epoch that goes on after an interruption begins with its batches, and times its own steps', async (t) => {
  const params = { epochs: 3, steps: 6 };
  const { list, written } = listOf(terminal, params);
  seconds = 0;
  await list.call('onTrainBegin', {});
  await list.call('onTrainResume', { epoch: 1, batch: 3 });
  for (const [batch, at] of [
    [3, 2],
    [4, 3],
    [5, 5],
  ] as const) {
    seconds = at;
    await list.call('onTrainBatchEnd', batch, { loss: 1 });
  }
  await list.call('onEpochEnd', 1, { loss: 1 });
  t.strictSame(written.map(visible), [
    'Epoch 2/3\n',
    `4/6 ${cells(20)} 4s 2s/step - loss: 1.0000`,
    `5/6 ${cells(20)} 1s 1s/step - loss: 1.0000`,
    `6/6 ${cells(20)} 0s 2s/step - loss: 1.0000`,
    `6/6 ${cells(20)} 5s 2s/step - loss: 1.0000\n`,
  ]);
  const between = listOf(terminal, params);
  await between.list.call('onTrainBegin', {});
  await between.list.call('onTrainResume', { epoch: 1, batch: 0 });
  t.strictSame(between.written, [], 'an epoch that is to begin says so itself');
});

t.test('a terminal gets the drawings that Keras 3.15.1 makes of the same steps and times', async (t) => {
  const steps: Step[] = [
    [0.5, { loss: 1.5 }],
    [0.6, { loss: 0.0005 }],
    [0.62, { loss: 1 }],
    [9, { loss: -0.25 }],
  ];
  const drawn = await fitOnce({ options: terminal, params: { steps: 10 }, steps });
  const bar = (filled: number): string => `\x1b[32m${cells(filled)}\x1b[0m\x1b[37m${cells(20 - filled)}\x1b[0m`;
  t.equal(drawn.length, 4, 'the third step comes within 50 ms of the second');
  t.equal(drawn[0], `\r\x1b[1m 1/10\x1b[0m ${bar(2)} \x1b[1m4s\x1b[0m 500ms/step - loss: 1.5000\x1b[K`);
  t.equal(drawn[1], `\r\x1b[1m 2/10\x1b[0m ${bar(4)} \x1b[1m0s\x1b[0m 100ms/step - loss: 5.0000e-04\x1b[K`);
  t.equal(drawn[3], `\r\x1b[1m 4/10\x1b[0m ${bar(8)} \x1b[1m9s\x1b[0m 3s/step - loss: -0.2500\x1b[K\n`);
  const unknown = await fitOnce({ options: terminal, steps: [[0.4, { loss: 1.5 }]] });
  t.equal(unknown[0], '\r      1/Unknown \x1b[1m0s\x1b[0m 400ms/step - loss: 1.5000\x1b[K');
});

t.test('the last drawing always comes, with the elapsed time and all values', async (t) => {
  const steps: Step[] = [1, 2, 3, 4].map((n) => [n / 1000, { loss: n }]);
  const drawn = await fitOnce({ options: terminal, params: { steps: 4 }, steps, end: [2.4, { loss: 4, val_loss: 5 }] });
  t.equal(drawn.length, 2);
  t.equal(visible(drawn[1] ?? ''), `4/4 ${cells(20)} 2s 800ms/step - loss: 4.0000 - val_loss: 5.0000\n`);
});

t.test('redraws are at least 50 ms apart', async (t) => {
  const steps: Step[] = Array.from({ length: 100 }, (_, i) => [(i + 1) / 64, {}]);
  const drawn = await fitOnce({ options: terminal, params: { steps: 100 }, steps });
  t.equal(drawn.length, 25 + 1, 'every fourth step of 1/64 s, and the last line');
});

t.test('the first step counts for the time per step only while it is the only one', async (t) => {
  const steps: Step[] = [
    [10, {}],
    [10.1, {}],
    [10.2, {}],
  ];
  const drawn = await fitOnce({ options: terminal, params: { steps: 3 }, steps });
  t.match(drawn[0], / 10s\/step/);
  t.match(drawn[1], / 100ms\/step/);
  t.match(drawn.at(-1), / 100ms\/step/);
});

t.test('times are given in hours, minutes, seconds; steps in s, ms or us', async (t) => {
  const remaining = async (first: number): Promise<string> =>
    visible((await fitOnce({ options: terminal, params: { steps: 2 }, steps: [[first, {}]] }))[0] ?? '');
  t.match(await remaining(3723), / 1:02:03 3723s\/step/);
  t.match(await remaining(3600), / 60:00 3600s\/step/);
  t.match(await remaining(125), / 2:05 125s\/step/);
  t.match(await remaining(60), / 60s 60s\/step/);
  t.match(await remaining(0.012), / 0s 12ms\/step/);
  t.match(await remaining(0.00034), / 0s 340us\/step/);
});

t.test('values have four decimals, tiny ones an exponent, and what is no number is said so', async (t) => {
  const logs = { a: 12345.678, b: 0.00012345, c: 0, d: -0.5, e: -2e-12, f: NaN, g: -Infinity };
  const [line] = await fitOnce({ steps: [], end: [0, logs] });
  t.match(
    line,
    ' - a: 12345.6780 - b: 1.2345e-04 - c: 0.0000e+00 - d: -0.5000 - e: -2.0000e-12 - f: NaN - g: -Infinity\n',
  );
});

t.test('a training of several epochs has titles, one of a single epoch has none', async (t) => {
  const { list, written } = listOf(terminal, { epochs: 3, steps: 1 });
  await list.call('onTrainBegin', {});
  await epoch(list, 0, { steps: [[0.1, {}]] });
  await epoch(list, 1, { steps: [[0.1, {}]] });
  t.equal(written[0], 'Epoch 1/3\n');
  t.equal(written[3], 'Epoch 2/3\n');
  t.notMatch((await fitOnce({ options: terminal, params: { steps: 1 }, steps: [[0.1, {}]] })).join(''), 'Epoch');
});

t.test('data of unknown length are known after their first epoch', async (t) => {
  const { list, written } = listOf(terminal, { epochs: 2 });
  await list.call('onTrainBegin', {});
  const steps: Step[] = [
    [1, {}],
    [2, {}],
    [3, {}],
  ];
  await epoch(list, 0, { steps });
  t.match(visible(written[1] ?? ''), /^ {6}1\/Unknown 1s 1s\/step/);
  t.match(visible(written[4] ?? ''), /^3\/3 ━{20} 3s/);
  await epoch(list, 1, { steps });
  t.match(visible(written[6] ?? ''), /^1\/3 ━{20} 2s/);
});

t.test('an epoch that was cut short shows the steps that ran', async (t) => {
  const drawn = await fitOnce({
    options: terminal,
    params: { steps: 100 },
    steps: [
      [1, {}],
      [2, {}],
    ],
  });
  t.match(visible(drawn.at(-1) ?? ''), /^ {2}2\/100 ━{20} 2s 1s\/step/);
});

t.test('a line that is wider than the terminal is cut until its last drawing', async (t) => {
  const logs = { accuracy: 0.5, loss: 0.25 };
  const drawn = await fitOnce({ options: { ...terminal, columns: 50 }, params: { steps: 2 }, steps: [[1, logs]] });
  const full = `1/2 ${cells(20)} 1s 1s/step - accuracy: 0.5000 - loss: 0.2500`;
  t.equal(visible(drawn[0] ?? ''), full.slice(0, 49));
  t.equal(visible(drawn[1] ?? ''), `${full}\n`);
});

t.test('away from a terminal each epoch is one plain line', async (t) => {
  const { list, written } = listOf({}, { epochs: 10, steps: 300 });
  await list.call('onTrainBegin', {});
  const steps: Step[] = Array.from({ length: 300 }, (_, i) => [0.041 * (i + 1), { loss: 1 }]);
  await epoch(list, 2, { steps, end: [12.3, { accuracy: 0.9312, loss: 0.2207, val_loss: 0.3 }] });
  t.strictSame(written, ['Epoch 3/10 - 12.3s - 41ms/step - loss: 0.2207 - accuracy: 0.9312 - val_loss: 0.3000\n']);
});

t.test("verbose 2 is Keras's one line per epoch below its title", async (t) => {
  const steps: Step[] = [
    [0.5, { loss: 3 }],
    [1, { loss: 2 }],
    [1.6, { loss: 1.5 }],
  ];
  for (const isTerminal of [true, false]) {
    const written = await fitOnce({ options: { isTerminal }, params: { steps: 3, epochs: 2, verbose: 2 }, steps });
    t.strictSame(written, ['Epoch 1/2\n', '3/3 - 2s - 550ms/step - loss: 1.5000\n']);
  }
});

t.test("verbose 0 writes nothing, and the bar's own verbose wins over that of fit", async (t) => {
  const script: Script = { params: { steps: 1, epochs: 2, verbose: 0 }, steps: [[1, {}]] };
  t.strictSame(await fitOnce({ ...script, options: terminal }), []);
  t.equal((await fitOnce({ ...script, options: { verbose: 2 } })).length, 2);
});

t.test('validation inside fit is silent; evaluate and predict have a line of their own', async (t) => {
  const { list, written } = listOf({}, { steps: 1 });
  const test = async (): Promise<void> => {
    seconds = 0;
    await list.call('onTestBegin', {});
    seconds = 0.5;
    await list.call('onTestBatchEnd', 0, { loss: 7 });
    await list.call('onTestEnd', { loss: 7 });
  };
  await list.call('onTrainBegin', {});
  await list.call('onEpochBegin', 0, {});
  await list.call('onTrainBatchEnd', 0, { loss: 1 });
  await test();
  t.strictSame(written, []);
  await list.call('onEpochEnd', 0, { loss: 1, val_loss: 7 });
  await list.call('onTrainEnd', {});
  t.equal(written.length, 1);
  await test();
  t.equal(written[1], '1/1 - 0.5s - 500ms/step - loss: 7.0000\n');
  seconds = 0;
  await list.call('onPredictBegin', {});
  seconds = 2;
  await list.call('onPredictBatchEnd', 0, { outputs: 1 });
  await list.call('onPredictEnd', {});
  t.equal(written[2], '1/1 - 2.0s - 2s/step\n');
});

t.test('a bar whose fit failed serves the next run', async (t) => {
  const written: string[] = [];
  const bar = progressBar({ write: (text) => void written.push(text) });
  const params: CallbackParams = { epochs: 1, steps: 1, verbose: 1 };
  await new CallbackList([bar], {} as Model, params).call('onTrainBegin', {});
  const next = new CallbackList([bar], {} as Model, params);
  await next.call('onTestBegin', {});
  await next.call('onTestEnd', { loss: 1 });
  t.equal(written.length, 1);
});

t.test('the default output is the standard output, and whole lines on the console where there is none', async (t) => {
  const stdout = Object.getOwnPropertyDescriptor(process, 'stdout') as PropertyDescriptor;
  const { log } = console;
  const lines: string[] = [];
  let text = '';
  Object.defineProperty(process, 'stdout', { value: { write: (part: string) => (text += part) }, configurable: true });
  try {
    const bar = progressBar();
    bar.onEpochBegin(0);
    bar.onEpochEnd(0, { loss: 1 });
  } finally {
    Object.defineProperty(process, 'stdout', stdout);
  }
  t.match(text, /^Epoch 1\/1 - .* - loss: 1\.0000\n$/);
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'process') as PropertyDescriptor;
  console.log = (line: string) => void lines.push(line);
  try {
    Object.defineProperty(globalThis, 'process', { value: undefined, configurable: true });
    const bar = progressBar({ verbose: 2 });
    bar.setParams({ epochs: 2, steps: 1, verbose: 1 });
    bar.onEpochBegin(0);
    bar.onEpochEnd(0, { loss: 1 });
  } finally {
    Object.defineProperty(globalThis, 'process', descriptor);
    console.log = log;
  }
  t.equal(lines.length, 2);
  t.equal(lines[0], 'Epoch 1/2');
  t.match(lines[1], /- loss: 1\.0000$/);
});

t.test('another verbose is refused', (t) => {
  t.throws(() => progressBar({ verbose: 3 as 2 }), ArgumentError);
  t.end();
});
