/**
 * Writes a folder of logs as users would get it, and beside it what TensorBoard must find there: `write-logs.js FOLDER`
 * makes FOLDER/logs and FOLDER/expected.json. check_logs.py compares.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as gt from 'gradtape/node';
import { createStudy, pruners, samplers, trialLogs, TrialPruned, type ObjectiveTrial } from 'gradtape/tune';
import { EventWriter } from '../../src/io/tensorboard/event-writer.ts';
import type { Picture } from '../../src/io/tensorboard/png.ts';
import { logFiles } from '../../src/node/log-files.ts';
import { requestGradients } from '../../src/training/gradient-requests.ts';

const { callbacks, layers } = gt;

type BySteps<Value> = Record<string, Record<string, Record<string, Value>>>;

interface ExpectedTrial {
  readonly hparams: Record<string, unknown>;
  readonly status: string;
  readonly loss: number | undefined;
}

/** By run and tag, then by step; arrays of float32 and of bytes in base64. */
export interface Expected {
  readonly scalars: BySteps<number>;
  /** All values that a histogram counts. */
  readonly histograms: BySteps<string>;
  readonly images: BySteps<readonly { width: number; height: number; channels: number; pixels: string }[]>;
  readonly texts: BySteps<string>;
  /** By run, the names of each node's inputs. */
  readonly graphs: Record<string, Record<string, readonly string[]>>;
  /** The layers that inputs of models inside stand for. */
  readonly innerInputs: Record<string, string>;
  readonly projector: Record<string, { shape: readonly number[]; values: string; labels: readonly string[] }>;
  readonly trials: Record<string, ExpectedTrial>;
  /** Those of a study, in a folder beside the logs. */
  readonly study: Record<string, ExpectedTrial>;
}

const expected: Expected = {
  scalars: {},
  histograms: {},
  images: {},
  texts: {},
  graphs: {},
  innerInputs: {},
  projector: {},
  trials: {},
  study: {},
};

