/** What the page computes, and Node beside it: a small convolutional network trained on made-up pictures. */
import * as gt from 'gradtape';

export interface Trained {
  readonly device: string;
  readonly losses: readonly number[];
  /** All bits of all weights, in hexadecimal digits. */
  readonly weights: string;
}

function network(): gt.Model {
  gt.clearSession();
  gt.seed(5);
  const { layers } = gt;
  const image = gt.input([10, 10, 1]);
  let x = layers.conv2d(6, 3, { activation: 'relu' })(image);
  x = layers.batchNormalization()(layers.maxPooling2d(2)(x));
  x = layers.dropout(0.1)(layers.flatten()(x));
  const net = gt.model(image, layers.dense(3, { activation: 'softmax' })(x)) as gt.Model;
  net.compile({ optimizer: gt.optimizers.adam({ learningRate: 0.02 }), loss: 'sparse_categorical_crossentropy' });
  return net;
}

function data(samples: number): [pictures: gt.Tensor, labels: gt.Tensor] {
  const { ops } = gt;
  const pictures = ops.randomNormal([samples, 10, 10, 1], { seed: 1 });
  return [pictures, ops.floor(ops.randomUniform([samples], { maximum: 3, seed: 2 }))];
}

/** @param worker where it trains; default in this thread */
export async function train(worker: NonNullable<gt.FitOptions['worker']> = false): Promise<Trained> {
  const net = network();
  const { history } = await net.fit(...data(48), { epochs: 12, batchSize: 16, verbose: 0, worker });
  const words = (await net.getWeights()).map(({ data }) =>
    Array.from(new Uint32Array(data.buffer, data.byteOffset, data.length), (word) => word.toString(16)).join(),
  );
  const step = gt.compile((value: gt.Tensor) => gt.ops.exp(value));
  return { device: step.program(gt.tensor([1])).device.name, losses: history['loss'] ?? [], weights: words.join(';') };
}

export interface Watched {
  readonly frames: number;
  /** Frames while training, and as long without it. */
  readonly idleFrames: number;
  readonly seconds: number;
  /** Hooks that were called in the page. */
  readonly epochs: number;
}

declare const requestAnimationFrame: (draw: () => void) => void;

/** Counts what the page draws while a worker trains for at least so long, and while nothing happens as long. */
export async function watch(worker: NonNullable<gt.FitOptions['worker']>, seconds: number): Promise<Watched> {
  let frames = 0;
  const draw = (): void => {
    frames++;
    requestAnimationFrame(draw);
  };
  draw();
  const net = network();
  const start = performance.now();
  let epochs = 0;
  await net.fit(...data(512), {
    epochs: 1e6,
    verbose: 0,
    worker,
    callbacks: [
      {
        onEpochEnd() {
          epochs++;
          if (performance.now() - start > 1000 * seconds) this.model.stopTraining = true;
        },
      },
    ],
  });
  const whileTraining = frames;
  const took = performance.now() - start;
  await new Promise((resolve) => void setTimeout(resolve, took));
  return { frames: whileTraining, idleFrames: frames - whileTraining, seconds: took / 1000, epochs };
}

/** Milliseconds in which a fit must have failed. */
const PATIENCE = 10_000;

/** Milliseconds from the end of a worker to the error of the fit that it trained for, and what that says. */
export interface Lost {
  readonly milliseconds: number;
  readonly error: string;
}

/** Terminates the worker in the midst of training. @param start what gives the worker */
export async function lose(start: () => { terminate(): void }): Promise<Lost> {
  let worker: { terminate(): void } | undefined;
  let ended = NaN;
  const terminate = (): void => {
    if (!Number.isNaN(ended)) return;
    ended = performance.now();
    worker?.terminate();
  };
  const late = new Promise<string>((resolve) => void setTimeout(resolve, PATIENCE, 'no error'));
  const fit = network()
    .fit(...data(512), {
      epochs: 1e6,
      verbose: 0,
      worker: { program: () => (worker = start()) as never },
      callbacks: [{ onEpochEnd: () => void setTimeout(terminate, 5) }],
    })
    .then(() => 'no error', String);
  const error = await Promise.race([fit, late]);
  return { milliseconds: performance.now() - ended, error };
}
