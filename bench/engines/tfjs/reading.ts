/** How the work of a backend of TensorFlow.js is waited for, and how its results are read. */
import type { Tf, TfTensor } from './api.ts';

/** Both dispose of the results. */
export interface Reading {
  /** Returns, or resolves, when the results are computed. */
  readonly finish: (results: readonly TfTensor[]) => undefined | Promise<undefined>;
  readonly read: (results: readonly TfTensor[]) => readonly Float32Array[] | Promise<readonly Float32Array[]>;
}

/** Of the backends that have done their work when a call returns. */
export const atOnce: Reading = { finish: disposeAll, read: readAtOnce };

/** WebGL: one number is read, behind all that was called before. At once, because `data()` looks in turns of a timer. */
export function readingOfWebgl(tf: Tf): Reading {
  return {
    finish: (results) => {
      readAtOnce([firstNumber(tf, results)]);
      return disposeAll(results);
    },
    read: readAtOnce,
  };
}

/** WebGPU: one number is read, behind all that was called before. */
export function readingOfWebgpu(tf: Tf): Reading {
  return {
    finish: async (results) => {
      await readLater([firstNumber(tf, results)]);
      return disposeAll(results);
    },
    read: readLater,
  };
}

function firstNumber(tf: Tf, results: readonly TfTensor[]): TfTensor {
  return tf.tidy(() => tf.slice(tf.reshape(results.at(-1)!, [-1]), [0], [1]));
}

function readAtOnce(results: readonly TfTensor[]): readonly Float32Array[] {
  const values = results.map((tensor) => tensor.dataSync());
  disposeAll(results);
  return values;
}

async function readLater(results: readonly TfTensor[]): Promise<readonly Float32Array[]> {
  const values = await Promise.all(results.map((tensor) => tensor.data()));
  disposeAll(results);
  return values;
}

function disposeAll(tensors: readonly TfTensor[]): undefined {
  for (const tensor of tensors) tensor.dispose();
}
