/** predict: the outputs for many samples, batch by batch. */
import { ArgumentError } from '../errors.ts';
import { Yielder } from '../clock.ts';
import type { Model } from '../models/model.ts';
import { layOut, type Structure } from '../models/structure.ts';
import { sizeOf } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { CallbackList, type Callback } from './callback.ts';
import { checkLengths, sampleOrder, takeRows, type DataSet } from './data.ts';
import { buildFromData } from './batches.ts';
import { prepareInputs } from './prepare.ts';
import { predictorOf } from './state.ts';

export interface PredictOptions {
  /** Samples per step. Default 32. */
  readonly batchSize?: number;
  readonly callbacks?: readonly Callback[];
  readonly signal?: AbortSignal;
}

/** @internal The body of `model.predict`. */
export async function predict(model: Model, x: DataSet, options: PredictOptions = {}): Promise<Structure<Tensor>> {
  const where = `model '${model.name}': predict`;
  const batchSize = options.batchSize ?? 32;
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw new ArgumentError(`${where}: batchSize is ${batchSize}; it must be an integer of at least 1.`, { where });
  if (!model.built) buildFromData(model, x);
  const columns = prepareInputs(model, where, x);
  const length = checkLengths(
    where,
    columns.map((one, index) => [model.inputNames[index] ?? String(index), one]),
  );
  const order = sampleOrder(length, undefined);
  const step = predictorOf(model);
  const callbacks = new CallbackList(options.callbacks ?? [], model, {
    epochs: 1,
    steps: Math.ceil(length / batchSize),
    verbose: 0,
  });
  const yielder = new Yielder();
  const parts: Tensor[][] = [];
  await callbacks.call('onPredictBegin', {});
  let batch = 0;
  // No samples still make one empty batch, so that the outputs have their shapes.
  for (let from = 0; from < Math.max(1, length); from += batchSize) {
    options.signal?.throwIfAborted();
    await callbacks.call('onPredictBatchBegin', batch, {});
    const to = Math.min(from + batchSize, length);
    parts.push(await step(columns.map((one) => takeRows(one, order, from, to))));
    await callbacks.call('onPredictBatchEnd', batch++, {});
    await yielder.pause();
  }
  await callbacks.call('onPredictEnd', {});
  const outputs = model.outputs.map((_, index) => joinRows(parts.map((part) => part[index] as Tensor)));
  return layOut(model.outputLayout, outputs);
}

function joinRows(parts: readonly Tensor[]): Tensor {
  const rows = parts.reduce((sum, part) => sum + (part.shape[0] ?? 0), 0);
  const shape = [rows, ...(parts[0]?.shape.slice(1) ?? [])];
  const data = new Float32Array(sizeOf(shape));
  let offset = 0;
  for (const part of parts) {
    data.set(part.data, offset);
    offset += part.size;
  }
  return new Tensor(shape, data);
}
