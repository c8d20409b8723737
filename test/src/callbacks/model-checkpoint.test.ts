/** modelCheckpoint beyond what Keras's fixtures decide: files that can be read, sinks, options, messages, its state. */
import * as gt from 'gradtape';
import t from 'tap';
import { fromKeras, loadWeights, toKeras } from '../../../src/keras/index.ts';
import { ModelCheckpoint } from '../../../src/callbacks/model-checkpoint.ts';
import { captured, run, series } from './fake-model.ts';

const { layers, callbacks } = gt;

const x = gt.ops.randomNormal([8, 3], { seed: 1 });
const y = gt.ops.sum(x, { axis: 1, keepDims: true });
const regression = (): gt.Model => {
  gt.seed(1);
  const net = gt.sequential([layers.dense(4, { activation: 'relu', inputShape: [3] }), layers.dense(1)]);
  net.compile({ optimizer: 'adam', loss: 'mse' });
  return net;
};
const weightsOf = async (net: gt.Model): Promise<unknown> => (await net.getWeights()).map((one) => one.toArray());

t.test('each format holds the model of its epoch, with the state of the optimizer', async (t) => {
  const net = regression();
  const files = new Map<string, Uint8Array>();
  const sink = (name: string, bytes: Uint8Array): void => void files.set(name, bytes);
  const weights: unknown[] = [];
  const { history } = await net.fit(x, y, {
    verbose: 0,
    epochs: 2,
    callbacks: [
      callbacks.modelCheckpoint('a/{epoch:02d}-{loss:.3f}.keras', { sink, toKeras }),
      callbacks.modelCheckpoint('{epoch}.h5', { sink, toKeras }),
      callbacks.modelCheckpoint('{epoch}.weights.h5', { sink, toKeras, saveWeightsOnly: true }),
      { onEpochEnd: async () => void weights.push(await weightsOf(net)) },
    ],
  });
  const name = (epoch: number): string => `a/0${epoch + 1}-${history['loss']?.[epoch]?.toFixed(3)}.keras`;
  t.strictSame([...files.keys()], [name(0), '1.h5', '1.weights.h5', name(1), '2.h5', '2.weights.h5']);
  const bytes = (file: string): Uint8Array => files.get(file) as Uint8Array;
  for (const epoch of [0, 1]) {
    for (const file of [name(epoch), `${epoch + 1}.h5`]) {
      const loaded = await fromKeras(bytes(file));
      t.strictSame(await weightsOf(loaded), weights[epoch], file);
      t.equal((await loaded.optimizer?.iterations.read())?.item(), epoch + 1, `${file}: the optimizer's steps`);
    }
    const empty = regression();
    await loadWeights(empty, bytes(`${epoch + 1}.weights.h5`));
    t.strictSame(await weightsOf(empty), weights[epoch]);
  }
});

const scripted = (options: gt.callbacks.ModelCheckpointOptions | object, path = '{epoch}.keras') => {
  const saved: string[] = [];
  const callback = new ModelCheckpoint(path, options, {
    sink: (name) => void saved.push(name),
    toKeras: () => Promise.resolve(new Uint8Array(0)),
  });
  return { callback, saved };
};

t.test('verbose says what it does and why', async (t) => {
  const { callback } = scripted({ saveBestOnly: true, verbose: 1 });
  const { printed } = await captured(() => run([callback], series('val_loss', 0.5, 0.25, 0.3)));
  t.equal(
    printed,
    "modelCheckpoint: epoch 1: val_loss improved from nothing to 0.5; saving '1.keras'.\n" +
      "modelCheckpoint: epoch 2: val_loss improved from 0.5 to 0.25; saving '2.keras'.\n" +
      'modelCheckpoint: epoch 3: val_loss is 0.3, no better than 0.25.\n',
  );
  const every = scripted({ verbose: 1 });
  t.equal(
    (await captured(() => run([every.callback], series('loss', 1)))).printed,
    "modelCheckpoint: epoch 1: saving '1.keras'.\n",
  );
});

