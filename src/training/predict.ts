/** predict: the outputs for many samples, batch by batch. */
import { ArgumentError } from '../errors.ts';
import { Yielder } from '../clock.ts';
import type { Model } from '../models/model.ts';
import { layOut, type Structure } from '../models/structure.ts';
import { sizeOf } from '../tensor/shape.ts';
import { Tensor } from '../tensor/tensor.ts';
import { batchSizeFor, batchStream, buildFromData, isBatchSource, type Source, type Verbosity } from './batches.ts';
import { CallbackList, type Callback } from './callback.ts';
import { checkRunOptions, checkWhole } from './checks.ts';
import type { BatchSource, DataSet } from './data.ts';
import { inputColumns, wholeBatch } from './prepare.ts';
import { withProgressBar } from './progress-bar.ts';
import { predictorOf } from './state.ts';

export interface PredictOptions {
  /** Samples per step. Default 32, or what `steps` makes of arrays. */
  readonly batchSize?: number;
  /** 0 silent, 1 a progress bar, 2 one line; `'auto'` is 1. Default 0. */
  readonly verbose?: Verbosity;
  /** Batches; needed for a generator that never ends. Default all. */
  readonly steps?: number;
  readonly callbacks?: readonly Callback[];
  /** Ends the prediction with the signal's reason after the running step. */
  readonly signal?: AbortSignal;
}

/** @internal The body of `model.predict`. */
export async function predict(
  model: Model,
  x: DataSet | BatchSource,
  options: PredictOptions = {},
): Promise<Structure<Tensor>> {
  const where = `model '${model.name}': predict`;
  checkRunOptions(where, options);
  checkWhole(where, 'steps', options.steps, 1);
  const { steps, signal } = options;
  const source = inputSource(model, where, x);
  const isArrays = source.kind === 'columns';
  const batchSize = batchSizeFor(isArrays ? source.columns.length : 0, options.batchSize, steps);
  const batches = batchStream(model, where, source, { batchSize, steps, shuffle: false, restarts: true });
  const verbose = options.verbose === 'auto' ? 1 : (options.verbose ?? 0);
  const yielder = new Yielder();
  const parts: (readonly Tensor[])[] = [];
  model.stopPredicting = false;
  try {
    const hasBatches = await batches.begin();
    if (!hasBatches && !isArrays) throw new ArgumentError(`${where}: the data gave no batch.`, { where });
    const step = predictorOf(model);
    const callbacks = new CallbackList(withProgressBar(options.callbacks ?? [], verbose), model, {
      epochs: 1,
      steps: steps ?? (isArrays ? Math.ceil(source.columns.length / batchSize) : undefined),
      verbose,
    });
    await callbacks.call('onPredictBegin', {});
    // No samples still make one empty batch, so that the outputs have their shapes.
    if (!hasBatches && isArrays) parts.push(await step(wholeBatch(source.columns).inputs));
    let index = 0;
    for await (const { inputs } of hasBatches ? batches.batches() : []) {
      signal?.throwIfAborted();
      await callbacks.call('onPredictBatchBegin', index, {});
      const outputs = await step(inputs);
      parts.push(outputs);
      await callbacks.call('onPredictBatchEnd', index++, { outputs: layOut(model.outputLayout, outputs) });
      await yielder.pause();
      signal?.throwIfAborted();
      if (model.stopPredicting) break;
    }
    await callbacks.call('onPredictEnd', {});
  } finally {
    await batches.close();
  }
  const outputs = model.outputs.map((_, index) => joinRows(where, parts.map((part) => part[index] as Tensor))); // prettier-ignore
  return layOut(model.outputLayout, outputs);
}

/** @internal The outputs for one batch. */
export async function predictOnBatch(model: Model, x: DataSet): Promise<Structure<Tensor>> {
  const where = `model '${model.name}': predictOnBatch`;
  buildFromData(model, where, x);
  const { inputs } = wholeBatch(inputColumns(model, where, x));
  return layOut(model.outputLayout, await predictorOf(model)(inputs));
}

/** @internal What is predicted for, as a source of batches. */
export function inputSource(model: Model, where: string, x: DataSet | BatchSource): Source {
  // Targets and weights in a batch are not looked at.
  if (isBatchSource(x))
    return { kind: 'iterable', source: x, read: (here, [inputs]) => inputColumns(model, here, inputs) };
  buildFromData(model, where, x);
  return { kind: 'columns', columns: inputColumns(model, where, x) };
}

function joinRows(where: string, parts: readonly Tensor[]): Tensor {
  const row = parts[0]?.shape.slice(1) ?? [];
  const other = parts.find((part) => part.shape.slice(1).join() !== row.join());
  if (other) {
    throw new ArgumentError(
      `${where}: the outputs of two batches have rows of the shapes [${row.join(', ')}] and [${other.shape.slice(1).join(', ')}], which make no one tensor. Call predictOnBatch for each batch.`,
      { where, got: other.shape },
    );
  }
  const rows = parts.reduce((sum, part) => sum + (part.shape[0] ?? 0), 0);
  const shape = [rows, ...row];
  const data = new Float32Array(sizeOf(shape));
  let offset = 0;
  for (const part of parts) {
    data.set(part.data, offset);
    offset += part.size;
  }
  return new Tensor(shape, data);
}
