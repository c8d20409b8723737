/** Arrays as batches for fit, evaluate and predict, or for a loop of one's own. */
import { ArgumentError, describeValue } from '../errors.ts';
import { Tensor, type NumericArray } from '../tensor/tensor.ts';
import {
  checkCount,
  checkFlag,
  checkLengths,
  checkOptions,
  checkSeed,
  isColumnar,
  isNumeric,
  randomOrder,
  readSamples,
  takeRows,
  type Columnar,
  type DataArray,
} from './array.ts';

export interface BatchesOptions {
  /** Samples per batch; the last one may be smaller. Default 32. */
  readonly batchSize?: number;
  /** A new order in every pass. Default false. */
  readonly shuffle?: boolean;
  /** The same seed gives the same orders. Default 0. */
  readonly seed?: number;
  /** Leaves a smaller last batch out. Default false. */
  readonly dropRemainder?: boolean;
}

/** Inputs, targets or weights: one array, several in order, or several by name. */
export type BatchItem =
  DataArray | readonly (Tensor | NumericArray | Columnar)[] | { readonly [name: string]: DataArray };

/** What a batch has in the place of an item: a tensor, a list or a record of them. */
export type Batched<Item> = Item extends Tensor | number | boolean | NumericArray | Columnar
  ? Tensor
  : Item extends readonly (Tensor | NumericArray | Columnar)[]
    ? readonly Tensor[]
    : Item extends readonly unknown[]
      ? Tensor
      : { readonly [Name in keyof Item]: Tensor };

/** Batches that can be passed over any number of times. */
export interface Batches<Batch> extends Iterable<Batch> {
  /** Number of batches in one pass. */
  readonly length: number;
}

interface Item {
  readonly columns: readonly Columnar[];
  /** Puts one tensor per column back into the item's own structure. */
  readonly join: (tensors: readonly Tensor[]) => unknown;
}

/**
 * Cuts arrays into batches: an iterable that `fit`, `evaluate` and `predict` take, and that begins anew in each epoch.
 * Typed arrays are converted batch by batch.
 * @param data `[x]`, `[x, y]` or `[x, y, sampleWeight]`; each an array with one row per sample, or a list or record of them
 * @param options batchSize 32, shuffle false, seed 0, dropRemainder false
 * @returns batches of the same structure
 * @throws ArgumentError for arrays of different lengths, or a wrong option
 * @example await net.fit(data.batches([x, y], { batchSize: 64, shuffle: true }), { epochs: 3 });
 */
export function batches<const Data extends readonly BatchItem[]>(
  data: Data,
  options: BatchesOptions = {},
): Batches<{ readonly [Index in keyof Data]: Batched<Data[Index]> }> {
  const where = 'batches';
  checkOptions(where, options);
  const { batchSize = 32, shuffle = false, seed = 0, dropRemainder = false } = options;
  checkCount(where, 'batchSize', batchSize, 1);
  checkFlag(where, 'shuffle', shuffle);
  checkFlag(where, 'dropRemainder', dropRemainder);
  checkSeed(where, seed);
  if (!Array.isArray(data) || data.length === 0) {
    throw new ArgumentError(`${where}: got ${describeValue(data)}. Give a list, such as [x] or [x, y].`, {
      where,
      got: data,
    });
  }
  const items = (data as readonly BatchItem[]).map((value, index) => readItem(where, `item ${index}`, value));
  const samples = checkLengths(
    where,
    items.flatMap(({ columns }) => columns),
  );
  const length = dropRemainder ? Math.floor(samples / batchSize) : Math.ceil(samples / batchSize);
  let passes = 0;
  function* pass(): Generator<unknown[]> {
    const order = shuffle
      ? randomOrder(where, samples, seed, passes++)
      : Uint32Array.from({ length: samples }, (_, index) => index);
    for (let batch = 0; batch < length; batch++) {
      const from = batch * batchSize;
      const to = Math.min(from + batchSize, samples);
      yield items.map(({ columns, join }) => join(columns.map((one) => takeRows(one, order, from, to))));
    }
  }
  return { length, [Symbol.iterator]: pass } as unknown as ReturnType<typeof batches<Data>>;
}

function readItem(where: string, name: string, value: BatchItem): Item {
  if (Array.isArray(value) && value.length > 0 && value.every(isArrayObject)) {
    const columns = value.map((one, index) => readSamples(where, `${name}[${index}]`, one));
    return { columns, join: (tensors) => tensors };
  }
  if (isArrayObject(value) || Array.isArray(value)) {
    return { columns: [readSamples(where, name, value)], join: ([only]) => only };
  }
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
    throw new ArgumentError(
      `${where}: ${name} is ${describeValue(value)}. Give an array with one row per sample, or a list or record of them.`,
      { where, got: value },
    );
  }
  const keys = Object.keys(value);
  const columns = keys.map((key) => readSamples(where, `'${key}'`, (value as Readonly<Record<string, unknown>>)[key]));
  return {
    columns,
    join: (tensors) => Object.fromEntries(keys.map((key, index) => [key, tensors[index]])),
  };
}

function isArrayObject(value: unknown): value is Tensor | NumericArray | Columnar {
  return value instanceof Tensor || isNumeric(value) || isColumnar(value);
}
