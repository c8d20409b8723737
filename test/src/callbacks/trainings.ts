/** Trainings that between them have every kind of state that a backup must hold. */
import * as gt from 'gradtape';
import { Centred } from './centred.ts';
import type { Training } from './interrupted.ts';

const { layers, callbacks, ops, optimizers } = gt;

const classes = 3;
const oneHot = (samples: number): gt.Tensor =>
  ops.oneHot(gt.tensor(Array.from({ length: samples }, (_, index) => (index * index) % classes)), classes);
const data = (samples: number, ...shape: readonly number[]): [gt.Tensor, gt.Tensor] => [
  ops.randomNormal([samples, ...shape], { seed: 1 }),
  oneHot(samples),
];

interface Fitting {
  readonly net: gt.Model;
  readonly x: gt.Tensor | gt.BatchSource;
  readonly y?: gt.Tensor;
  readonly options?: gt.FitOptions;
  readonly callbacks?: readonly gt.Callback[];
  readonly outcome?: () => unknown;
}

const training = ({ net, x, y, options, callbacks: own = [], outcome }: Fitting): Training => ({
  net,
  fit: (more, signal, worker = false) => {
    const all: gt.FitOptions = {
      verbose: 0,
      epochs: 3,
      ...options,
      callbacks: [...own, ...more],
      ...(signal && { signal }),
      worker,
    };
    return y ? net.fit(x as gt.Tensor, y, all) : net.fit(x as gt.BatchSource, all);
  },
  ...(outcome && { outcome }),
});

const softmax = (): gt.Layer => layers.dense(classes, { activation: 'softmax' });
const loss = 'categorical_crossentropy';

const mlp = (): Training => {
  const [x, y] = data(22, 5);
  const net = gt.sequential([layers.dense(6, { activation: 'tanh', inputShape: [5] }), layers.dropout(0.3), softmax()]);
  net.compile({ optimizer: optimizers.adam({ learningRate: 0.05 }), loss, metrics: ['acc', 'auc'] });
  let tested = 0;
  const counter: gt.Callback = {
    onTestBatchEnd: () => void tested++,
    getState: () => tested,
    setState: (state) => void (tested = Number(state)),
  };
  return training({
    net,
    x,
    y,
    options: { batchSize: 4, validationSplit: 0.2 },
    callbacks: [counter],
    outcome: () => tested,
  });
};

/** Stopped by a callback within its second epoch, whose validation follows. */
const stopped = (): Training => {
  const [x, y] = data(15, 4);
  const inner = gt.sequential([layers.dropout(0.2, { inputShape: [4] }), layers.gaussianNoise(0.1)]);
  const net = gt.sequential([inner, softmax()]);
  net.compile({ optimizer: 'ftrl', loss });
  let epoch = 0;
  const stopper: gt.Callback = {
    onEpochBegin: (number) => void (epoch = number),
    onTrainBatchEnd(batch) {
      if (epoch === 1 && batch === 1) this.model.stopTraining = true;
    },
    getState: () => epoch,
    setState: (state) => void (epoch = Number(state)),
  };
  return training({
    net,
    x,
    y,
    options: { batchSize: 3, validationSplit: 0.4, epochs: 4 },
    callbacks: [stopper],
  });
};

const cnn = (): Training => {
  const [x, y] = data(10, 6, 6, 1);
  const net = gt.sequential([
    layers.conv2d(3, 3, { activation: 'relu', inputShape: [6, 6, 1] }),
    layers.batchNormalization(),
    layers.spatialDropout2d(0.3),
    layers.globalAveragePooling2d(),
    softmax(),
  ]);
  net.compile({ optimizer: optimizers.sgd({ learningRate: 0.1, momentum: 0.9 }), loss, metrics: ['acc'] });
  // The last batch is smaller: it is traced by itself, and not always after the others.
  return training({ net, x, y, options: { batchSize: 4 } });
};

/** States live on from batch to batch and from epoch to epoch. */
const statefulLstm = (): Training => {
  const [x, y] = data(8, 3, 2);
  const start = gt.input([3, 2], { batchSize: 4 });
  const inner = layers.lstm(3, { stateful: true, dropout: 0.2, recurrentDropout: 0.2 });
  const h = layers.bidirectional(inner)(start);
  const net = gt.model(start, softmax()(h)) as gt.Model;
  net.compile({ optimizer: 'rmsprop', loss });
  return training({ net, x, y, options: { batchSize: 4, shuffle: false } });
};

