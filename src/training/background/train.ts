/** The training in a worker: the epochs of `fit` over a copy of the model, with hooks and backups that ask the fit. */
import type { Model } from '../../models/model.ts';
import { generatorState, setGeneratorState } from '../../ops/random-state.ts';
import { Tensor } from '../../tensor/tensor.ts';
import type { Variable } from '../../tensor/variable.ts';
import { packError } from '../../workers/packed-error.ts';
import { batchStream, type BatchStream } from '../batches.ts';
import { CallbackList, type Callback, type HookName, type Logs } from '../callback.ts';
import { runEpochs, type FitRun } from '../epochs.ts';
import { requestGradients } from '../gradient-requests.ts';
import type { RunBackups } from '../run-keeper.ts';
import type { RunParts, RunPosition } from '../run-state.ts';
import { setShuffleCount, shuffleCount, stateOf } from '../state.ts';
import { askedStream } from './asked-stream.ts';
import type { Change, RunEnd, RunJob, Standing, StreamJob, StreamName } from './messages.ts';
import type { Parent } from './parent.ts';
import { memoryOf, trainingVariables } from './variables.ts';

/** Trains, and tells how it ended. */
export async function train(where: string, model: Model, job: RunJob, parent: Parent): Promise<void> {
  const training = new Training(where, model, job, parent);
  try {
    const logs = await training.run();
    const end = await training.end();
    parent.post({ kind: 'done', logs, end }, memoryOf(end.values));
  } catch (error) {
    const end = await training.end();
    parent.post({ kind: 'failed', error: packError(error), end }, memoryOf(end.values));
  }
}

class Training {
  readonly #where: string;
  readonly #model: Model;
  readonly #job: RunJob;
  readonly #parent: Parent;
  readonly #variables: readonly Variable[];
  #parts: RunParts | undefined;
  #position: RunPosition = { epoch: 0, batch: 0, begun: false };
  #logs: () => Logs = () => ({});

  constructor(where: string, model: Model, job: RunJob, parent: Parent) {
    this.#where = where;
    this.#model = model;
    this.#job = job;
    this.#parent = parent;
    const variables = trainingVariables(model, stateOf(model, 'fit').compilation);
    this.#variables = variables;
    variables.forEach((variable, place) => this.#assign(place, job.values[place] as Float32Array));
    const { seed, ordinal, counter } = job.generator;
    setGeneratorState({ seed, ordinal, counter: new Tensor([2], counter) });
    setShuffleCount(model, job.shuffles);
    // Hooks of the beginning may have asked for an end, which counts after the first batch.
    model.stopTraining = job.stopTraining;
    parent.listener = (message) => {
      if (message.kind === 'stop') model.stopTraining = message.value;
      else void this.#read(message.place);
    };
  }

  async run(): Promise<Logs> {
    const { initialEpoch, streams, steps, batchSize, samples, options, isKept, resumed } = this.#job;
    const training = this.#stream('training', streams.training);
    const validation = streams.validation && this.#stream('validation', streams.validation);
    const run: FitRun = {
      model: this.#model,
      where: this.#where,
      streams: { training, validation, steps, batchSize, samples },
      backups: this.#backups(),
      firstShuffle: resumed?.firstShuffle ?? this.#job.shuffles,
      initialEpoch,
    };
    await training.begin();
    const { epochs = 1 } = options;
    const callbacks = new CallbackList([this.#callback()], this.#model, { epochs, steps, verbose: 0 });
    return runEpochs(run, options, callbacks, isKept);
  }

  /** What the fit needs to go on. */
  async end(): Promise<RunEnd> {
    const values: Float32Array[] = [];
    for (const variable of this.#variables) values.push((await variable.read()).data);
    return { values, counter: (await generatorState()).counter.data.slice(), shuffles: shuffleCount(this.#model) };
  }

  #stream(name: StreamName, { where, options, columns }: StreamJob): BatchStream {
    if (!columns) return askedStream(this.#parent, name);
    return batchStream(this.#model, where, { kind: 'columns', columns }, options);
  }

  /** A callback with the hooks that somebody listens to. */
  #callback(): Callback {
    const hooks: Partial<Record<HookName, (...args: readonly unknown[]) => Promise<void>>> = {};
    for (const hook of this.#job.hooks) {
      hooks[hook] = async (...args) => {
        const [count, logs] = args.length > 1 ? [args[0] as number, args[1] as Logs] : [undefined, args[0] as Logs];
        const { stopEvaluating } = this.#model;
        const change = await this.#parent.ask<Change>({ kind: 'hook', hook, count, logs, stopEvaluating });
        for (const name of Object.keys(logs)) delete logs[name];
        Object.assign(logs, change.logs);
        this.#take(change);
      };
    }
    return hooks as Callback;
  }

  #backups(): RunBackups {
    const { isKept, resumed } = this.#job;
    const ask = async (act: 'batch' | 'epoch' | 'hold' | 'check'): Promise<void> => {
      if (isKept) this.#take(await this.#parent.ask<Change>({ kind: 'backup', act, standing: this.#standing() }));
    };
    const done = (): Promise<void> => Promise.resolve();
    return {
      saved: resumed,
      attach: (parts) => void (this.#parts = parts),
      restore: () => {
        if (resumed && this.#parts) this.#parts.meters.state = resumed.meters;
        return done();
      },
      reach: (position, logs) => {
        this.#position = position;
        this.#logs = logs;
      },
      save: ask,
      holdDuringValidation: () => ask('hold'),
      check: () => {
        const { signal } = this.#parent;
        if (!signal.aborted) return;
        return ask('check').then(() => signal.throwIfAborted());
      },
      finish: done,
      close: () => undefined,
    };
  }

  #standing(): Standing {
    const { meters, validated } = this.#parts as RunParts;
    return { position: this.#position, logs: this.#logs(), meters: meters.state, validated: [...validated] };
  }

  #take({ assigned, stopTraining, stopEvaluating, gradients }: Change): void {
    for (const [place, value] of assigned) this.#assign(place, value);
    this.#model.stopTraining = stopTraining;
    this.#model.stopEvaluating = stopEvaluating;
    if (!gradients) return;
    const { trainable } = stateOf(this.#model, 'fit').compilation;
    requestGradients(this.#model, (all) => {
      this.#parent.post({ kind: 'gradients', values: trainable.map((one) => (all.get(one) as Tensor).data) });
    });
  }

  #assign(place: number, value: Float32Array): void {
    const variable = this.#variables[place] as Variable;
    variable.assign(new Tensor(variable.shape, value));
  }

  async #read(place: number): Promise<void> {
    const { data } = await (this.#variables[place] as Variable).read();
    this.#parent.post({ kind: 'value', place, value: data });
  }
}
