/** evaluate and the validation inside fit: the same loop over a program that changes nothing. */
import { ArgumentError } from '../errors.ts';
import { Yielder } from '../clock.ts';
import type { Model } from '../models/model.ts';
import { batchSizeFor, batchStream, type BatchStream, type Verbosity } from './batches.ts';
import { CallbackList, type Callback, type Logs } from './callback.ts';
import { checkRunOptions, checkWhole, verbosityOf } from './checks.ts';
import type { BatchSource, DataSet, SampleWeights } from './data.ts';
import { withProgressBar } from './progress-bar.ts';
import { Reports, stepsInFlight } from './reports.ts';
import { sourceOf } from './sources.ts';
import { requireCompiled, stateOf } from './state.ts';
import { Meters, stepArguments } from './steps.ts';

export interface EvaluateOptions {
  /** Samples per step. Default 32, or what `steps` makes of arrays. */
  readonly batchSize?: number;
  /** 0 silent, 1 a progress bar, 2 one line. Default `'auto'`: 1. */
  readonly verbose?: Verbosity;
  /** Weight of each sample, or of each sample and step, in the loss; for several outputs also a list or record. */
  readonly sampleWeight?: SampleWeights;
  /** Batches; needed for a generator that never ends. Default all. */
  readonly steps?: number;
  readonly callbacks?: readonly Callback[];
  /** Gives a record by log name instead of a number or list. Default false. */
  readonly returnDict?: boolean;
  /** Ends the evaluation with the signal's reason after the running step. */
  readonly signal?: AbortSignal;
}

interface LoopOptions {
  readonly callbacks: CallbackList;
  readonly yielder: Yielder;
  /** Called before and after each batch; throws when the run is to end. */
  readonly check: () => void | Promise<void>;
}

/** @internal The body of `model.evaluate`. */
export async function evaluate(
  model: Model,
  x: DataSet | BatchSource,
  y: DataSet | null | undefined,
  options: EvaluateOptions = {},
): Promise<number | number[] | Logs> {
  const where = `model '${model.name}': evaluate`;
  checkRunOptions(where, options);
  checkWhole(where, 'steps', options.steps, 1);
  requireCompiled(model, 'evaluate');
  const { sampleWeight, steps } = options;
  const source = sourceOf(model, where, x, y, { sampleWeight });
  const isArrays = source.kind === 'columns';
  const batchSize = batchSizeFor(isArrays ? source.columns.length : 0, options.batchSize, steps);
  const batches = batchStream(model, where, source, { batchSize, steps, shuffle: false, restarts: true });
  const verbose = verbosityOf(options.verbose);
  try {
    if (!(await batches.begin())) throw new ArgumentError(`${where}: the data gave no batch.`, { where });
    const callbacks = new CallbackList(withProgressBar(options.callbacks ?? [], verbose), model, {
      epochs: 1,
      steps: steps ?? (isArrays ? Math.ceil(source.columns.length / batchSize) : undefined),
      verbose,
    });
    const check = (): void => options.signal?.throwIfAborted();
    const { meters } = await testLoop(model, batches, { callbacks, yielder: new Yielder(), check });
    return resultOf(meters, options.returnDict);
  } finally {
    await batches.close();
  }
}

/** Loss and metrics as a number, a list, or a record. @internal */
export function resultOf(meters: Meters, returnDict: boolean | undefined): number | number[] | Logs {
  if (returnDict) return meters.logs();
  const values = meters.values();
  return values.length === 1 ? (values[0] ?? NaN) : values;
}

/** @internal What an evaluation found. */
export interface Tested {
  readonly meters: Meters;
  /** Batches until a callback set `stopEvaluating`; Infinity where all were taken. */
  readonly batches: number;
}

/** @internal Tests on the batches that the stream has readied. */
export async function testLoop(
  model: Model,
  batches: BatchStream,
  { callbacks, yielder, check }: LoopOptions,
): Promise<Tested> {
  const { compilation, steps } = stateOf(model, 'evaluate');
  const meters = new Meters(compilation, steps);
  const isWatched = callbacks.has('onTestBatchEnd');
  const reports = new Reports(meters, isWatched ? 1 : stepsInFlight(compilation));
  model.stopEvaluating = false;
  let step = 0;
  await callbacks.call('onTestBegin', {});
  for await (const batch of batches.batches()) {
    await check();
    await callbacks.call('onTestBatchBegin', step, {});
    await reports.add(steps.test(...stepArguments(batch)), batch.size);
    if (isWatched) await callbacks.call('onTestBatchEnd', step, meters.logs());
    step++;
    await yielder.pause();
    await check();
    if (model.stopEvaluating) break;
  }
  await reports.settle();
  await callbacks.call('onTestEnd', meters.logs());
  return { meters, batches: model.stopEvaluating ? step : Infinity };
}
