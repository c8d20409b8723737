/** What a fit and the worker that trains for it say to each other. */
import type { Shape } from '../../tensor/shape.ts';
import type { StateValue } from '../../tensor/state-value.ts';
import type { NumericArray } from '../../tensor/tensor.ts';
import type { PackedError } from '../../workers/packed-error.ts';
import type { StreamOptions } from '../batches.ts';
import type { HookName, Logs } from '../callback.ts';
import type { Columns } from '../data.ts';
import type { EpochOptions } from '../epochs.ts';
import type { ReachedRun, RunPosition } from '../run-state.ts';
import type { WorkerDevice } from './options.ts';

/** A tensor as data. */
export interface PlainTensor {
  readonly shape: Shape;
  readonly data: NumericArray;
}

/** A batch as data. */
export interface PlainBatch {
  readonly inputs: readonly PlainTensor[];
  readonly targets: readonly PlainTensor[];
  readonly weights: readonly (PlainTensor | null)[];
  readonly size: number;
}

/** From which the worker makes the same model, compiled alike. */
export interface ModelJob {
  /** Begins messages. */
  readonly where: string;
  /** What `model.toJSON()` gave. */
  readonly config: object;
  readonly compileConfig: unknown;
  /** Where the weights that training changes stand among all. */
  readonly trainable: readonly number[];
  /** Of the model and all layers in it, in order. */
  readonly layers: readonly { readonly name: string; readonly seed: number }[];
  /** What weight decay leaves alone: places among the trainable weights, and parts of names. */
  readonly undecayed: { readonly variables: readonly number[]; readonly names: readonly string[] };
  /** Names of what the config has of the user's own, with what each is. */
  readonly needed: readonly (readonly [name: string, what: string])[];
  /** The module whose default export has it. */
  readonly customObjects: string | undefined;
  readonly device: WorkerDevice;
}

export type StreamName = 'training' | 'validation';

/** A stream of the worker's own over arrays, or one that is asked for batches. */
export interface StreamJob {
  readonly where: string;
  readonly options: StreamOptions;
  readonly columns: Columns | undefined;
}

/** What an interrupted run had reached, with the sums of its epoch. */
export interface ResumedRun extends ReachedRun {
  readonly meters: StateValue;
}

/** From which the worker begins to train. */
export interface RunJob {
  /** Of the variables that `trainingVariables` lists. */
  readonly values: readonly Float32Array[];
  readonly generator: { readonly seed: number; readonly ordinal: number; readonly counter: Float32Array };
  readonly shuffles: number;
  readonly initialEpoch: number;
  readonly stopTraining: boolean;
  readonly hooks: readonly HookName[];
  /** Whether backups see every batch. */
  readonly isKept: boolean;
  readonly resumed: ResumedRun | undefined;
  readonly streams: { readonly training: StreamJob; readonly validation: StreamJob | undefined };
  readonly steps: number | undefined;
  readonly batchSize: number;
  readonly samples: number | undefined;
  readonly options: EpochOptions;
}

/** Where the run stands, for backups. */
export interface Standing {
  readonly position: RunPosition;
  readonly logs: Logs;
  readonly meters: StateValue;
  readonly validated: readonly number[];
}

/** What the worker asks, and waits for the answer. */
export type Question =
  /** `count` is the epoch or the batch. Gives a `Change`. */
  | {
      readonly kind: 'hook';
      readonly hook: HookName;
      readonly count: number | undefined;
      readonly logs: Logs;
      readonly stopEvaluating: boolean;
    }
  /** Gives a `Change`. */
  | { readonly kind: 'backup'; readonly act: 'batch' | 'epoch' | 'hold' | 'check'; readonly standing: Standing }
  /** Gives whether there is a batch. */
  | { readonly kind: 'begin'; readonly stream: StreamName }
  /** Gives a `PlainBatch`; undefined at the end. */
  | { readonly kind: 'next'; readonly stream: StreamName }
  /** No more batches of this epoch; the last ones that came were not needed. */
  | { readonly kind: 'leave'; readonly stream: StreamName; readonly unused: number }
  /** Gives how many there were. */
  | { readonly kind: 'skip'; readonly stream: StreamName; readonly count: number | undefined };

/** What was changed while the worker waited. */
export interface Change {
  /** New values, by the variables' places. */
  readonly assigned: readonly (readonly [place: number, value: Float32Array])[];
  readonly logs: Logs;
  readonly stopTraining: boolean;
  readonly stopEvaluating: boolean;
  /** Whether somebody asks for the gradients of the next step. */
  readonly gradients: boolean;
}

/** How a run ended. */
export interface RunEnd {
  readonly values: readonly Float32Array[];
  readonly counter: Float32Array;
  readonly shuffles: number;
}

export type ToWorker =
  /** The worker is to hold the lock of that name. */
  | { readonly kind: 'prepare'; readonly job: ModelJob; readonly lifeline: string | undefined }
  | { readonly kind: 'train'; readonly job: RunJob }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  /** The question was not answered: what it was for has failed. */
  | { readonly kind: 'refusal'; readonly id: number }
  | { readonly kind: 'read'; readonly place: number }
  | { readonly kind: 'stop'; readonly value: boolean }
  | { readonly kind: 'abort' };

export type FromWorker =
  | { readonly kind: 'ready'; readonly holdsLifeline: boolean }
  | { readonly kind: 'question'; readonly id: number; readonly question: Question }
  | { readonly kind: 'value'; readonly place: number; readonly value: Float32Array }
  /** One for each trained weight. */
  | { readonly kind: 'gradients'; readonly values: readonly Float32Array[] }
  | { readonly kind: 'done'; readonly logs: Logs; readonly end: RunEnd }
  | { readonly kind: 'failed'; readonly error: PackedError; readonly end: RunEnd | undefined };
