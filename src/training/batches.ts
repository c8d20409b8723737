/** Where batches come from: arrays in a reproducible order, or any iterable, epoch after epoch. */
import { hashKey } from '../../kernels/random/key.ts';
import type { Model } from '../models/model.ts';
import { sampleOrder, type Batch, type BatchData, type BatchSource, type Columns } from './data.ts';
import { batchOf, prepareColumns, wholeBatch } from './prepare.ts';
import { nextShuffle, stateOf } from './state.ts';

/** 0 silent, 1 a progress bar, 2 one line per epoch; `'auto'` is 1. */
export type Verbosity = 0 | 1 | 2 | 'auto';

/** Where batches come from. */
export type Source =
  { readonly kind: 'columns'; readonly columns: Columns } | { readonly kind: 'iterable'; readonly source: BatchSource };

/** Arrays, lists of arrays and records are data; any other iterable gives batches. */
export function isBatchSource(value: unknown): value is BatchSource {
  if (typeof value === 'function') return true;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) return false;
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}

/** A sequential model without an input shape takes that of the first data. */
export function buildFromData(model: Model, x: unknown): void {
  const shape = (x as { shape?: readonly number[] }).shape;
  if (shape) model.ensureBuilt(shape);
}

/** The epochs' batches; a generator is read on where the last epoch stopped. */
export function batchStream(
  model: Model,
  where: string,
  source: Source,
  batchSize: number,
  options: { readonly shuffle?: boolean; readonly stepsPerEpoch?: number | undefined },
): { epoch(): AsyncIterable<Batch>; close(): Promise<void> } {
  const limit = options.stepsPerEpoch ?? Infinity;
  if (source.kind === 'columns') {
    const { columns } = source;
    async function* epoch(): AsyncGenerator<Batch> {
      const key = options.shuffle === false ? undefined : hashKey(model.seed, 'shuffle', nextShuffle(model));
      const order = sampleOrder(columns.length, key);
      for (let from = 0, step = 0; from < columns.length && step < limit; from += batchSize, step++) {
        yield batchOf(columns, order, from, Math.min(from + batchSize, columns.length));
      }
    }
    return { epoch, close: () => Promise.resolve() };
  }
  const compilation = () => stateOf(model, 'fit').compilation;
  let open: Iterator<BatchData> | AsyncIterator<BatchData> | undefined;
  async function* epoch(): AsyncGenerator<Batch> {
    open ??= iteratorOf(source.kind === 'iterable' ? source.source : []);
    for (let step = 0; step < limit; step++) {
      const next = await open.next();
      if (next.done) {
        open = undefined;
        return;
      }
      const [x, y, weights] = next.value;
      if (!model.built) buildFromData(model, x);
      const columns = prepareColumns(model, compilation(), `${where}: batch ${step}`, x, y, {
        sampleWeight: weights ?? undefined,
      });
      yield wholeBatch(columns);
    }
  }
  return {
    epoch,
    close: async () => {
      await open?.return?.();
    },
  };
}

function iteratorOf(source: BatchSource): Iterator<BatchData> | AsyncIterator<BatchData> {
  const iterable = typeof source === 'function' ? source() : source;
  return Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]();
}
