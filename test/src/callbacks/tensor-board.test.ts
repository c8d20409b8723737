/** tensorBoard: which tags at which steps, the same numbers as the history, and training as if it were not there. */
import * as gt from 'gradtape';
import t from 'tap';
import { histogramRows } from '../../../src/io/tensorboard/histogram.ts';
import { decodeEvents, decodePng, textOf } from '../io/tensorboard/decode.ts';
import { captured } from './fake-model.ts';
import { logFolder, type LogFolder } from './log-folder.ts';

const { callbacks, layers } = gt;
type Options = Omit<gt.callbacks.TensorBoardOptions, 'sink'>;

const x = gt.tensor(
  Float32Array.from({ length: 40 }, (_, i) => ((7 * i) % 11) / 11 - 0.5),
  [10, 4],
);
const y = gt.tensor(
  Float32Array.from({ length: 10 }, (_, i) => i % 2),
  [10, 1],
);

const smallModel = (optimizer: gt.CompileModelOptions['optimizer'] = 'adam'): gt.Model => {
  gt.clearSession();
  gt.seed(3);
  const features = gt.input([4]);
  const hidden = layers.dropout(0.2)(layers.dense(3, { activation: 'tanh' })(features));
  const net = gt.model(features, layers.dense(1, { activation: 'sigmoid' })(hidden));
  net.compile({ optimizer: optimizer ?? 'adam', loss: 'binary_crossentropy', metrics: ['mae'] });
  return net;
};

const fitted = async (
  options: Options,
  fit: gt.FitOptions = {},
  net: gt.Model = smallModel(),
): Promise<LogFolder & { net: gt.Model; history: gt.History }> => {
  const folder = logFolder();
  const history = await net.fit(x, y, {
    epochs: 3,
    batchSize: 4,
    verbose: 0,
    ...fit,
    callbacks: [callbacks.tensorBoard({ ...options, sink: folder.sink })],
  });
  return { ...folder, net, history };
};

const float32 = (values: readonly number[] = []): (readonly [number, number])[] =>
  values.map((value, step) => [step, Math.fround(value)]);

t.test('each epoch: the logs without val_ in train, those with it in validation, the rate, step from 0', async (t) => {
  const { scalar, tags, history } = await fitted({}, { validationSplit: 0.2 });
  const { history: values } = history;
  t.strictSame(tags('logs/train'), ['epoch_learning_rate', 'epoch_loss', 'epoch_mae', 'keras']);
  t.strictSame(tags('logs/validation'), [
    'epoch_loss',
    'epoch_mae',
    'evaluation_loss_vs_iterations',
    'evaluation_mae_vs_iterations',
  ]);
  t.strictSame(scalar('logs/train', 'epoch_loss'), float32(values['loss']));
  t.strictSame(scalar('logs/train', 'epoch_mae'), float32(values['mae']));
  t.strictSame(scalar('logs/validation', 'epoch_loss'), float32(values['val_loss']));
  t.strictSame(scalar('logs/train', 'epoch_learning_rate'), float32([0.001, 0.001, 0.001]));
  // Eight samples train, four to a batch: two updates an epoch.
  const iterations = float32(values['val_loss']).map(([, value], epoch) => [2 * (epoch + 1), value]);
  t.strictSame(scalar('logs/validation', 'evaluation_loss_vs_iterations'), iterations);
});

t.test('the learning rate is that of the moment, from a schedule too', async (t) => {
  const learningRate = gt.optimizers.schedules.exponentialDecay(0.1, 3, 0.5);
  const { scalar } = await fitted({}, {}, smallModel(gt.optimizers.sgd({ learningRate })));
  t.strictSame(scalar('logs/train', 'epoch_learning_rate'), float32([0.05, 0.025, 0.0125]));
});

t.test('without validation there is no run of it; evaluate writes one', async (t) => {
  const { files, net } = await fitted({ logDir: 'a/b' });
  t.strictSame(
    [...files.keys()].map((name) => name.replace(/events\..*/, '')),
    ['a/b/train/'],
  );
  const folder = logFolder();
  const logs = await net.evaluate(x, y, {
    verbose: 0,
    returnDict: true,
    callbacks: [callbacks.tensorBoard({ sink: folder.sink, logDir: '' })],
  });
  t.strictSame(folder.scalar('validation', 'evaluation_loss_vs_iterations'), [[9, Math.fround(logs['loss'] ?? NaN)]]);
});

