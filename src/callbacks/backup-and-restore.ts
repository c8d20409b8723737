/** Backups of a whole run, so that a training that is killed goes on where it was when it is started again. */
import { printLine } from '../console.ts';
import { ArgumentError, describeValue, optionsOf } from '../errors.ts';
import { openSealed, sealBytes } from '../io/sealed-bytes.ts';
import type { FileSink } from '../io/sink.ts';
import { readState, writeState } from '../io/state-bytes.ts';
import type { StateValue } from '../tensor/state-value.ts';
import type { CallbackHooks, CallbackParams, TrainPosition } from '../training/callback.ts';
import { Backups, type RunStore } from '../training/backups.ts';
import type { RunKeeper } from '../training/run-keeper.ts';

const where = 'backupAndRestore';

export interface BackupOptions {
  /** When to back up: `'epoch'`, after each with its validation, or after so many batches. Default `'epoch'`. */
  readonly saveFreq?: 'epoch' | number;
  /** Whether the backup goes when the training has ended. Default true. */
  readonly deleteCheckpoint?: boolean;
  /** 1 prints where a training goes on. Default 0. */
  readonly verbose?: 0 | 1;
}

/** Gives the bytes that the sink got under a name last; undefined, or no bytes, when there are none. */
export type FileSource = (name: string) => Uint8Array | undefined | Promise<Uint8Array | undefined>;

export interface BackupAndRestoreOptions extends BackupOptions {
  /** Takes each backup in place of the one before; no bytes mean that it is to be removed. */
  readonly sink: FileSink;
  readonly source: FileSource;
}

/** @internal A place for one backup. */
export interface BackupStore {
  load(): Promise<Uint8Array | undefined>;
  save(bytes: Uint8Array): Promise<void>;
  remove(): Promise<void>;
}

/** @internal Wishes from outside the training for a backup as soon as possible. */
export interface Urgency {
  /** Begins to listen. */
  open(): void;
  readonly isUrgent: boolean;
  /** The backup was made. */
  settle(): void;
  close(): void;
}

/** @internal Use `backupAndRestore()`. */
export class BackupAndRestore implements CallbackHooks {
  declare params: CallbackParams;
  readonly runKeeper: RunKeeper;
  readonly #verbose: boolean;

  constructor(name: string, store: BackupStore, options: BackupOptions, urgency?: Urgency) {
    const { saveFreq = 'epoch', deleteCheckpoint = true, verbose = 0 } = options;
    checkOption('deleteCheckpoint', deleteCheckpoint, typeof deleteCheckpoint === 'boolean', 'true or false');
    checkOption('verbose', verbose, verbose === 0 || verbose === 1, '0 or 1');
    checkOption(
      'saveFreq',
      saveFreq,
      saveFreq === 'epoch' || (Number.isSafeInteger(saveFreq) && saveFreq > 0),
      "'epoch', or a number of batches",
    );
    this.#verbose = verbose > 0;
    let batches = 0;
    const runStore: RunStore = {
      where,
      watches: urgency !== undefined,
      async load(): Promise<StateValue | undefined> {
        batches = 0;
        urgency?.open();
        const bytes = await store.load();
        return bytes && readState(bytes, name);
      },
      isDue: (moment) =>
        moment === 'epoch' ? saveFreq === 'epoch' : saveFreq !== 'epoch' && ++batches % saveFreq === 0,
      save: (state) => store.save(writeState(state)),
      get isUrgent() {
        return urgency?.isUrgent ?? false;
      },
      settleUrgency: () => urgency?.settle(),
      finish: async () => {
        if (deleteCheckpoint) await store.remove();
      },
      close: () => urgency?.close(),
    };
    this.runKeeper = { where, open: (signal) => Backups.open(runStore, signal) };
  }

  onTrainResume({ epoch, batch }: TrainPosition): void {
    if (!this.#verbose) return;
    const place = batch === 0 ? 'from its beginning' : `after its batch ${batch}`;
    const { epochs } = this.params;
    printLine(
      epoch < epochs
        ? `${where}: training goes on in epoch ${epoch + 1} of ${epochs}, ${place}.`
        : `${where}: the training had ended.`,
    );
  }
}

/** @internal @throws ArgumentError unless the option passes */
export function checkOption(name: string, value: unknown, passes: boolean, rule: string): void {
  if (passes) return;
  throw new ArgumentError(`${where}: ${name} is ${describeValue(value)}. Give ${rule}.`, { where, got: value });
}

/**
 * Backs up the whole run, and lets a training that was interrupted go on: a `fit` of the same model, data and options that
 * finds a backup begins after the batch at which it was made, and ends with the bits of a run that was never interrupted.
 * A backup holds the weights, the optimizer, random counters, variables that layers have in their fields, the place in the
 * data, the sums of the running epoch, the history, and the state of each callback that has one. A variable elsewhere that
 * training changes is a warning. With the `signal` of `fit` a last backup is made before it ends. No backup is made while
 * the loss or a weight is NaN or infinite: the last good one stays, also when training ends.
 *
 * Batches of an iterable are drawn again and dropped up to the place, so that it must give the same ones in the same order.
 * @param name what `sink` and `source` know the backup by; in `gradtape/node` a folder instead, see there
 * @param options sink, source; saveFreq `'epoch'`, deleteCheckpoint true, verbose 0
 * @throws ArgumentError for a wrong option; when training begins, FormatError for a damaged backup, ArgumentError or
 *   ShapeError for one of another model, optimizer or list of callbacks
 * @example
 * const files = new Map<string, Uint8Array>();
 * const backup = backupAndRestore('run', { sink: (name, bytes) => void files.set(name, bytes), source: (name) => files.get(name) });
 * await net.fit(xs, ys, { epochs: 100, callbacks: [backup] });
 */
export function backupAndRestore(name: string, options: BackupAndRestoreOptions): BackupAndRestore {
  checkOption('the name', name, typeof name === 'string' && name !== '', 'a name for the backup');
  const { sink, source } = optionsOf(where, options);
  checkOption('sink', sink, typeof sink === 'function', 'a function (name, bytes) that keeps the bytes, or import from gradtape/node'); // prettier-ignore
  checkOption('source', source, typeof source === 'function', 'a function (name) that gives them back');
  let saves = 0;
  const store: BackupStore = {
    async load() {
      const bytes = await source(name);
      return bytes && bytes.length > 0 ? openSealed(bytes, name) : undefined;
    },
    save: async (bytes) => sink(name, sealBytes(bytes, ++saves)),
    remove: async () => sink(name, new Uint8Array(0)),
  };
  return new BackupAndRestore(name, store, options);
}
