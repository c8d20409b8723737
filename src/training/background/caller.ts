/** Answers what a worker asks while it trains: calls hooks, makes backups, draws batches. */
import { Tensor } from '../../tensor/tensor.ts';
import type { BatchStream } from '../batches.ts';
import type { CallbackList, Logs } from '../callback.ts';
import type { Compilation } from '../compilation.ts';
import type { Batch } from '../data.ts';
import type { FitRun } from '../epochs.ts';
import type { FitStreams } from '../fit-data.ts';
import { takeGradientRequests, type GradientReceiver } from '../gradient-requests.ts';
import type { Meters } from '../steps.ts';
import type { Change, FromWorker, Question, StreamName } from './messages.ts';
import type { WorkerPort } from './port.ts';
import type { RemoteVariables } from './remote-variables.ts';
import { memoryOf, plainBatch } from './variables.ts';

/** A fit whose epochs run in a worker. */
export interface Run extends FitRun<FitStreams> {
  readonly callbacks: CallbackList;
  readonly compilation: Compilation;
  readonly meters: Meters;
  readonly isKept: boolean;
  /** Batches of each validation so far, for backups. */
  readonly validated: number[];
}

type Asked<Kind extends Question['kind']> = Extract<Question, { readonly kind: Kind }>;

export class Caller {
  readonly #run: Run;
  readonly #port: WorkerPort;
  readonly #variables: RemoteVariables;
  readonly #batches = new Map<StreamName, AsyncIterator<Batch>>();
  /** What a hook or a backup threw. */
  #error: unknown;
  /** What the data threw, perhaps for a batch that is not needed. */
  #dataError: unknown;
  #receivers: readonly GradientReceiver[] = [];
  #asked = 0;

  constructor(run: Run, port: WorkerPort, variables: RemoteVariables) {
    this.#run = run;
    this.#port = port;
    this.#variables = variables;
  }

  /** What failed here. */
  get error(): unknown {
    return this.#error ?? this.#dataError;
  }

  /** Whether the worker waits for a hook or a backup. */
  get isAsked(): boolean {
    return this.#asked > 0;
  }

  heard(message: FromWorker): void {
    switch (message.kind) {
      case 'question':
        void this.#answer(message.id, message.question);
        break;
      case 'value':
        this.#variables.arrived(message.place, message.value);
        break;
      case 'gradients':
        this.#giveGradients(message.values);
        break;
      default:
    }
  }

  /** Ends what the data still have open. */
  async close(): Promise<void> {
    for (const stream of this.#batches.keys()) await this.#leave(stream, 0);
  }

  async #answer(id: number, question: Question): Promise<void> {
    try {
      if (this.#error !== undefined) throw this.#error;
      const value = await this.#valueOf(question);
      const memory =
        question.kind === 'next' && value !== undefined ? memoryOfBatch(value as ReturnType<typeof plainBatch>) : [];
      this.#port.post({ kind: 'answer', id, value }, memory);
    } catch (error) {
      const thrown = error ?? new Error('a hook of the training, or its data, threw nothing');
      if (question.kind === 'hook' || question.kind === 'backup') this.#error ??= thrown;
      else this.#dataError ??= thrown;
      this.#port.post({ kind: 'refusal', id });
    }
  }

  #valueOf(question: Question): Promise<unknown> {
    switch (question.kind) {
      case 'hook':
        return this.#whileAsked(question.logs, () => this.#hook(question));
      case 'backup':
        return this.#whileAsked(question.standing.logs, () => this.#backup(question));
      case 'begin':
        return this.#stream(question.stream).begin();
      case 'skip':
        return this.#stream(question.stream).skip(question.count);
      case 'next':
        return this.#next(question.stream);
      case 'leave':
        return this.#leave(question.stream, question.unused);
    }
  }

  /** Does what the worker waits for, and tells what came of it. */
  async #whileAsked(logs: Logs, act: () => Promise<void>): Promise<Change> {
    const { model } = this.#run;
    this.#asked++;
    try {
      await act();
      const assigned = await this.#variables.changes();
      const receivers = takeGradientRequests(model);
      this.#receivers = [...this.#receivers, ...receivers];
      const { stopTraining, stopEvaluating } = model;
      return { assigned, logs, stopTraining, stopEvaluating, gradients: receivers.length > 0 };
    } finally {
      this.#asked--;
      this.#variables.takeOver();
    }
  }

  async #hook({ hook, count, logs, stopEvaluating }: Asked<'hook'>): Promise<void> {
    const { model, callbacks } = this.#run;
    model.stopEvaluating = stopEvaluating;
    await (count === undefined ? callbacks.call(hook, logs) : callbacks.call(hook, count, logs));
  }

  async #backup({ act, standing: { position, logs, meters, validated } }: Asked<'backup'>): Promise<void> {
    const { backups, meters: sums, validated: passed } = this.#run;
    sums.state = meters;
    passed.splice(0, passed.length, ...validated);
    if (act !== 'check') backups.reach(position, () => logs);
    if (act === 'hold') await backups.holdDuringValidation();
    else if (act !== 'check') await backups.save(act);
    await backups.check();
  }

  async #next(name: StreamName): Promise<unknown> {
    let batches = this.#batches.get(name);
    if (!batches) this.#batches.set(name, (batches = this.#stream(name).batches()[Symbol.asyncIterator]()));
    const next = await batches.next();
    return next.done ? undefined : plainBatch(next.value);
  }

  async #leave(name: StreamName, unused: number): Promise<void> {
    const batches = this.#batches.get(name);
    this.#batches.delete(name);
    await batches?.return?.();
    this.#stream(name).giveBack?.(unused);
  }

  #stream(name: StreamName): BatchStream {
    return this.#run.streams[name] as BatchStream;
  }

  #giveGradients(values: readonly Float32Array[]): void {
    const { trainable } = this.#run.compilation;
    const gradients = new Map(
      trainable.map((one, index) => [one, new Tensor(one.shape, values[index] as Float32Array)] as const),
    );
    const receivers = this.#receivers;
    this.#receivers = [];
    try {
      for (const receive of receivers) receive(gradients);
    } catch (error) {
      this.#error ??= error;
    }
  }
}

function memoryOfBatch({ inputs, targets, weights }: ReturnType<typeof plainBatch>): ArrayBuffer[] {
  return memoryOf([...inputs, ...targets, ...weights.filter((one) => one !== null)].map(({ data }) => data));
}
