/** The variables that a training changes, in an order that is the same in the worker. */
import { looseRandomCounter } from '../../layers/call-scope.ts';
import type { Model } from '../../models/model.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Variable } from '../../tensor/variable.ts';
import type { Batch } from '../data.ts';
import type { Compilation } from '../compilation.ts';
import type { PlainBatch, PlainTensor } from './messages.ts';

/** Weights, random counters and states of layers, the optimizer's variables; the optimizer is built. */
export function trainingVariables(model: Model, { optimizer, trainable }: Compilation): readonly Variable[] {
  optimizer.build(trainable);
  return [...new Set([...model.weights, ...model.runVariables, ...optimizer.variables, looseRandomCounter()])];
}

/** The memory of arrays that their owner gives away, each once. */
export function memoryOf(arrays: readonly { readonly buffer: ArrayBufferLike }[]): ArrayBuffer[] {
  const buffers = new Set(arrays.map(({ buffer }) => buffer));
  return [...buffers].filter((buffer): buffer is ArrayBuffer => buffer instanceof ArrayBuffer);
}

/** A batch as data, of which `memoryOf` may be given away. */
export function plainBatch({ inputs, targets, weights, size }: Batch): PlainBatch {
  return {
    inputs: inputs.map(plain),
    targets: targets.map(plain),
    weights: weights.map((weight) => weight && plain(weight)),
    size,
  };
}

function plain({ shape, data }: Tensor): PlainTensor {
  return { shape: [...shape], data };
}
