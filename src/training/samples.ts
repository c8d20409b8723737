/** Inputs, targets and weights of which some samples are taken: bytes stay bytes. */
import { ArgumentError, describeValue } from '../errors.ts';
import { isRecord } from '../models/structure.ts';
import { sizeOf } from '../tensor/shape.ts';
import type { NumericArray } from '../tensor/tensor.ts';
import {
  checkLengths,
  column,
  isArrayData,
  type ArrayData,
  type Column,
  type DataSet,
  type SampleWeights,
} from './data.ts';

/** Inputs and targets, one row per sample in every array; sample weights where there are any. */
export type SampleData =
  readonly [x: DataSet, y: DataSet] | readonly [x: DataSet, y: DataSet, sampleWeight: SampleWeights];

/** Samples that were taken. */
export interface Samples {
  readonly x: DataSet;
  readonly y: DataSet;
  readonly sampleWeight: SampleWeights | undefined;
}

type Columns = Column | readonly Columns[] | { readonly [name: string]: Columns } | null;

/** @internal Data from which samples are taken by their numbers. */
export class SampleTable {
  readonly length: number;
  readonly #parts: readonly (Columns | undefined)[];

  /** @throws ArgumentError for anything but `[x, y]` or `[x, y, sampleWeight]` with arrays of one length */
  constructor(where: string, data: SampleData) {
    const given: unknown = data;
    if (!Array.isArray(given) || given.length < 2 || given.length > 3) {
      throw new ArgumentError(
        `${where}: the data are ${describeValue(given)}. Give arrays as [x, y] or [x, y, sampleWeight].`,
        { where, got: given },
      );
    }
    const names = ['x', 'y', 'sampleWeight'];
    this.#parts = given.map((part, index) => readColumns(where, names[index] as string, part));
    const all: (readonly [string, Column])[] = [];
    this.#parts.forEach((part, index) => collect(names[index] as string, part, all));
    this.length = checkLengths(where, all);
  }

  /** The samples with these numbers, in their order. */
  take(samples: Uint32Array): Samples {
    const [x, y, sampleWeight] = this.#parts.map((part) => part && takeFrom(part, samples));
    return { x: x as DataSet, y: y as DataSet, sampleWeight: sampleWeight as SampleWeights | undefined };
  }
}

function readColumns(where: string, name: string, value: unknown): Columns | undefined {
  if (value === undefined || value === null) return undefined;
  if (isArrayData(value)) {
    const one = column(where, name, value);
    if (one.shape.length > 0) return one;
  } else if (Array.isArray(value)) {
    return value.map((part, index) => readColumns(where, `${name}[${index}]`, part) ?? null);
  } else if (isRecord(value)) {
    const entries = Object.entries(value).map(([key, part]) => [
      key,
      readColumns(where, `${name}.${key}`, part) ?? null,
    ]);
    return Object.fromEntries(entries) as Columns;
  }
  throw new ArgumentError(
    `${where}: ${name} is ${describeValue(value)}. Give arrays with one row per sample: folds cannot be taken of anything else.`,
    { where, got: value },
  );
}

function isColumn(part: Columns): part is Column {
  return part !== null && !Array.isArray(part) && isArrayData(part);
}

function collect(name: string, part: Columns | undefined, all: (readonly [string, Column])[]): void {
  if (part === undefined || part === null) return;
  if (isColumn(part)) all.push([name, part]);
  else for (const [key, inner] of Object.entries(part)) collect(`${name}.${key}`, inner as Columns, all);
}

function takeFrom(part: Columns, samples: Uint32Array): unknown {
  if (part === null) return null;
  if (isColumn(part)) return rowsOf(part, samples);
  if (Array.isArray(part)) return (part as readonly Columns[]).map((inner) => takeFrom(inner, samples));
  return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, takeFrom(inner as Columns, samples)]));
}

function rowsOf({ data, shape }: Column, samples: Uint32Array): ArrayData {
  const rest = shape.slice(1);
  const width = sizeOf(rest);
  const result = new (data.constructor as new (length: number) => NumericArray)(samples.length * width);
  for (let i = 0; i < samples.length; i++) {
    const start = (samples[i] as number) * width;
    result.set(data.subarray(start, start + width), i * width);
  }
  return { data: result, shape: [samples.length, ...rest] };
}
