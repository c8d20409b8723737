/**
 * A small training whose products are large enough for threads, on the device that an environment ends up with. Imports
 * nothing but gradtape: it runs in a page as in Node.
 */
import * as gt from 'gradtape';
import { hashOfWeights } from './golden-training.ts';

/** What was chosen, and what it computed. */
export interface Outcome {
  /** What `setDevice` refused with. */
  readonly refusal?: string;
  readonly device: string;
  readonly threads: number;
  /** Whether threads other than the calling one worked. */
  readonly isShared: boolean;
  /** A hash of all weights. */
  readonly weights: string;
}

/** Milliseconds in which another thread must have worked. */
const PATIENCE = 10_000;

/** What a device with threads has besides. */
interface MaybeThreaded {
  readonly threads?: number;
  readonly counts?: { readonly all: number; readonly own: number };
}

/**
 * Trains on the wasm device with so many threads, and where that is refused on the device that there is. It uses nothing
 * whose last bits an engine may choose: each device has its bits everywhere.
 * @param threads default: `setDevice` is not called
 */
export async function sharedTraining(threads?: number | 'auto'): Promise<Outcome> {
  let refusal: string | undefined;
  if (threads !== undefined) {
    await gt.setDevice('wasm', { threads }).catch((error: unknown) => {
      refusal = (error as Error).message;
    });
  }
  gt.clearSession();
  gt.seed(7);
  const x = gt.input([96]);
  const net = gt.model(x, gt.layers.dense(8)(gt.layers.dense(128, { activation: 'relu' })(x)));
  net.compile({ optimizer: gt.optimizers.sgd({ learningRate: 0.01 }), loss: 'mse' });
  const features = gt.ops.randomUniform([256, 96], { minimum: -1, seed: 1 });
  const targets = gt.ops.randomUniform([256, 8], { seed: 2 });
  for (let step = 0; step < 20; step++) await net.trainOnBatch(features, targets);
  const weights = await hashOfWeights(net);
  const { device } = gt.compile((value: gt.Tensor) => gt.ops.relu(value)).program(gt.tensor([1]));
  const threaded: MaybeThreaded = device as MaybeThreaded;
  const { threads: has = 1 } = threaded;
  const isShared = (): boolean => threaded.counts !== undefined && threaded.counts.own < threaded.counts.all;
  // On a busy machine the calling thread may have found no other awake so far.
  const start = performance.now();
  while (has > 1 && !isShared() && performance.now() - start < PATIENCE) await net.predictOnBatch(features);
  return {
    ...(refusal !== undefined && { refusal }),
    device: device.name,
    threads: has,
    isShared: isShared(),
    weights,
  };
}