t.test('batches: every one, or each so many; counted from 1 across epochs', async (t) => {
  const every = await fitted({ updateFreq: 'batch' });
  t.strictSame(
    every.scalar('logs/train', 'batch_loss').map(([step]) => step),
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  const some = await fitted({ updateFreq: 4 });
  t.strictSame(
    some.scalar('logs/train', 'batch_mae').map(([step]) => step),
    [4, 8],
  );
  t.strictSame(
    some.scalar('logs/train', 'batch_loss'),
    every.scalar('logs/train', 'batch_loss').filter(([step]) => step % 4 === 0),
  );
});

t.test('steps per second are positive, of epochs and of batches', async (t) => {
  const { scalar } = await fitted({ writeStepsPerSecond: true, updateFreq: 'batch' });
  const [epochs, batches] = ['epoch_steps_per_second', 'batch_steps_per_second'].map((tag) =>
    scalar('logs/train', tag),
  );
  t.strictSame([epochs?.length, batches?.length], [3, 9]);
  t.ok([...(epochs ?? []), ...(batches ?? [])].every(([, value]) => (value ?? 0) > 0));
});

t.test(
  'histograms of weights and gradients come every so many epochs; the last are those of the weights now',
  async (t) => {
    const { values, tags, net } = await fitted({ histogramFreq: 2 }, { epochs: 3 });
    const names = ['dense/kernel', 'dense/bias', 'dense_1/kernel', 'dense_1/bias'];
    t.strictSame(
      tags('logs/train').filter((tag) => tag.endsWith('histogram')),
      names.flatMap((name) => [`${name}/gradient/histogram`, `${name}/histogram`]).sort(),
    );
    for (const [index, weight] of (await net.getWeights()).entries()) {
      const logged = values('logs/train', `${names[index]}/histogram`);
      t.strictSame(logged.map(([step]) => step), [0, 2]); // prettier-ignore
      t.strictSame(logged[1]?.[1].numbers, [...histogramRows(weight.data)]);
    }
  },
);

t.test('the gradients are those of the first batch, before clipping, with the loss’s scale taken out', async (t) => {
  for (const optimizer of [
    gt.optimizers.sgd({ learningRate: 0, clipvalue: 1e-6 }),
    gt.optimizers.sgd({ learningRate: 0, lossScaleFactor: 8 }),
  ]) {
    const net = smallModel(optimizer);
    // The dropout of a compiled step draws from the model's counter, which an eager call would move: none here.
    const plain = gt.model(net.inputs[0] as gt.SymbolicTensor, net.getLayer('dense').output);
    plain.compile({ optimizer, loss: 'mse' });
    const targets = gt.zeros([10, 3]);
    const folder = logFolder();
    await plain.fit(x, targets, {
      batchSize: 4,
      shuffle: false,
      verbose: 0,
      callbacks: [callbacks.tensorBoard({ sink: folder.sink, histogramFreq: 1 })],
    });
    const first = gt.ops.slice(x, [0, 0], [4, 4]);
    const [, gradients] = gt.valueAndGrad(() => gt.ops.mean(gt.ops.square(plain(first))), plain.trainableWeights);
    for (const [index, weight] of plain.trainableWeights.entries()) {
      const [[, logged] = []] = folder.values('logs/train', `${weight.name}/gradient/histogram`);
      const expected = histogramRows((gradients[index] as gt.Tensor).data);
      t.equal(logged?.numbers.length, expected.length);
      const largest = Math.max(...expected.map(Math.abs));
      const gap = Math.max(...(logged?.numbers ?? [NaN]).map((value, i) => Math.abs(value - (expected[i] ?? NaN))));
      t.ok(gap <= largest * 2 ** -20, `${weight.name}: ${gap} of ${largest}`);
    }
  }
});

t.test('training goes to the same bits with and without the callback, gradients included', async (t) => {
  const logged = await fitted({ histogramFreq: 1, writeImages: true, updateFreq: 'batch' });
  const plain = smallModel();
  const history = await plain.fit(x, y, { epochs: 3, batchSize: 4, verbose: 0 });
  t.strictSame(logged.history.history, history.history);
  const [a, b] = await Promise.all([logged.net.getWeights(), plain.getWeights()]);
  t.strictSame(a.map(({ data }) => [...data]), b.map(({ data }) => [...data])); // prettier-ignore
  t.ok(logged.tags('logs/train').includes('dense/kernel/gradient/histogram'), 'there were gradients');
});

t.test(
  'the step that gives gradients updates convolutions, averages, masks and recurrent weights to the same bits',
  async (t) => {
    const image = [6, 6, 2];
    const builders: Record<string, () => gt.Sequential> = {
      convolutions: () =>
        gt.sequential([
          layers.conv2d(3, 3, { inputShape: image, activation: 'relu' }),
          layers.batchNormalization(),
          layers.separableConv2d(4, 2),
          layers.dropout(0.3),
          layers.globalAveragePooling2d(),
          layers.dense(2, { kernelRegularizer: 'l2' }),
        ]),
      recurrence: () =>
        gt.sequential([
          layers.reshape([12, 6], { inputShape: image }),
          layers.bidirectional(layers.lstm(4, { returnSequences: true })),
          layers.layerNormalization(),
          layers.gru(3),
          layers.dense(2),
        ]),
    };
    const inputs = gt.tensor(
      Float32Array.from({ length: 12 * 72 }, (_, i) => ((i * 31) % 17) / 17),
      [12, ...image],
    );
    const targets = gt.tensor(
      Float32Array.from({ length: 24 }, (_, i) => i % 3),
      [12, 2],
    );
    for (const [name, build] of Object.entries(builders)) {
      const optimizers: (() => gt.CompileModelOptions['optimizer'])[] = [
        () => gt.optimizers.adam({ globalClipnorm: 0.1, useEma: true }),
        () => gt.optimizers.sgd({ momentum: 0.9, gradientAccumulationSteps: 2 }),
      ];
      for (const optimizer of optimizers) {
        const train = async (given: readonly gt.Callback[]): Promise<number[]> => {
          gt.clearSession();
          gt.seed(5);
          const net = build();
          net.compile({ optimizer: optimizer() ?? 'sgd', loss: 'mse' });
          await net.fit(inputs, targets, { epochs: 3, batchSize: 4, verbose: 0, callbacks: given });
          return (await net.getWeights()).flatMap(({ data }) => [...data]);
        };
        const { sink, tags } = logFolder();
        const logged = await train([callbacks.tensorBoard({ sink, histogramFreq: 1 })]);
        t.strictSame(logged, await train([]), name);
        t.ok(tags('logs/train').some((tag) => tag.endsWith('/gradient/histogram')));
      }
    }
  },
);

t.test('without gradients if so asked', async (t) => {
  const { tags } = await fitted({ histogramFreq: 1, writeGradients: false });
  t.strictSame(tags('logs/train').filter((tag) => tag.includes('gradient')), []); // prettier-ignore
});

t.test(
  'the run’s graph has a node for each layer, the conceptual graph is the model’s JSON; none if so asked',
  async (t) => {
    const { values, net, events } = await fitted({});
    const [graph, ...others] = events('logs/train')
      .map((event) => event.graph)
      .filter((one) => Object.keys(one).length > 0);
    t.strictSame(graph, {
      input_layer: { op: 'InputLayer', inputs: [], shapes: [[-1, 4]] },
      dense: { op: 'Dense', inputs: ['input_layer'], shapes: [[-1, 3]] },
      dropout: { op: 'Dropout', inputs: ['dense'], shapes: [[-1, 3]] },
      dense_1: { op: 'Dense', inputs: ['dropout'], shapes: [[-1, 1]] },
    });
    t.strictSame(others, []);
    const graphs = values('logs/train', 'keras');
    t.equal(graphs.length, 1);
    t.strictSame(JSON.parse(textOf(graphs[0]?.[1].strings[0] ?? new Uint8Array())), JSON.parse(JSON.stringify(net)));
    const without = await fitted({ writeGraph: false });
    t.notOk(without.tags('logs/train').includes('keras'));
    t.strictSame(without.events('logs/train').filter((event) => Object.keys(event.graph).length > 0), []); // prettier-ignore
  },
);

t.test('a model that has no JSON is trained, with a warning and no conceptual graph', async (t) => {
  const features = gt.input([4]);
  const net = gt.model(
    features,
    layers.lambda((one: gt.Tensor) => gt.ops.mean(one, { axis: -1, keepDims: true }))(features),
  );
  net.compile({ loss: 'mse' });
  let tags: string[] = [];
  const { warnings } = await captured(async () => {
    tags = (await fitted({}, {}, net)).tags('logs/train');
  });
  t.match(warnings, [/^tensorBoard: the conceptual graph is not written\. .*lambda/i]);
  t.ok(tags.includes('epoch_loss') && !tags.includes('keras'));
});

t.test('pictures of weights: a bias is a column, a matrix lies on its long side, from black to white', async (t) => {
  const net = smallModel();
  net.setWeights([
    gt.tensor([[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 255]]), // prettier-ignore
    gt.tensor([-1, 0, 1]),
    gt.tensor([[0], [0], [0]]),
    gt.tensor([4]),
  ]);
  net.trainable = false;
  net.compile({ loss: 'mse' });
  const { values } = await fitted({ histogramFreq: 1, writeImages: true }, { epochs: 1 }, net);
  const picture = (tag: string): unknown => {
    const strings = values('logs/train', tag)[0]?.[1].strings ?? [];
    if (strings.length === 0) return undefined;
    const { width, height, pixels } = decodePng(strings[2] as Uint8Array);
    t.strictSame(strings.slice(0, 2).map(textOf), [String(width), String(height)]);
    return [width, height, [...pixels]];
  };
  t.strictSame(picture('dense/kernel/image'), [4, 3, [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 255]]);
  t.strictSame(picture('dense/bias/image'), [1, 3, [0, 128, 255]]);
  t.strictSame(picture('dense_1/kernel/image'), [1, 3, [0, 0, 0]]);
  t.equal(picture('dense_1/bias/image'), undefined, 'a single number is no picture');
});

t.test('embeddings: a table per layer and epoch, labels, and a configuration that names the newest', async (t) => {
  const words = gt.input([2], { dtype: 'int32' });
  const vectors = layers.embedding(3, 2, { name: 'word/s' })(words);
  const net = gt.model(words, layers.dense(1)(layers.flatten()(vectors)), { name: 'reader' });
  net.compile({ loss: 'mse', optimizer: 'sgd' });
  const labels = ['the', 'cat', 'sat\ton'];
  const folder = logFolder();
  await net.fit(gt.tensor([[0, 1], [1, 2]]), gt.tensor([[0], [1]]), {
    epochs: 3,
    verbose: 0,
    callbacks: [callbacks.tensorBoard({ sink: folder.sink, embeddingsFreq: 2, embeddingsMetadata: { 'word/s': labels } })],
  }); // prettier-ignore
  t.strictSame([...folder.files.keys()].filter((name) => !name.includes('tfevents')).sort(), [
    'logs/projector_config.pbtxt',
    'logs/train/embeddings/word_s_00000.tsv',
    'logs/train/embeddings/word_s_00002.tsv',
    'logs/train/embeddings/word_s_labels.tsv',
    'logs/train/projector_config.pbtxt',
  ]);
  t.equal(folder.text('logs/train/embeddings/word_s_labels.tsv'), 'the\ncat\nsat on\n');
  const configuration = (from: string): string => `embeddings {
  tensor_name: "word/s/embeddings"
  tensor_path: "${from}embeddings/word_s_00002.tsv"
  metadata_path: "${from}embeddings/word_s_labels.tsv"
  tensor_shape: 3
  tensor_shape: 2
}
`;
  t.equal(folder.text('logs/projector_config.pbtxt'), configuration('train/'));
  t.equal(folder.text('logs/train/projector_config.pbtxt'), configuration(''));
  const rows = folder
    .text('logs/train/embeddings/word_s_00002.tsv')
    .trimEnd()
    .split('\n')
    .map((row) => row.split('\t'));
  const [table] = await net.getWeights();
  t.strictSame(rows.flat().map((cell) => Math.fround(Number(cell))), [...(table?.data ?? [])]); // prettier-ignore
  t.strictSame(rows.map((row) => row.length), [2, 2, 2]); // prettier-ignore
});

t.test('a table of labels that the user provides is named in the log folder’s configuration', async (t) => {
  const words = gt.input([2], { dtype: 'int32' });
  const net = gt.model(words, layers.embedding(3, 2, { name: 'words' })(words));
  net.compile({ loss: 'mse' });
  for (const [table, inRun] of [['tables/words.tsv', undefined], ['train/words.tsv', 'words.tsv']] as const) {
    const folder = logFolder();
    const callback = callbacks.tensorBoard({ sink: folder.sink, embeddingsFreq: 1, embeddingsMetadata: table });
    await net.fit(gt.tensor([[0, 1]]), gt.zeros([1, 2, 2]), { verbose: 0, callbacks: [callback] });
    const named = (name: string): string | undefined => /metadata_path: "(.*)"/.exec(folder.text(name))?.[1];
    t.equal(named('logs/projector_config.pbtxt'), table);
    t.equal(named('logs/train/projector_config.pbtxt'), inRun);
  }
}); // prettier-ignore

t.test('labels that do not fit are refused when training begins', async (t) => {
  const words = gt.input([2], { dtype: 'int32' });
  const vectors = layers.embedding(3, 2, { name: 'words' })(words);
  const net = gt.model(words, layers.dense(1)(layers.flatten()(vectors)));
  net.compile({ loss: 'mse' });
  const fit = (embeddingsMetadata: Options['embeddingsMetadata']): Promise<unknown> => {
    const callback = callbacks.tensorBoard({ sink: logFolder().sink, embeddingsFreq: 1, ...(embeddingsMetadata ? { embeddingsMetadata } : {}) });
    return net.fit(gt.tensor([[0, 1]]), gt.tensor([[0]]), { verbose: 0, callbacks: [callback] });
  }; // prettier-ignore
  await t.rejects(fit(['one']), { name: 'ArgumentError', message: /1 labels for the embedding 'words', which has 3/ });
  await t.rejects(fit({ word: 'a.tsv' }), { name: 'ArgumentError', message: /'word'.*did you mean 'words'/ });
  await t.resolves(fit('a.tsv'));
});

t.test('what the sink throws ends training before the first step', async (t) => {
  const net = smallModel();
  const weights = async (): Promise<number[][]> => (await net.getWeights()).map(({ data }) => [...data]);
  const before = await weights();
  const sink = (): Promise<void> => Promise.reject(new Error('the disk is full'));
  await t.rejects(net.fit(x, y, { verbose: 0, callbacks: [callbacks.tensorBoard({ sink })] }), /the disk is full/);
  t.strictSame(await weights(), before);
});

t.test('two fits write two files, both whole', async (t) => {
  const net = smallModel();
  const folder = logFolder();
  const callback = callbacks.tensorBoard({ sink: folder.sink });
  await net.fit(x, y, { epochs: 1, verbose: 0, callbacks: [callback] });
  await net.fit(x, y, { epochs: 2, initialEpoch: 1, verbose: 0, callbacks: [callback] });
  t.equal(folder.files.size, 2);
  t.strictSame(folder.scalar('logs/train', 'epoch_loss').map(([step]) => step), [0, 1]); // prettier-ignore
});

t.test('hyperparameters begin and end a run that has the others inside; texts come first', async (t) => {
  const options = { hparams: { rate: 0.5, kind: 'mlp', bias: true }, text: { notes: '**bold**' } };
  const { events, values, tags, files } = await fitted(options);
  t.strictSame(
    events('logs').flatMap(({ values: all }) => all.map(({ tag, plugin }) => [tag, plugin])),
    [
      ['_hparams_/session_start_info', 'hparams'],
      ['_hparams_/session_end_info', 'hparams'],
    ],
  );
  t.strictSame(
    values('logs/train', 'notes').map(([step, { plugin, strings }]) => [step, plugin, strings.map(textOf)]),
    [[0, 'text', ['**bold**']]],
  );
  t.equal(files.size, 2);
  t.strictSame((await fitted({})).events('logs'), [], 'none unless asked for');
  t.notOk((await fitted({})).tags('logs/train').includes('notes'));
  t.ok(tags('logs/train').includes('epoch_loss'));
  const failing = logFolder();
  const thrown = new Error('enough');
  await t.rejects(
    smallModel().fit(x, y, {
      verbose: 0,
      callbacks: [
        callbacks.tensorBoard({ sink: failing.sink, hparams: {}, logDir: '' }),
        {
          onEpochEnd: () => {
            throw thrown;
          },
        },
      ],
    }),
    thrown,
  );
  const begun = [...failing.files.keys()].filter((name) => !name.includes('/'));
  t.match(begun, [/^events/], 'its folder is none');
  const failed = decodeEvents(failing.files.get(begun[0] ?? '') as Uint8Array);
  t.strictSame(failed.flatMap(({ values: all }) => all.map(({ tag }) => tag)), ['_hparams_/session_start_info']); // prettier-ignore
});

t.test('a run that goes on counts its batches and epochs on', async (t) => {
  const folder = logFolder();
  const first = callbacks.tensorBoard({ sink: folder.sink, updateFreq: 'batch' });
  const net = smallModel();
  await net.fit(x, y, { batchSize: 4, verbose: 0, callbacks: [first] });
  const state = first.getState();
  const second = callbacks.tensorBoard({ sink: folder.sink, updateFreq: 'batch' });
  const restore = callbacks.lambdaCallback({ onTrainBegin: () => second.setState(state) });
  await net.fit(x, y, { initialEpoch: 1, epochs: 2, batchSize: 4, verbose: 0, callbacks: [second, restore] });
  t.strictSame(
    folder.scalar('logs/train', 'batch_loss').map(([step]) => step),
    [1, 2, 3, 4, 5, 6],
  );
  t.throws(() => second.setState({ callback: 'earlyStopping' }), { name: 'ArgumentError' });
  t.throws(() => second.setState({ callback: 'tensorBoard', epoch: -1, batches: 0 }), { name: 'FormatError' });
});

t.test('refuses wrong options', (t) => {
  const sink = (): void => undefined;
  const refuse = (options: unknown, message: RegExp): void =>
    void t.throws(() => callbacks.tensorBoard(options as never), { name: 'ArgumentError', message });
  refuse({}, /sink is undefined\. Give a function \(name, bytes\) => \.\.\., or use the one of gradtape\/node/);
  refuse({ sink, logDir: 5 }, /logDir is 5/);
  refuse({ sink, histogramFreq: -1 }, /histogramFreq is -1\. Give a number of epochs, or 0/);
  refuse({ sink, embeddingsFreq: 0.5 }, /embeddingsFreq is 0\.5/);
  refuse({ sink, updateFreq: 'step' }, /updateFreq is 'step'\. Give 'epoch', 'batch' or a number of batches/);
  refuse({ sink, updateFreq: 0 }, /updateFreq is 0/);
  refuse({ sink, writeGraph: 1 }, /writeGraph is 1\. Give true or false/);
  refuse({ sink, embeddingsMetadata: { a: 5 } }, /embeddingsMetadata is an object of a/);
  refuse(
    { sink, hparams: { units: [1] } },
    /hparams is an object of units\. Give a record of numbers, strings and boo/,
  );
  refuse({ sink, hparams: ['units'] }, /hparams is/);
  refuse({ sink, text: { notes: 5 } }, /text is an object of notes\. Give a record of strings by tag/);
  refuse({ sink, text: 'notes' }, /text is 'notes'/);
  refuse(5, /the options are 5/);
  t.end();
});