const base64 = ({ buffer, byteOffset, byteLength }: Float32Array | Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');

const note = <Value>(
  table: BySteps<Value>,
  [run, tag, step]: readonly [string, string, number],
  value: Value,
): void => {
  ((table[run] ??= {})[tag] ??= {})[step] = value;
};

const noteScalar = (run: string, tag: string, step: number, value: number): void =>
  note(expected.scalars, [run, tag, step], Math.fround(value));

/** Notes what the callback before it in the list has to write: every number as the hooks see it. */
const observer = (name: string, { histograms = true } = {}): gt.Callback => {
  let gradients: ReadonlyMap<gt.Variable, gt.Tensor> = new Map();
  let batches = 0;
  return {
    onTrainBatchBegin(batch) {
      if (batch === 0) requestGradients(this.model, (given) => void (gradients = given));
    },
    onTrainBatchEnd(_batch, logs) {
      batches++;
      if (batches % 3 === 0)
        for (const [log, value] of Object.entries(logs)) noteScalar(`${name}/train`, `batch_${log}`, batches, value);
    },
    async onTestEnd(logs) {
      const step = (await this.model.optimizer?.iterations.read())?.item() ?? NaN;
      for (const [log, value] of Object.entries(logs))
        noteScalar(`${name}/validation`, `evaluation_${log}_vs_iterations`, step, value);
    },
    async onEpochEnd(epoch, logs) {
      for (const [log, value] of Object.entries(logs)) {
        const isValidation = log.startsWith('val_');
        noteScalar(
          `${name}/${isValidation ? 'validation' : 'train'}`,
          `epoch_${log.replace(/^val_/, '')}`,
          epoch,
          value,
        );
      }
      const rate = (await this.model.optimizer?.learningRate.read())?.item() ?? NaN;
      noteScalar(`${name}/train`, 'epoch_learning_rate', epoch, rate);
      if (!histograms) return;
      for (const weight of this.model.weights) {
        const values = await weight.read();
        note(expected.histograms, [`${name}/train`, `${weight.name}/histogram`, epoch], base64(values.data));
        const gradient = gradients.get(weight);
        const tag = `${weight.name}/gradient/histogram`;
        if (gradient) note(expected.histograms, [`${name}/train`, tag, epoch], base64(gradient.data));
      }
    },
  };
};

/** Numbers that repeat nothing and depend on nothing. */
const numbers = (shape: readonly number[], modulus: number): gt.Tensor => {
  const size = shape.reduce((product, one) => product * one, 1);
  return gt.tensor(
    Float32Array.from({ length: size }, (_, i) => ((i * i + 7 * i) % 101) % modulus),
    shape,
  );
};

/** Embeddings, recurrence, a model inside, two outputs. */
async function trainReader(folder: string): Promise<void> {
  const labels = Array.from({ length: 50 }, (_, index) => `word "${index}" ü`);
  const words = gt.input([6], { dtype: 'int32', name: 'words' });
  const vectors = layers.embedding(50, 8, { name: 'vectors' })(words);
  const inner = gt.sequential(
    [layers.dense(5, { activation: 'relu', inputShape: [7], name: 'first' }), layers.dense(4, { name: 'second' })],
    { name: 'inner' },
  );
  const shared = inner(layers.lstm(7, { name: 'memory' })(vectors));
  const age = layers.dense(1, { name: 'age' })(shared);
  const kind = layers.dense(3, { activation: 'softmax', name: 'kind' })(shared);
  const net = gt.model(words, [age, kind], { name: 'reader' });
  net.compile({
    optimizer: gt.optimizers.adam({ learningRate: 1e-2 }),
    loss: { age: 'mse', kind: 'sparse_categorical_crossentropy' },
    metrics: { kind: ['accuracy'] },
  });
  const logDir = join(folder, 'reader');
  const hparams = { learningRate: 1e-2, optimizer: 'adam', units: 0, masked: false };
  const text = { 'about/data': '| words | `50` |\n|--|--|\n| 120 | samples |', empty: '' };
  const { history } = await net.fit(numbers([120, 6], 50), { age: numbers([120, 1], 5), kind: numbers([120, 1], 3) }, {
    epochs: 4,
    verbose: 0,
    validationSplit: 0.2,
    callbacks: [
      callbacks.reduceLROnPlateau({ monitor: 'val_loss', minDelta: 10, patience: 1, mode: 'min' }),
      callbacks.tensorBoard({
        logDir,
        histogramFreq: 1,
        embeddingsFreq: 3,
        embeddingsMetadata: labels,
        updateFreq: 3,
        hparams,
        text,
      }),
      observer('reader'),
    ],
  }); // prettier-ignore
  for (const [tag, markdown] of Object.entries(text)) note(expected.texts, ['reader/train', tag, 0], markdown);
  expected.trials['reader'] = { hparams, status: 'success', loss: Math.fround(history['val_loss']?.at(-1) ?? NaN) };
  const table = (await net.getLayer('vectors').getWeights())[0] as gt.Tensor;
  expected.projector['vectors/embeddings'] = { shape: table.shape, values: base64(table.data), labels };
  const innerInput = inner.inputs[0]?.name ?? '';
  expected.innerInputs[`inner/${innerInput}`] = 'memory';
  expected.graphs['reader/train'] = {
    'reader/words': [],
    'reader/vectors': ['reader/words'],
    'reader/memory': ['reader/vectors'],
    'reader/inner/first': [`reader/inner/${innerInput}`],
    'reader/inner/second': ['reader/inner/first'],
    'reader/age': ['reader/inner/second'],
    'reader/kind': ['reader/inner/second'],
  };
}

/** Convolutions and their pictures, branches that join. */
async function trainImages(folder: string): Promise<void> {
  const image = gt.input([8, 8, 1], { name: 'image' });
  const left = layers.conv2d(5, 3, { padding: 'same', name: 'left' })(image);
  const right = layers.conv2d(5, 1, { name: 'right' })(image);
  const joined = layers.concatenate([left, right], { axis: -1, name: 'joined' });
  const normed = layers.batchNormalization({ name: 'normed' })(joined);
  const net = gt.model(image, layers.dense(2, { name: 'top' })(layers.flatten({ name: 'flat' })(normed)), {
    name: 'images',
  });
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  await net.fit(numbers([30, 8, 8, 1], 7), numbers([30, 2], 2), {
    epochs: 2,
    verbose: 0,
    callbacks: [
      callbacks.tensorBoard({ logDir: join(folder, 'images'), histogramFreq: 1, writeImages: true, updateFreq: 3 }),
      observer('images'),
    ],
  });
  expected.graphs['images/train'] = {
    'images/image': [],
    'images/left': ['images/image'],
    'images/right': ['images/image'],
    'images/joined': ['images/left', 'images/right'],
    'images/normed': ['images/joined'],
    'images/flat': ['images/normed'],
    'images/top': ['images/flat'],
  };
}

/** What the callback does not write: texts, pictures of each kind, histograms at the edges of the rule. */
async function writeOthers(folder: string): Promise<void> {
  const run = 'others';
  const writer = new EventWriter({ sink: logFiles, folder: join(folder, run) });
  const texts = ['**bold** and ünïcode', ''];
  texts.forEach((text, step) => {
    writer.text('notes', text, step);
    note(expected.texts, [run, 'notes', step], text);
  });
  for (const channels of [1, 3, 4] as const) {
    const pictures: Picture[] = [0, 1].map((offset) => ({
      width: 9,
      height: 5,
      channels,
      pixels: Uint8Array.from({ length: 45 * channels }, (_, i) => (i * 29 + offset * 101) % 256),
    }));
    await writer.images(`pictures/${channels}`, pictures, 7);
    note(
      expected.images,
      [run, `pictures/${channels}`, 7],
      pictures.map((one) => ({ ...one, pixels: base64(one.pixels) })),
    );
  }
  const cases = {
    none: new Float32Array(0),
    equal: new Float32Array(12).fill(0.1),
    one: Float32Array.of(-3),
    ramp: Float32Array.from({ length: 1000 }, (_, i) => i / 7 - 20),
    tiny: Float32Array.of(1e-45, 0, 3e-45),
    large: Float32Array.of(3e38, -3e38, 1),
  };
  for (const [name, values] of Object.entries(cases)) {
    writer.histogram(`cases/${name}`, values, 2 ** 40);
    note(expected.histograms, [run, `cases/${name}`, 2 ** 40], base64(values));
  }
  const edge = [NaN, Infinity, -Infinity, -0, 1e-45];
  edge.forEach((value, step) => {
    writer.scalar('edge', value, step);
    noteScalar(run, 'edge', step, value);
  });
  await writer.flush();
}

/** A search over hyperparameters, as a tuner logs it. */
async function writeTrials(folder: string): Promise<void> {
  const root = new EventWriter({ sink: logFiles, folder: join(folder, 'trials') });
  root.hparamExperiment({
    description: 'three trials',
    hparams: [
      { name: 'units', range: [8, 64] },
      { name: 'kind', values: ['conv', 'dense'] },
      { name: 'bias', values: [true, false] },
    ],
    metrics: [{ tag: 'epoch_loss', group: 'validation', displayName: 'loss' }],
  });
  await root.flush();
  const kinds = ['conv', 'dense', 'conv'];
  for (const [index, kind] of kinds.entries()) {
    const run = `trials/${index}`;
    const trial = new EventWriter({ sink: logFiles, folder: join(folder, run) });
    const hparams = { units: 8 * (index + 1), kind, bias: index !== 1 };
    const status = index === 1 ? 'failure' : 'success';
    trial.hparamStart(hparams);
    const validation = new EventWriter({ sink: logFiles, folder: join(folder, run, 'validation') });
    validation.scalar('epoch_loss', 1 / (index + 1), 0);
    noteScalar(`${run}/validation`, 'epoch_loss', 0, 1 / (index + 1));
    trial.hparamEnd(status);
    await validation.flush();
    await trial.flush();
    expected.trials[run] = { hparams, status, loss: Math.fround(1 / (index + 1)) };
  }
}

/** A study whose trials end in every way. */
async function writeStudy(folder: string): Promise<void> {
  const study = await createStudy({ sampler: samplers.random({ seed: 4 }), pruner: pruners.threshold({ upper: 0.9 }) });
  const objective = (trial: ObjectiveTrial): number => {
    const x = trial.suggestFloat('x', 0, 1);
    const units = trial.suggestInt('units', 1, 8);
    const kind = trial.suggestCategorical('kind', ['conv', 'dense', null]);
    if (kind === 'conv') trial.suggestCategorical('bias', [true, false]);
    trial.report(x, 3);
    if (trial.shouldPrune()) throw new TrialPruned();
    return trial.number === 1 ? NaN : x * units;
  };
  await study.optimize(objective, { trials: 12, callbacks: [trialLogs({ logDir: folder })] });
  for (const { number, params, state, value } of study.trials) {
    expected.study[`trial-${String(number).padStart(4, '0')}`] = {
      hparams: Object.fromEntries(Object.entries(params).map(([name, given]) => [name, given ?? 'null'])),
      status: state === 'failed' ? 'failure' : 'success',
      loss: value === undefined ? undefined : Math.fround(value),
    };
  }
}

const [folder] = process.argv.slice(2);
if (folder === undefined)
  throw new Error('Give the folder to write into: node dist/test/tensorboard/write-logs.js FOLDER');
const logs = join(folder, 'logs');
mkdirSync(logs, { recursive: true });
gt.seed(5);
await trainReader(logs);
await trainImages(logs);
await writeOthers(logs);
await writeTrials(logs);
await writeStudy(join(folder, 'study'));
// JSON has no NaN and no infinity, and forgets the sign of 0.
const written = JSON.stringify(expected, (_key, value: unknown) =>
  typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)) ? `float:${Object.is(value, -0) ? '-0' : value}` : value,
); // prettier-ignore
writeFileSync(join(folder, 'expected.json'), written);
