/** The epochs of a fit in a worker: hooks, backups and batches of iterables stay here, where the model is. */
import { generatorState, setGeneratorState } from '../../ops/random-state.ts';
import { Tensor } from '../../tensor/tensor.ts';
import { unpackError } from '../../workers/packed-error.ts';
import type { CallbackList, HookName, Logs } from '../callback.ts';
import type { FitRun } from '../epochs.ts';
import type { FitStreams } from '../fit-data.ts';
import type { FitOptions } from '../fit.ts';
import { setShuffleCount, shuffleCount, stateOf } from '../state.ts';
import { Meters } from '../steps.ts';
import { Caller, type Run } from './caller.ts';
import type { FromWorker, RunEnd, RunJob, StreamJob } from './messages.ts';
import { modelJob } from './model-job.ts';
import { workerOptions } from './options.ts';
import { openWorker, type WorkerPort } from './port.ts';
import { RemoteVariables } from './remote-variables.ts';
import { watchStop } from './stop-watch.ts';
import { memoryOf, trainingVariables } from './variables.ts';

/** Called while epochs run; those of the beginning and the end are called around them. */
const HOOKS: readonly HookName[] = [
  'onEpochBegin',
  'onEpochEnd',
  'onTrainBatchBegin',
  'onTrainBatchEnd',
  'onTestBegin',
  'onTestEnd',
  'onTestBatchBegin',
  'onTestBatchEnd',
];

/**
 * @internal Does what `runEpochs` does, in a worker.
 * @throws ArgumentError before the first hook for what the worker cannot be told; DeviceError when the worker dies
 */
export async function runInWorker(
  run: FitRun<FitStreams>,
  options: FitOptions,
  callbacks: CallbackList,
  isKept: boolean,
): Promise<Logs> {
  const { model, where } = run;
  const { compilation, steps } = stateOf(model, 'fit');
  const wanted = workerOptions(where, options.worker);
  const job = modelJob(where, model, compilation, wanted);
  const meters = new Meters(compilation, steps);
  const validated = [...(run.backups.saved?.validated ?? [])];
  const parts: Run = { ...run, callbacks, meters, validated, compilation, isKept };
  const connection = new Connection();
  const port = await openWorker(where, wanted.program, connection);
  const { signal } = options;
  const abort = (): void => port.post({ kind: 'abort' });
  try {
    signal?.addEventListener('abort', abort, { once: true });
    port.post({ kind: 'prepare', job, lifeline: port.lifeline });
    await connection.until('ready', signal);
    run.backups.attach({ ...run, compilation, steps, callbacks, meters, validated });
    await callbacks.call('onTrainBegin', {});
    await run.backups.restore();
    return await train(parts, options, port, connection);
  } finally {
    signal?.removeEventListener('abort', abort);
    await port.close();
  }
}

async function train(run: Run, options: FitOptions, port: WorkerPort, connection: Connection): Promise<Logs> {
  const { model, compilation } = run;
  let caller: Caller | undefined;
  // Steps do not change the learning rate: it can be read here at any time.
  const rate = compilation.optimizer.learningRate;
  const variables = new RemoteVariables(trainingVariables(model, compilation), (one) => one !== rate, {
    read: (place) => port.post({ kind: 'read', place }),
    get waits() {
      return caller?.isAsked ?? false;
    },
  });
  const values = await variables.values();
  const generator = await generatorState();
  const job: RunJob = {
    ...runJob(run, options),
    values,
    generator: { ...generator, counter: generator.counter.data },
  };
  const unwatch = watchStop(model, (value) => port.post({ kind: 'stop', value }));
  try {
    port.post({ kind: 'train', job }, memoryOf(values));
    variables.takeOver();
    caller = new Caller(run, port, variables);
    connection.caller = caller;
    const ended = await connection.until('end', undefined);
    if (ended.end) {
      variables.bringHome(ended.end.values);
      await settle(run, generator, ended.end);
    }
    if (ended.kind === 'done') return ended.logs;
    throw caller.error ?? (options.signal?.aborted ? options.signal.reason : unpackError(ended.error));
  } finally {
    unwatch();
    // What a dead worker left may wait for data that never come; fit closes them.
    if (!connection.error) await caller?.close();
    variables.lose(connection.error ?? new Error('it was closed'));
  }
}