/** With dropout of its own, in the order of a shuffle. */
const lstm = (): Training => {
  const [x, y] = data(13, 4, 2);
  const net = gt.sequential([layers.lstm(4, { dropout: 0.2, inputShape: [4, 2] }), softmax()]);
  net.compile({ optimizer: optimizers.adam({ learningRate: 0.05 }), loss, metrics: ['acc'] });
  const plateau = callbacks.reduceLROnPlateau({ monitor: 'loss', patience: 1, minDelta: 0.05 });
  return training({ net, x, y, options: { batchSize: 3 }, callbacks: [plateau] });
};

/** Averages, sums of gradients, a schedule, and a loss that names several outputs. */
const averaged = (): Training => {
  const [x, y] = data(12, 4);
  const start = gt.input([4]);
  const h = layers.dense(4, { activation: 'relu' })(start);
  const net = gt.model(start, [softmax()(h), layers.dense(1, { name: 'sum' })(h)]) as gt.Model;
  const learningRate = optimizers.schedules.exponentialDecay(0.05, 3, 0.5);
  net.compile({
    optimizer: optimizers.nadam({ learningRate, useEma: true, emaMomentum: 0.5, gradientAccumulationSteps: 2 }),
    loss: [loss, 'mse'],
    metrics: [['acc'], ['mae']],
  });
  const targets = [y, ops.sum(x, { axis: 1, keepDims: true })];
  return {
    net,
    fit: (more, signal, worker = false) =>
      net.fit(x, targets, {
        verbose: 0,
        epochs: 3,
        batchSize: 3,
        validationData: [x, targets],
        validationFreq: 2,
        callbacks: [callbacks.swapEmaWeights({ swapOnEpoch: true }), ...more],
        ...(signal && { signal }),
        worker,
      }),
  };
};

/** An optimizer's rate that callbacks set, an early end, the best weights. */
const watched = (): Training => {
  const [x, y] = data(12, 4);
  const net = gt.sequential([layers.dense(5, { activation: 'relu', inputShape: [4] }), softmax()]);
  net.compile({ optimizer: optimizers.adam({ learningRate: 0.4 }), loss, metrics: ['acc'] });
  const stopping = callbacks.earlyStopping({ monitor: 'val_loss', patience: 3, restoreBestWeights: true });
  const plateau = callbacks.reduceLROnPlateau({ monitor: 'val_loss', factor: 0.7, patience: 1, cooldown: 1 });
  return training({
    net,
    x,
    y,
    options: { epochs: 12, batchSize: 4, validationSplit: 0.5 },
    callbacks: [
      stopping,
      plateau,
      callbacks.learningRateScheduler((epoch, rate) => (epoch % 2 === 1 ? rate / 1.1 : rate)),
    ],
    outcome: () => [
      stopping.best,
      stopping.bestEpoch,
      stopping.stoppedEpoch,
      stopping.wait,
      plateau.best,
      plateau.wait,
    ],
  });
};

/** Noise from the default generator inside a program. */
const noisy = (): Training => {
  const [x, y] = data(10, 4);
  const noise = layers.lambda((h: gt.Tensor) => ops.add(h, ops.randomNormal([...h.shape], { stddev: 0.1 })));
  const start = gt.input([4]);
  const net = gt.model(start, softmax()(noise(start))) as gt.Model;
  net.compile({ optimizer: 'adagrad', loss });
  return training({ net, x, y, options: { batchSize: 4 } });
};

/** Numbers from the default generator between the steps, which a callback adds up. */
const gambling = (): Training => {
  const [x, y] = data(10, 4);
  const net = gt.sequential([layers.dense(3, { activation: 'elu', inputShape: [4] }), softmax()]);
  net.compile({ optimizer: 'adadelta', loss });
  let drawn = 0;
  const gambler: gt.Callback = {
    onTrainBatchEnd() {
      drawn = Math.fround(drawn + ops.randomUniform([]).item());
    },
    getState: () => ({ drawn }),
    setState(state) {
      ({ drawn } = state as { drawn: number });
    },
  };
  return training({ net, x, y, options: { batchSize: 4 }, callbacks: [gambler], outcome: () => drawn });
};

/** Batches that depend on all the batches before, in epochs of so many, with validations of that kind too. */
const endless = (): Training => {
  const net = gt.sequential([layers.dense(4, { inputShape: [4] }), softmax()]);
  net.compile({ optimizer: 'adam', loss });
  const source = function* (seed: number): Generator<[gt.Tensor, gt.Tensor]> {
    for (let number = seed; ; number = (number * 75 + 74) % 65537)
      yield [ops.randomNormal([3, 4], { seed: number }), oneHot(3)];
  };
  return training({
    net,
    x: source(1),
    options: { stepsPerEpoch: 3, epochs: 4, validationData: source(2), validationSteps: 2, validationFreq: 2 },
  });
};

