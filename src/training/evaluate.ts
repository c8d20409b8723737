/** evaluate and the validation inside fit: the same loop over a program that changes nothing. */
import { ArgumentError } from '../errors.ts';
import { Yielder } from '../clock.ts';
import type { Model } from '../models/model.ts';
import { batchStream, buildFromData, isBatchSource, type Source, type Verbosity } from './batches.ts';
import { CallbackList, type Callback, type Logs } from './callback.ts';
import type { BatchSource, DataSet } from './data.ts';
import { prepareColumns } from './prepare.ts';
import { withProgressBar } from './progress-bar.ts';
import { exclusively, stateOf } from './state.ts';
import { Meters, stepArguments } from './steps.ts';

export interface EvaluateOptions {
  /** Samples per step. Default 32. */
  readonly batchSize?: number;
  /** 0 silent, 1 a progress bar, 2 one line. Default `'auto'`: 1. */
  readonly verbose?: Verbosity;
  readonly sampleWeight?: DataSet;
  readonly steps?: number;
  readonly callbacks?: readonly Callback[];
  /** Gives a record by log name instead of a number or list. Default false. */
  readonly returnDict?: boolean;
  readonly signal?: AbortSignal;
}

interface LoopOptions {
  readonly callbacks: CallbackList;
  readonly yielder: Yielder;
  readonly batchSize: number;
  readonly steps: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** @internal The body of `model.evaluate`. */
export async function evaluate(
  model: Model,
  x: DataSet | BatchSource,
  y: DataSet | undefined,
  options: EvaluateOptions = {},
): Promise<number | number[] | Logs> {
  const where = `model '${model.name}': evaluate`;
  return exclusively(model, 'evaluate', async () => {
    const { compilation } = stateOf(model, 'evaluate');
    const batchSize = options.batchSize ?? 32;
    if (!model.built && !isBatchSource(x)) buildFromData(model, x);
    const source: Source = isBatchSource(x)
      ? { kind: 'iterable', source: x }
      : {
          kind: 'columns',
          columns: prepareColumns(model, compilation, where, x, y, { sampleWeight: options.sampleWeight }),
        };
    const verbose = options.verbose === undefined || options.verbose === 'auto' ? 1 : options.verbose;
    const steps = source.kind === 'columns' ? Math.ceil(source.columns.length / batchSize) : options.steps;
    const callbacks = new CallbackList(withProgressBar(options.callbacks ?? [], verbose), model, {
      epochs: 1,
      steps,
      verbose,
    });
    const meters = await testLoop(model, source, {
      callbacks,
      yielder: new Yielder(),
      batchSize,
      steps: options.steps,
      signal: options.signal,
    });
    if (options.returnDict) return meters.logs();
    const values = meters.values();
    return values.length === 1 ? (values[0] ?? NaN) : values;
  });
}

/** @internal */
export async function testLoop(model: Model, source: Source, options: LoopOptions): Promise<Meters> {
  const { compilation, steps } = stateOf(model, 'evaluate');
  const { callbacks } = options;
  const meters = new Meters(compilation, steps);
  const where = `model '${model.name}': evaluate`;
  const batches = batchStream(model, where, source, options.batchSize, {
    shuffle: false,
    stepsPerEpoch: options.steps,
  });
  let step = 0;
  try {
    await callbacks.call('onTestBegin', {});
    for await (const batch of batches.epoch()) {
      options.signal?.throwIfAborted();
      await callbacks.call('onTestBatchBegin', step, {});
      meters.update(await steps.test(...stepArguments(batch)), batch.size);
      await callbacks.call('onTestBatchEnd', step, meters.logs());
      step++;
      await options.yielder.pause();
      options.signal?.throwIfAborted();
    }
  } finally {
    await batches.close();
  }
  if (step === 0) throw new ArgumentError(`${where}: the data gave no batch.`, { where });
  await callbacks.call('onTestEnd', meters.logs());
  return meters;
}