async function settle({ model }: Run, before: { readonly counter: Tensor }, end: RunEnd): Promise<void> {
  setShuffleCount(model, end.shuffles);
  const drew = end.counter.some((word, index) => word !== before.counter.data[index]);
  if (drew) setGeneratorState({ ...(await generatorState()), counter: new Tensor([2], end.counter) });
}

function runJob(run: Run, { epochs = 1, validationFreq = 1 }: FitOptions): Omit<RunJob, 'values' | 'generator'> {
  const { model, backups, callbacks, streams, meters, initialEpoch, isKept } = run;
  const { saved } = backups;
  const { setups, steps, batchSize, samples } = streams;
  return {
    shuffles: shuffleCount(model),
    initialEpoch,
    stopTraining: model.stopTraining,
    hooks: HOOKS.filter((hook) => callbacks.has(hook)),
    isKept,
    resumed: saved && {
      position: saved.position,
      initialEpoch: saved.initialEpoch,
      firstShuffle: saved.firstShuffle,
      validated: saved.validated,
      logs: saved.logs,
      meters: meters.state,
    },
    streams: { training: streamJob(setups.training), validation: setups.validation && streamJob(setups.validation) },
    steps,
    batchSize,
    samples,
    options: { epochs, validationFreq },
  };
}

function streamJob({ where, source, options }: FitStreams['setups']['training']): StreamJob {
  if (source.kind === 'iterable') return { where, options, columns: undefined };
  const { inputs, targets, weights, length } = source.columns;
  return {
    where,
    options,
    columns: {
      inputs: inputs.map(compact),
      targets: targets.map(compact),
      weights: weights.map((weight) => weight && compact(weight)),
      length,
    },
  };
}

type Column = StreamJob['columns'] extends infer C | undefined
  ? C extends { inputs: readonly (infer One)[] }
    ? One
    : never
  : never;

/** An array that is a small part of its memory is cut out, because all of that would be sent with it. */
function compact({ data, shape }: Column): Column {
  const isSmall = 2 * data.byteLength < data.buffer.byteLength;
  return { data: isSmall ? data.slice() : data, shape: [...shape] };
}

type Ended = Extract<FromWorker, { readonly kind: 'done' | 'failed' }>;

/** What comes from the worker, for whoever waits for it. */
class Connection {
  caller: Caller | undefined;
  error: Error | undefined;
  #reject: ((error: unknown) => void) | undefined;
  #resolve: ((message: FromWorker) => void) | undefined;

  heard(message: FromWorker): void {
    if (message.kind === 'ready' || message.kind === 'done' || message.kind === 'failed') this.#resolve?.(message);
    else this.caller?.heard(message);
  }

  died(error: Error): void {
    this.error = error;
    this.#reject?.(error);
  }

  until(what: 'end', signal: undefined): Promise<Ended>;
  until(what: 'ready', signal: AbortSignal | undefined): Promise<void>;
  /** @throws the reason of the signal at once; what the worker failed with before it was ready; that it died */
  async until(what: 'ready' | 'end', signal: AbortSignal | undefined): Promise<Ended | void> {
    signal?.throwIfAborted();
    const abort = (): void => this.#reject?.(signal?.reason);
    try {
      signal?.addEventListener('abort', abort, { once: true });
      const message = await new Promise<FromWorker>((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
        if (this.error) reject(this.error);
      });
      if (what === 'end') return message as Ended;
      if (message.kind === 'failed') throw unpackError(message.error);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }
}