/** Validations that a callback ends early, each after another number of batches, of batches that are gone then. */
const impatient = (): Training => {
  const net = gt.sequential([layers.dense(4, { inputShape: [4] }), softmax()]);
  net.compile({ optimizer: 'adam', loss });
  const source = function* (): Generator<[gt.Tensor, gt.Tensor]> {
    for (let number = 0; number < 40; number++) yield [ops.randomNormal([3, 4], { seed: number }), oneHot(3)];
  };
  let epoch = 0;
  const ender: gt.Callback = {
    onEpochBegin: (number) => void (epoch = number),
    onTestBatchEnd(batch) {
      if (batch === epoch) this.model.stopEvaluating = true;
    },
    getState: () => epoch,
    setState: (state) => void (epoch = Number(state)),
  };
  return training({
    net,
    x: source(),
    options: { stepsPerEpoch: 2, epochs: 4, validationData: source() },
    callbacks: [ender],
  });
};

const ownVariables = (): Training => {
  const [x, y] = data(10, 4);
  const start = gt.input([4]);
  const centred = new Centred();
  const net = gt.model(start, softmax()(centred(start) as gt.SymbolicTensor)) as gt.Model;
  net.compile({ optimizer: 'sgd', loss });
  return training({
    net,
    x,
    y,
    options: { batchSize: 4 },
    outcome: () => [centred.mean.data[0], centred.counts[0]?.data[0]],
  });
};

/** Fewer steps than there are batches: epochs go on where the last one ended, in one order. */
const readOn = (): Training => {
  const [x, y] = data(14, 4);
  const net = gt.sequential([layers.dropout(0.2, { inputShape: [4] }), softmax()]);
  net.compile({ optimizer: 'lion', loss, metrics: ['acc'] });
  return training({ net, x, y, options: { batchSize: 3, stepsPerEpoch: 2, initialEpoch: 1, epochs: 6 } });
};

/** A function that gives other batches in each epoch, of unequal sizes. */
const perEpoch = (): Training => {
  let epoch = 0;
  const net = gt.sequential([layers.dense(4, { activation: 'tanh', inputShape: [4] }), softmax()]);
  net.compile({ optimizer: 'adamax', loss });
  const batches = function* (): Generator<[gt.Tensor, gt.Tensor]> {
    epoch++;
    for (let size = 1; size <= 3; size++)
      yield [ops.randomNormal([size, 4], { seed: 10 * epoch + size }), oneHot(size)];
  };
  return training({ net, x: batches, options: { validationData: () => batches() } });
};

/** Rates in cycles of unequal lengths, whose snapshots are kept. */
const snapshots = (): Training => {
  const [x, y] = data(11, 4);
  const net = gt.sequential([layers.dense(4, { activation: 'tanh', inputShape: [4] }), softmax()]);
  net.compile({ optimizer: optimizers.adam({ learningRate: 0.1 }), loss });
  const kept = callbacks.snapshotEnsemble({ cycles: 3, minLearningRate: 0.001 });
  return training({
    net,
    x,
    y,
    options: { batchSize: 4, epochs: 5 },
    callbacks: [kept],
    outcome: () => kept.snapshots.map((weights) => weights.map(({ data: values }) => [...values])),
  });
};

/** Means of weights, by batches and by epochs, and statistics that are computed anew. */
const averaging = (frequency: 'epoch' | number) => (): Training => {
  const [x, y] = data(14, 4);
  const net = gt.sequential([
    layers.dense(4, { activation: 'relu', inputShape: [4] }),
    layers.batchNormalization({ momentum: 0.8 }),
    layers.dropout(0.2),
    softmax(),
  ]);
  net.compile({ optimizer: optimizers.sgd({ learningRate: 0.2 }), loss });
  const averages = callbacks.weightAveraging({ startEpoch: 1, frequency, statistics: x, batchSize: 5 });
  return training({
    net,
    x,
    y,
    options: { batchSize: 4, epochs: 4 },
    callbacks: [averages],
    outcome: () => averages.count,
  });
};

export const trainings: Readonly<Record<string, () => Training>> = {
  mlp,
  cnn,
  lstm,
  statefulLstm,
  averaged,
  watched,
  stopped,
  noisy,
  gambling,
  endless,
  readOn,
  perEpoch,
  impatient,
  ownVariables,
  snapshots,
  averagedEpochs: averaging('epoch'),
  averagedBatches: averaging(3),
};