t.test('a monitor that is missing is a warning that lists the logs, and saves', async (t) => {
  const { callback, saved } = scripted({ saveBestOnly: true });
  const { warnings } = await captured(() => run([callback], series('loss', 1)));
  t.match(warnings, [/there is no log 'val_loss'.* it is saved\. The logs are loss\./]);
  t.strictSame(saved, ['1.keras']);
});

t.test('which way is better must be known for the best only', async (t) => {
  await t.rejects(run([scripted({ saveBestOnly: true, monitor: 'mine' }).callback], series('mine', 1)), {
    name: 'ArgumentError',
    message: /modelCheckpoint: whether 'mine' should rise or fall is not known/,
  });
  const { callback, saved } = scripted({ monitor: 'mine' });
  await run([callback], series('mine', 1));
  t.strictSame(saved, ['1.keras']);
});

t.test('its state goes from one callback to another', async (t) => {
  const first = scripted({ saveBestOnly: true });
  await run([first.callback], series('val_loss', 0.5, 0.3));
  const second = scripted({ saveBestOnly: true });
  second.callback.setState(first.callback.getState());
  await run([second.callback], series('val_loss', 0.4, 0.2));
  t.strictSame(second.saved, ['2.keras']);
  t.equal(second.callback.best, 0.2);
});

t.test('wrong options are refused', (t) => {
  const sink = (): void => undefined;
  const cases: readonly (readonly [string, unknown, RegExp])[] = [
    ['model', { sink, toKeras }, /the path is 'model'\. It must end in \.keras or \.h5/],
    ['model.weights.h5.txt', { sink, toKeras, saveWeightsOnly: true }, /must end in \.weights\.h5/],
    ['model.h5', { sink, toKeras, saveWeightsOnly: true }, /must end in \.weights\.h5/],
    ['model.keras', { sink }, /toKeras is undefined.*import \{ toKeras \} from 'gradtape\/keras'/],
    ['model.keras', {}, /sink is undefined.*gradtape\/node/],
    ['model.keras', { sink, toKeras, saveFreq: 1.5 }, /saveFreq is 1\.5\. Give 'epoch' or a number of batches/],
    ['model.keras', { sink, toKeras, saveFreq: 'batch' }, /saveFreq is 'batch'/],
    ['model.keras', { sink, toKeras, saveBestOnly: 1 }, /saveBestOnly is 1\. Give true or false/],
    ['model.keras', { sink, toKeras, saveWeightsOnly: 'no' }, /saveWeightsOnly is 'no'/],
    ['model.keras', { sink, toKeras, verbose: 3 }, /verbose is 3/],
    ['model.keras', { sink, toKeras, mode: 'up' }, /unknown mode 'up'/],
    ['model.keras', { sink, toKeras, initialValueThreshold: NaN }, /initialValueThreshold is NaN/],
    ['model.keras', 1, /the options are 1/],
  ];
  for (const [path, options, message] of cases) {
    t.throws(() => callbacks.modelCheckpoint(path, options as never), {
      name: 'ArgumentError',
      message: new RegExp(`^modelCheckpoint: .*${message.source}`),
    });
  }
  t.throws(() => callbacks.modelCheckpoint(1 as never, { sink, toKeras }), {
    name: 'ArgumentError',
    message: /the path is 1/,
  });
  t.end();
});

t.test('a template that cannot be filled in says what there is', async (t) => {
  const filled = (path: string): Promise<unknown> =>
    run([scripted({}, path).callback], [{ loss: 0.5, val_loss: 0.25 }]);
  await t.rejects(filled('{val_los:.2f}.keras'), {
    name: 'ArgumentError',
    message: /asks for 'val_los'; did you mean 'val_loss'\? Known: epoch, loss, val_loss\./,
  });
  await t.rejects(filled('{loss:02d}.keras'), { message: /writes loss, a number, as '02d', which Python refuses/ });
  await t.rejects(filled('{epoch:q}.keras'), { message: /writes epoch, a whole number, as 'q'.* or 02d/ });
  for (const path of ['{epoch.keras', 'epoch}.keras', '{epoch!r}.keras', '{}.keras', '{epoch:{loss}}.keras'])
    await t.rejects(filled(path), { name: 'ArgumentError', message: /a brace that is not closed|asks for ''/ }, path);
});
