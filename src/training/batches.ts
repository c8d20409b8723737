/** Where batches come from: arrays in a reproducible order, or any iterable, epoch after epoch. */
import { hashKey } from '../../kernels/random/key.ts';
import { warn } from '../console.ts';
import { ArgumentError, describeValue } from '../errors.ts';
import { Layer } from '../layers/layer.ts';
import type { Model } from '../models/model.ts';
import {
  column,
  isArrayData,
  sampleOrder,
  type Batch,
  type BatchData,
  type BatchEntry,
  type BatchSource,
  type Columns,
} from './data.ts';
import { batchOf, wholeBatch } from './prepare.ts';
import { nextShuffle } from './state.ts';

/** 0 silent, 1 a progress bar, 2 one line per epoch; `'auto'` is 1. */
export type Verbosity = 0 | 1 | 2 | 'auto';

/** Where batches come from. */
export type Source =
  | { readonly kind: 'columns'; readonly columns: Columns }
  | { readonly kind: 'iterable'; readonly source: BatchSource; readonly read: BatchReader };

/** Checks one batch of an iterable. */
export type BatchReader = (where: string, batch: BatchData) => Columns;

export interface StreamOptions {
  readonly batchSize: number;
  /** Batches per epoch; undefined for all that there are. */
  readonly steps: number | undefined;
  readonly shuffle: boolean;
  /** Each epoch begins anew, as validation does; else it goes on where the last one of `steps` batches ended. */
  readonly restarts: boolean;
}

/** The batches of one run, epoch by epoch. */
export interface BatchStream {
  /** Readies the next epoch, and builds the model where that takes data. False when no batch is left. */
  begin(): Promise<boolean>;
  /** The batches of the epoch that `begin` readied, after those that were skipped; too few for `steps` are a warning. */
  batches(): AsyncIterable<Batch>;
  /** Passes over batches of the epoch that `begin` readied, all or so many, and says how many there were. */
  skip(count?: number): Promise<number>;
  /** Takes back the last batches that were given, of an iterable: at most `MOST_GIVEN_BACK`. They come again. */
  giveBack?(count: number): void;
  /** Ends iterators that are still open. */
  close(): Promise<void>;
}

/** Batches of an iterable that are remembered, for those who draw them before they are needed. */
export const MOST_GIVEN_BACK = 2;

/** Arrays, lists of arrays and records are data; any other iterable gives batches. */
export function isBatchSource(value: unknown): value is BatchSource {
  // Layers are functions too.
  if (typeof value === 'function') return !((value as unknown) instanceof Layer);
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) return false;
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}

/** A sequential model without an input shape takes that of the first data. */
export function buildFromData(model: Model, where: string, x: unknown): void {
  if (model.built) return;
  const isOne = isArrayData(x) || typeof x !== 'object' || x === null;
  const first: unknown = isOne ? x : Object.values(x)[0];
  model.ensureBuilt(column(where, 'x', first).shape);
}

/** Keras's rule: a batch size of one's own, else the steps settle it, else 32. */
export function batchSizeFor(length: number, batchSize: number | undefined, steps: number | undefined): number {
  return batchSize ?? (steps === undefined ? 32 : Math.max(1, Math.ceil(length / steps)));
}

/** The batches of a source. */
export function batchStream(model: Model, where: string, source: Source, options: StreamOptions): BatchStream {
  const runDry = (step: number): void => {
    warn(
      `${where}: the data ran out after ${step} of ${options.steps} batches; the epoch ends with them. ` +
        'Ask for fewer steps, or give more data: a function that makes a generator is called again in each epoch.',
    );
  };
  return source.kind === 'columns'
    ? columnStream(model, source.columns, options, runDry)
    : iterableStream(model, where, source, options, runDry);
}

function columnStream(
  model: Model,
  columns: Columns,
  { batchSize, steps, shuffle, restarts }: StreamOptions,
  runDry: (step: number) => void,
): BatchStream {
  const perPass = Math.ceil(columns.length / batchSize);
  const perEpoch = steps ?? perPass;
  // An order that is asked for when its first batch is: passing over an epoch makes none.
  let orderOf: (() => Uint32Array) | undefined;
  let seen = 0;
  let step = 0;
  return {
    begin() {
      if (orderOf === undefined || restarts || steps === undefined) {
        const key = shuffle ? hashKey(model.seed, 'shuffle', nextShuffle(model)) : undefined;
        let order: Uint32Array | undefined;
        orderOf = () => (order ??= sampleOrder(columns.length, key));
        seen = 0;
      }
      step = 0;
      return Promise.resolve(perPass > 0);
    },
    async *batches() {
      for (; step < perEpoch; step++) {
        if (seen >= perPass || !orderOf) {
          runDry(step);
          break;
        }
        const from = seen++ * batchSize;
        yield batchOf(columns, orderOf(), from, Math.min(from + batchSize, columns.length));
      }
      if (seen >= perPass) orderOf = undefined;
    },
    skip(count = perEpoch) {
      const passed = Math.min(count, perEpoch - step, perPass - seen);
      step += passed;
      seen += passed;
      // Batches of an epoch that are all passed over end it, as taking them does.
      if (count === perEpoch && seen >= perPass) orderOf = undefined;
      return Promise.resolve(passed);
    },
    close: () => Promise.resolve(),
  };
}

