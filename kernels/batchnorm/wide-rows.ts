/**
 * How the WebAssembly kernels walk `[rows, channels]`: as many rows side by side as make whole vectors, a wide row. Its
 * columns are channels, each several times when it is made of several rows. What belongs to four neighbouring columns
 * stands in a record of four vectors in the workspace, with four pairs of doubles behind all records.
 */
import {
  i32,
  v128,
  type FunctionBuilder,
  type I32,
  type Local,
  type ModuleBuilder,
  type V128,
  type Value,
} from '../../src/wasm/index.ts';
import type { WasmCall, WasmParams } from '../contract.ts';
import type { BatchNormGeometry } from './geometry.ts';

type I = Local<'i32'>;

export interface WideRows {
  /** Whether two rows at a time are faster than one. */
  readonly narrow: boolean;
  /** Rows in a wide row. */
  readonly fold: number;
  readonly width: number;
  readonly rows: number;
  /** Elements behind the last whole wide row: fewer than a width, whole rows. */
  readonly rest: number;
}

/** Below this the running sums of a column are read again before they are written (stores take a dozen cycles). */
const LEAST_WIDTH = 32;

/**
 * Columns up to which two rows go at a time: they share what is loaded of a record, 10 to 40 % faster there. In wider
 * rows the memory then sees two streams, up to three times slower.
 */
const NARROW = 64;

/** Bytes of a record: vectors at 0, 16, 32 and 48. */
export const RECORD = 64;

export function wideRows(rows: number, channels: number): WideRows {
  let fold = channels % 4 === 0 ? 1 : channels % 2 === 0 ? 2 : 4;
  while (channels > 0 && fold * channels < LEAST_WIDTH) fold *= 2;
  const whole = Math.floor(rows / fold);
  return {
    narrow: fold * channels <= NARROW,
    fold,
    width: fold * channels,
    rows: whole,
    rest: (rows - whole * fold) * channels,
  };
}

/** The call of a kernel that builds in which inputs are present, and epsilon. */
export function wideRowsCall(
  name: string,
  { rows, channels, epsilon }: BatchNormGeometry,
  present: readonly boolean[],
  emit: (f: FunctionBuilder, sizes: Sizes, params: WasmParams, module: ModuleBuilder) => void,
): WasmCall {
  const wide = wideRows(rows, channels);
  return {
    code: `${name} ${wide.narrow ? 'narrow' : 'wide'} ${epsilon} ${present.map(Number).join('')}`,
    emit: (f, params, module) => emit(f, sizesOf(f, params, wide), params, module),
    args: [rows, 4 * channels, 4 * wide.width, wide.rows, 4 * wide.rest],
    // Records, then as many bytes of doubles.
    workspaceBytes: (2 * RECORD * wide.width) / 4,
  };
}

/** What walking over rows needs; `width` counts bytes. */
export interface RowSizes {
  readonly narrow: boolean;
  readonly width: I;
  readonly records: I;
}

/** The sizes as locals; `channels` and `rest` count bytes, too. */
export interface Sizes extends RowSizes {
  readonly rowCount: I;
  readonly channels: I;
  readonly rows: I;
  readonly rest: I;
  /** Where the doubles of the first record stand. */
  readonly doubles: I;
}

function sizesOf(f: FunctionBuilder, { args, workspace }: WasmParams, { narrow }: WideRows): Sizes {
  const [rowCount, channels, width, rows, rest] = args as [I, I, I, I, I];
  const doubles = f.index(i32.add(workspace, i32.mul(width, RECORD / 16)));
  return { narrow, rowCount, channels, width, rows, rest, records: workspace, doubles };
}

/** Four neighbouring columns, or one, in some rows. */
export interface Columns {
  /** The address of the record, for one column that of its lane. */
  readonly record: I;
  /** The elements in the first array, row by row. */
  readonly places: readonly I[];
  readonly load: (address: I32, offset?: number) => V128;
  readonly store: (address: I32, value: V128, offset?: number) => void;
}

type Visit = (columns: Columns) => void;

