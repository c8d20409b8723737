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
import type { WasmCall, WasmPart, WasmParams, WasmStage } from '../contract.ts';
import { bytesFrom, rangesOf, type Range } from '../split.ts';
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

type Emit = (f: FunctionBuilder, sizes: Sizes, params: WasmParams, module: ModuleBuilder) => void;

/** A step of a kernel: what it reads of rows, of records and of doubles, the steps before have left. */
export interface Step {
  /**
   * What threads take parts of. Columns of a wide row have their sums in whole: blocks of rows follow each other. In a
   * step by columns or rows, x, dy and their like are the only operands.
   */
  readonly by: 'nothing' | 'columns' | 'rows';
  readonly emit: Emit;
}

/** The least columns that make a part: of fewer, sums are read before they are written, see `LEAST_WIDTH`. */
const PART_COLUMNS = LEAST_WIDTH;

/**
 * The call of a kernel that builds in which inputs are present, and epsilon.
 * @param operands 1 for those of x's shape, 0 for the others
 */
export function wideRowsCall(
  name: string,
  { rows, channels, epsilon }: BatchNormGeometry,
  present: readonly boolean[],
  operands: { readonly inputs: readonly number[]; readonly outputs: readonly number[] },
  steps: readonly Step[],
): WasmCall {
  const wide = wideRows(rows, channels);
  const code = `${name} ${wide.narrow ? 'narrow' : 'wide'} ${epsilon} ${present.map(Number).join('')}`;
  const emitOf = (emits: readonly Emit[]): WasmCall['emit'] => {
    return (f, params, module) => {
      const sizes = sizesOf(f, params, wide);
      for (const emit of emits) emit(f, sizes, params, module);
    };
  };
  const partOf = (start: number, share: Share): WasmPart => ({
    inputs: bytesFrom(start, operands.inputs),
    outputs: bytesFrom(start, operands.outputs),
    args: argsOf(rows, channels, wide, share),
  });
  const whole: Share = { ...wide, column: 0 };
  // Records, then as many bytes of doubles, and what aligns them.
  const workspaceBytes = (2 * RECORD * wide.width) / 4 + RECORD;
  return {
    code,
    emit: emitOf(steps.map(({ emit }) => emit)),
    args: argsOf(rows, channels, wide, whole),
    workspaceBytes,
    split(most, however) {
      if (channels === 0) return undefined;
      const partsBy = {
        nothing: [partOf(0, whole)],
        columns: columnRanges(wide, most, however).map(({ start, size }) =>
          partOf(start, columnShare(wide, start, size)),
        ),
        rows: rangesOf(Math.max(1, lines(wide)), most).map((range) =>
          partOf(wide.width * range.start, rowShare(wide, range)),
        ),
      };
      const stages = steps.map(({ by, emit }, step): WasmStage => {
        return { code: `${code} step ${step}`, emit: emitOf([emit]), parts: partsBy[by] };
      });
      return stages.some(({ parts }) => parts.length > 1) ? { stages, workspaceBytes } : undefined;
    },
  };
}

/** What a call works on: some columns of some wide rows, and of the rest. */
interface Share extends Pick<WideRows, 'width' | 'rows' | 'rest'> {
  readonly column: number;
}

function argsOf(rowCount: number, channels: number, { width }: WideRows, share: Share): number[] {
  return [rowCount, 4 * channels, 4 * width, share.rows, 4 * share.column, 4 * share.width, 4 * share.rest];
}

function columnRanges({ width }: WideRows, most: number, however: boolean): readonly Range[] {
  const least = however ? 4 : PART_COLUMNS;
  return rangesOf(width, Math.max(1, Math.min(most, Math.floor(width / least))), 4);
}

function columnShare({ rows, rest }: WideRows, column: number, width: number): Share {
  return { column, width, rows, rest: Math.max(0, Math.min(width, rest - column)) };
}

/** Wide rows; the rest counts as one. */
function lines({ rows, rest }: WideRows): number {
  return rest > 0 ? rows + 1 : rows;
}

function rowShare(wide: WideRows, { start, size }: Range): Share {
  const end = start + size;
  return { ...wide, column: 0, rows: Math.min(end, wide.rows) - start, rest: end > wide.rows ? wide.rest : 0 };
}

/** What walking over rows needs, in bytes: the columns that are walked, and from a wide row to the next. */
export interface RowSizes {
  readonly narrow: boolean;
  readonly width: I;
  readonly stride: I;
  readonly records: I;
}

/** The sizes as locals; `channels` and `rest` count bytes, too. */
export interface Sizes extends RowSizes {
  readonly rowCount: I;
  readonly channels: I;
  readonly rows: I;
  readonly rest: I;
  /** Bytes of the records that belong to the columns: those of the doubles, too. */
  readonly recordBytes: I;
  /** Where the doubles of the first record stand. */
  readonly doubles: I;
}

function sizesOf(f: FunctionBuilder, { args, workspace }: WasmParams, { narrow }: WideRows): Sizes {
  const [rowCount, channels, stride, rows, column, width, rest] = args as [I, I, I, I, I, I, I];
  const bytesOf = (columns: I): Value<'i32'> => i32.mul(columns, RECORD / 16);
  // Records are lines of a cache: threads that write to neighbouring ones do not wait for each other.
  const first = i32.and(i32.add(workspace, RECORD - 1), -RECORD);
  const records = f.index(i32.add(first, bytesOf(column)));
  const doubles = f.index(i32.add(records, bytesOf(stride)));
  return {
    narrow,
    rowCount,
    channels,
    width,
    stride,
    rows,
    rest,
    records,
    recordBytes: f.index(bytesOf(width)),
    doubles,
  };
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

function walkTogether(
  f: FunctionBuilder,
  { width, stride, records }: RowSizes,
  x: I,
  together: 1 | 2,
  visit: Visit,
): void {
  const record = f.index(records);
  const end = f.index(i32.add(x, width));
  const places = [f.index(x)];
  for (let k = 1; k < together; k++) places.push(f.index(i32.add(places[k - 1] as I, stride)));
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
  f.increment(x, together === 1 ? stride : i32.shl(stride, 1));
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
  { records, recordBytes, doubles }: Sizes,
  body: (record: I, doubles: I) => void,
): void {
  const record = f.local('i32');
  const pair = f.index(doubles);
  f.for(record, records, f.index(i32.add(records, recordBytes)), RECORD, () => {
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