type Entries = Iterator<BatchEntry> | AsyncIterator<BatchEntry>;

function iterableStream(
  model: Model,
  where: string,
  { source, read }: Source & { readonly kind: 'iterable' },
  { steps, restarts }: StreamOptions,
  runDry: (step: number) => void,
): BatchStream {
  let open: Entries | undefined;
  let first: IteratorResult<BatchEntry> | undefined;
  let step = 0;
  /** The iterator that was opened last, whether it has ended or not. */
  let latest: Entries | undefined;
  let recent: IteratorYieldResult<BatchEntry>[] = [];
  let returned: IteratorYieldResult<BatchEntry>[] = [];
  const opened = (): Entries => (latest = iteratorOf(where, source));
  const draw = async (from: Entries | undefined): Promise<IteratorResult<BatchEntry> | undefined> =>
    returned.shift() ?? (from && (await nextOf(where, from)));
  const nextEntry = async (): Promise<IteratorYieldResult<BatchEntry> | undefined> => {
    const next = step === 0 ? first : await draw(open);
    if (next && !next.done) {
      recent = [...recent, next].slice(-MOST_GIVEN_BACK);
      return next;
    }
    open = undefined;
    return undefined;
  };
  const close = async (): Promise<void> => {
    const last = open;
    open = undefined;
    returned = [];
    await last?.return?.();
  };
  return {
    async begin() {
      // A generator cannot begin anew: it is read on.
      if (restarts && latest !== (source as unknown)) await close();
      const continues = open !== undefined;
      // What was given back comes first, even if looking ahead has found the end behind it.
      if (returned.length === 0) open ??= opened();
      first = (await draw(open)) as IteratorResult<BatchEntry>;
      if (first.done && continues) {
        open = opened();
        first = await nextOf(where, open);
      }
      step = 0;
      if (first.done) open = undefined;
      else {
        const here = `${where}: batch 0`;
        buildFromData(model, here, batchParts(here, first.value)[0]);
      }
      return !first.done;
    },
    async *batches() {
      for (; step < (steps ?? Infinity); step++) {
        const entry = await nextEntry();
        if (entry === undefined) {
          if (steps !== undefined) runDry(step);
          return;
        }
        const here = `${where}: batch ${step}`;
        yield wholeBatch(read(here, batchParts(here, entry.value)));
      }
    },
    async skip(count = Infinity) {
      const before = step;
      const end = Math.min(step + count, steps ?? Infinity);
      while (step < end && (await nextEntry()) !== undefined) step++;
      return step - before;
    },
    giveBack(count) {
      if (count > 0) returned = [...recent.slice(-count), ...returned];
    },
    close,
  };
}

function iteratorOf(where: string, source: BatchSource): Entries {
  const iterable: unknown = typeof source === 'function' ? source() : source;
  if (typeof iterable === 'object' && iterable !== null) {
    if (Symbol.asyncIterator in iterable) return (iterable as AsyncIterable<BatchEntry>)[Symbol.asyncIterator]();
    if (Symbol.iterator in iterable) return (iterable as Iterable<BatchEntry>)[Symbol.iterator]();
  }
  throw new ArgumentError(
    `${where}: the function gave ${describeValue(iterable)}. It must return an iterable of batches [x, y], as a generator function does.`,
    { where, got: iterable },
  );
}

async function nextOf(where: string, entries: Entries): Promise<IteratorResult<BatchEntry>> {
  const next: unknown = await entries.next();
  if (typeof next === 'object' && next !== null) return next as IteratorResult<BatchEntry>;
  throw new ArgumentError(`${where}: the iterator of batches gave ${describeValue(next)} instead of { value, done }.`, {
    where,
    got: next,
  });
}

/** A batch as inputs, targets and weights. @throws ArgumentError for a list of another length */
export function batchParts(where: string, entry: BatchEntry): BatchData {
  if (!Array.isArray(entry)) return [entry as BatchData[0]];
  if (entry.length >= 1 && entry.length <= 3) return entry as unknown as BatchData;
  throw new ArgumentError(
    `${where}: a list of ${entry.length}. A batch is [x], [x, y] or [x, y, sampleWeight]; several inputs are a list within it.`,
    { where, got: entry.length },
  );
}
