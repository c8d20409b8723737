/** The mission's example of callbacks, as a user types it: it leaves `checkpoints` and `logs` in the working folder. */
import * as gt from 'gradtape/node';

const { layers, callbacks } = gt;

/** Of 200 samples the last 40 validate. */
export const SAMPLES = 200;
export const HELD_OUT = 40;

/** Whole numbers below `limit` that look random and are the same every time. */
export function integers(shape: readonly number[], limit: number): gt.Tensor {
  const uniform = gt.ops.randomUniform(shape, { maximum: limit, seed: limit });
  return gt.ops.floor(uniform);
}

export interface CallbackExample {
  readonly xs: gt.Tensor;
  readonly ys: gt.Tensor;
  readonly history: gt.History;
}

/** Trains the mission's network with the mission's callbacks. */
export async function callbackExample(): Promise<CallbackExample> {
  const features = gt.input([64]);
  let x = layers.dense(32, { activation: 'relu' })(features);
  x = layers.dense(32, { activation: 'relu' })(x);
  const net = gt.model(features, layers.dense(10, { activation: 'softmax' })(x));
  net.compile({ optimizer: 'rmsprop', loss: 'categorical_crossentropy', metrics: ['accuracy'] });
  const xs = gt.ops.randomNormal([SAMPLES, 64], { seed: 1 });
  // The place of the largest of ten features.
  const ys = gt.ops.oneHot(gt.ops.argmax(gt.ops.slice(xs, [0, 0], [SAMPLES, 10]), { axis: 1 }), 10);

  const history = await net.fit(xs, ys, {
    epochs: 10,
    batchSize: 32,
    validationSplit: 0.2,
    callbacks: [
      callbacks.earlyStopping({ monitor: 'val_accuracy', patience: 20, mode: 'max' }),
      callbacks.modelCheckpoint('checkpoints/model.h5', { monitor: 'val_accuracy', saveBestOnly: true, mode: 'max' }),
      callbacks.reduceLROnPlateau({ monitor: 'val_loss', factor: 0.1, patience: 10, mode: 'min' }),
      callbacks.tensorBoard({ logDir: 'logs', histogramFreq: 1, embeddingsFreq: 1 }),
    ],
  });
  return { xs, ys, history };
}

/** The rows that validate. */
export function heldOut(all: gt.Tensor): gt.Tensor {
  return gt.ops.slice(all, [SAMPLES - HELD_OUT, 0], [HELD_OUT, all.shape[1] ?? 0]);
}
