/** One training on one device: a worker, and all that it has told. */
import type { DeviceId, FromWorker, GpuMode, ToWorker, TrainingPoint, Validation } from './messages.ts';

/** What a run is doing. */
export type RunState =
  /** The device is being opened. */
  | { readonly kind: 'opening' }
  /** The first step is being prepared: kernels are compiled. */
  | { readonly kind: 'preparing' }
  | { readonly kind: 'training' }
  | { readonly kind: 'ended'; readonly stopped: boolean }
  | { readonly kind: 'failed'; readonly message: string };

export interface RunEvents {
  /** Something is to be drawn anew. @param curves the curves too, which take the most time */
  readonly onChange: (curves: boolean) => void;
  readonly onSaved: (bytes: Uint8Array<ArrayBuffer>) => void;
}

export interface RunOptions {
  readonly digits: ArrayBuffer;
  readonly epochs: number;
  readonly mode: GpuMode | undefined;
}

export class DeviceRun {
  readonly epochs: number;
  readonly #worker: Worker;
  readonly #events: RunEvents;
  #state: RunState = { kind: 'opening' };
  #mode: string | undefined;
  #stepsPerEpoch: number | undefined;
  #stepsPerSecond: number | undefined;
  #drawing = 0;
  #probabilities: Float32Array | undefined;
  readonly #points: TrainingPoint[] = [];
  readonly #validations: Validation[] = [];

  constructor(device: DeviceId, { digits, epochs, mode }: RunOptions, events: RunEvents) {
    this.epochs = epochs;
    this.#events = events;
    this.#worker = startWorker(device);
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => this.#receive(data));
    this.#worker.addEventListener('error', ({ message }) =>
      this.#receive({ kind: 'failed', message: message || 'The worker could not be loaded.' }),
    );
    this.#send(mode === undefined ? { kind: 'train', digits, epochs } : { kind: 'train', digits, epochs, mode });
  }

  get state(): RunState {
    return this.#state;
  }
  /** The mode of the graphics card, or the name of another device. */
  get mode(): string | undefined {
    return this.#mode;
  }
  get stepsPerSecond(): number | undefined {
    return this.#stepsPerSecond;
  }
  get points(): readonly TrainingPoint[] {
    return this.#points;
  }
  get validations(): readonly Validation[] {
    return this.#validations;
  }
  /** 0 to 1. */
  get progress(): number {
    const steps = this.#points.at(-1)?.step ?? 0;
    return this.#stepsPerEpoch === undefined ? 0 : steps / (this.#stepsPerEpoch * this.epochs);
  }
  /** Of the drawing; undefined while there is none. */
  get probabilities(): Float32Array | undefined {
    return this.#probabilities;
  }

  get isBusy(): boolean {
    return this.#state.kind !== 'ended' && this.#state.kind !== 'failed';
  }
  /** Whether there is a model to classify with and to save. */
  get hasModel(): boolean {
    return this.#state.kind === 'training' || this.#state.kind === 'ended';
  }

  stop(): void {
    this.#send({ kind: 'stop' });
  }

  classify(pixels: Float32Array<ArrayBuffer> | null): void {
    if (pixels === null) this.#probabilities = undefined;
    this.#send({ kind: 'classify', drawing: ++this.#drawing, pixels });
  }

  save(): void {
    this.#send({ kind: 'save' });
  }

  /** Ends the worker and all that it holds. */
  close(): void {
    this.#worker.terminate();
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case 'opened':
        this.#mode = message.mode;
        this.#stepsPerEpoch = message.stepsPerEpoch;
        this.#state = { kind: 'preparing' };
        break;
      case 'progress':
        this.#state = { kind: 'training' };
        this.#points.push(...message.points);
        this.#stepsPerSecond = message.stepsPerSecond;
        break;
      case 'validated':
        this.#validations.push(message.validation);
        break;
      case 'classified':
        if (message.drawing === this.#drawing) this.#probabilities = message.probabilities;
        break;
      case 'saved':
        this.#events.onSaved(message.bytes);
        break;
      case 'ended':
        this.#state = message;
        break;
      case 'failed':
        this.#state = message;
        break;
    }
    this.#events.onChange(message.kind === 'progress' || message.kind === 'validated');
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}

/** The bundler finds workers by this form. */
function startWorker(device: DeviceId): Worker {
  return device === 'wasm'
    ? new Worker(new URL('./wasm-worker.ts', import.meta.url), { type: 'module' })
    : new Worker(new URL('./gpu-worker.ts', import.meta.url), { type: 'module' });
}