/** Visits the columns of so many wide rows from `x` on and moves `x` behind them. */
export function walkRows(f: FunctionBuilder, sizes: RowSizes, x: I, rows: I32, visit: Visit): void {
  const row = f.index(0);
  if (sizes.narrow) f.forRest(row, i32.and(rows, -2), 2, () => walkTogether(f, sizes, x, 2, visit));
  f.forRest(row, rows, 1, () => walkTogether(f, sizes, x, 1, visit));
}

function walkTogether(f: FunctionBuilder, { width, records }: RowSizes, x: I, together: 1 | 2, visit: Visit): void {
  const record = f.index(records);
  const end = f.index(i32.add(x, width));
  const places = [f.index(x)];
  for (let k = 1; k < together; k++) places.push(f.index(i32.add(places[k - 1] as I, width)));
  const last = places[together - 1] as I;
  f.forRest(places[0] as I, end, 16, () => {
    visit({
      record,
      places,
      load: (address, offset) => v128.load(address, offset),
      store: (address, value, offset) => f.store(address, value, offset),
    });
    for (const place of places.slice(1)) f.increment(place, 16);
    f.increment(record, RECORD);
  });
  f.set(x, last);
}

/** Visits the elements behind the last wide row, which begin at `x`. */
export function walkRest(
  f: FunctionBuilder,
  { rest, records }: Pick<Sizes, 'rest' | 'records'>,
  x: I,
  visit: Visit,
): void {
  const record = f.index(records);
  const end = f.index(i32.add(x, rest));
  const wholeEnd = f.index(i32.add(x, i32.and(rest, -16)));
  f.forRest(x, wholeEnd, 16, () => {
    visit({
      record,
      places: [x],
      load: (address, offset) => v128.load(address, offset),
      store: (address, value, offset) => f.store(address, value, offset),
    });
    f.increment(record, RECORD);
  });
  f.forRest(x, end, 4, () => {
    visit({
      record,
      places: [x],
      load: (address, offset) => v128.load32Zero(address, offset),
      store: (address, value, offset) => f.storeLane32(address, value, 0, offset),
    });
    f.increment(record, 4);
  });
}

/** Runs the body for each record, and the doubles that belong to it. */
export function eachRecord(
  f: FunctionBuilder,
  { records, doubles }: Sizes,
  body: (record: I, doubles: I) => void,
): void {
  const record = f.local('i32');
  const pair = f.index(doubles);
  f.for(record, records, doubles, RECORD, () => {
    body(record, pair);
    f.increment(pair, RECORD);
  });
}

/** Runs the body for each element behind the last wide row: its address, and that of its column's first double. */
export function eachRest(
  f: FunctionBuilder,
  { rest, doubles }: Sizes,
  x: I,
  body: (place: Value<'i32'>, double: I) => void,
): void {
  const at = f.local('i32');
  const double = f.local('i32');
  f.for(at, 0, rest, 4, () => {
    f.set(double, doubleAt(doubles, at));
    body(i32.add(x, at), double);
  });
}

/** Runs the body for each channel, counted in bytes. */
export function eachChannel(f: FunctionBuilder, { channels }: Sizes, body: (channel: I) => void): void {
  const channel = f.local('i32');
  f.for(channel, 0, channels, 4, () => body(channel));
}

/** Runs the body for each column of a channel, counted in bytes. */
export function eachColumn(
  f: FunctionBuilder,
  { channels, width }: Sizes,
  channel: I,
  body: (column: I) => void,
): void {
  const column = f.index(channel);
  f.forRest(column, width, channels, () => body(column));
}

/** The first double of the column so many bytes from the beginning of a wide row; its second one stands 32 bytes on. */
export function doubleAt(doubles: I, at: I32): Value<'i32'> {
  return i32.add(doubles, i32.add(i32.shl(i32.shrUnsigned(at, 4), 6), i32.shl(i32.and(at, 12), 1)));
}

/** The lane of that column in the first vector of its record. */
export function laneAt(records: I, at: I32): Value<'i32'> {
  return i32.add(records, i32.add(i32.shl(i32.shrUnsigned(at, 4), 6), i32.and(at, 12)));
}
