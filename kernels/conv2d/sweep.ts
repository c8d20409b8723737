/**
 * The inner loops of every convolution: one panel of B, 8 columns wide, times many rows of A that are found through tables.
 * `C[i, j] = sum over runs s and steps l of A[row i + run s + l * step] B[s * length + l, j]`.
 * In a correlation rows are pixels and runs are lines of taps; in the filter gradient rows are taps and runs are lines
 * of pixels. So strides, dilation, groups, line ends and single channels need no loops of their own, and no patches are
 * copied.
 */
import {
  f32x4,
  i32,
  v128,
  type Func,
  type FunctionBuilder,
  type Local,
  type ModuleBuilder,
} from '../../src/wasm/index.ts';
import type { StoreActivation } from '../activated.ts';
import { clearSums, multiplyTile, PANEL_STEP, TILE_COLUMNS, tileRows, tileSums, type Tile } from '../gemm/tile.ts';

/** An entry of the table of rows: where the row of A starts and where its row of C goes, in bytes. */
export const ROW_ENTRY_BYTES = 8;

/** The steps of all runs; `step`, `panelStep` and `offsets` are in bytes. */
export interface Walk {
  readonly step: number;
  /** From row to row of B where it is not packed. */
  readonly panelStep?: number;
  readonly length: number;
  /** The runs built in, for few steps; else they are read from a table. */
  readonly offsets?: readonly number[];
}

export interface SweepCode {
  readonly walk: Walk;
  /** The columns of the panel that count, 1 to 8. */
  readonly columns: number;
  /** What becomes of the sums: they are stored with the bias added, or they are added to rows of 8. */
  readonly finish: 'bias' | 'accumulate';
  /** What is done to a stored value last. */
  readonly activation?: StoreActivation | undefined;
}

const PARAMS = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;

/** Takes the table of rows and the number of its tiles, A, the panel of B, the table of runs and its end, C, the bias. */
export type Sweep = Func<typeof PARAMS, undefined>;

export function sweepFunction(module: ModuleBuilder, code: SweepCode): Sweep {
  const { walk, columns, finish, activation } = code;
  const height = tileRows(module);
  return module.once(`sweep ${JSON.stringify({ ...code, activation: activation?.name })}`, (m) =>
    m.define({ name: 'sweep', params: PARAMS }, (f, rows, tiles, a, panel, runs, runsEnd, c, bias) => {
      const sums = tileSums(f, height, Math.ceil(columns / 4));
      const pointers = f.locals('i32', height);
      const b = f.local('i32');
      const stretch = {
        sums,
        a: { rows: pointers, step: walk.step },
        b: { panels: [b], step: walk.panelStep ?? PANEL_STEP },
        depth: walk.length,
      };
      f.for(f.local('i32'), 0, tiles, 1, () => {
        clearSums(f, sums);
        f.set(b, panel);
        if (walk.offsets) runsInLine(f, m, stretch, { ...walk, offsets: walk.offsets }, rows, a);
        else runsOfTable(f, m, stretch, { rows, a, runs, runsEnd });
        if (finish === 'bias') storeWithBias(f, m, sums, code, { rows, c, bias });
        else addToRows(f, sums, rows, c);
        f.increment(rows, height * ROW_ENTRY_BYTES);
      });
    }),
  );
}

interface Stretch extends Tile {
  readonly a: { readonly rows: readonly Local<'i32'>[]; readonly step: number };
}

function runsOfTable(
  f: FunctionBuilder,
  module: ModuleBuilder,
  stretch: Stretch,
  at: Readonly<Record<'rows' | 'a' | 'runs' | 'runsEnd', Local<'i32'>>>,
): void {
  const run = f.local('i32');
  const start = f.local('i32');
  f.for(run, at.runs, at.runsEnd, 4, () => {
    f.set(start, i32.add(at.a, i32.load(run)));
    locate(f, stretch.a.rows, at.rows, start);
    multiplyTile(f, module, stretch);
  });
}

function runsInLine(
  f: FunctionBuilder,
  module: ModuleBuilder,
  stretch: Stretch,
  { step, length, offsets }: Walk & { readonly offsets: readonly number[] },
  rows: Local<'i32'>,
  a: Local<'i32'>,
): void {
  locate(f, stretch.a.rows, rows, a);
  let reached = 0;
  for (const offset of offsets) {
    for (const pointer of stretch.a.rows) f.increment(pointer, offset - reached);
    multiplyTile(f, module, stretch);
    reached = offset + length * step;
  }
}

/** Every row of A starts `from` its entry in the table. */
function locate(f: FunctionBuilder, pointers: readonly Local<'i32'>[], rows: Local<'i32'>, from: Local<'i32'>): void {
  pointers.forEach((pointer, i) => f.set(pointer, i32.add(i32.load(rows, ROW_ENTRY_BYTES * i), from)));
}

/** Visits the sums of each row and where they go. */
function eachRow(
  f: FunctionBuilder,
  sums: Tile['sums'],
  rows: Local<'i32'>,
  c: Local<'i32'>,
  visit: (place: Local<'i32'>, row: readonly Local<'v128'>[]) => void,
): void {
  const place = f.local('i32');
  sums.forEach((row, i) => {
    f.set(place, i32.add(i32.load(rows, ROW_ENTRY_BYTES * i + 4), c));
    visit(place, row);
  });
}

function storeWithBias(
  f: FunctionBuilder,
  module: ModuleBuilder,
  sums: Tile['sums'],
  { columns, activation }: SweepCode,
  { rows, c, bias }: Readonly<Record<'rows' | 'c' | 'bias', Local<'i32'>>>,
): void {
  const biases = [0, 16].map((offset) => f.local('v128', v128.load(bias, offset)));
  eachRow(f, sums, rows, c, (place, row) => {
    row.forEach((sum, vector) => {
      f.set(sum, f32x4.add(sum, biases[vector] as Local<'v128'>));
      if (activation) f.set(sum, activation.lanes(f, [sum], module));
    });
    storeColumns(f, place, row, columns);
  });
}

function addToRows(f: FunctionBuilder, sums: Tile['sums'], rows: Local<'i32'>, c: Local<'i32'>): void {
  eachRow(f, sums, rows, c, (place, row) => {
    row.forEach((sum, vector) => f.store(place, f32x4.add(v128.load(place, 16 * vector), sum), 16 * vector));
  });
}

/** Stores the first so many floats of these vectors. */
export function storeColumns(
  f: FunctionBuilder,
  place: Local<'i32'>,
  vectors: readonly Local<'v128'>[],
  columns: number,
): void {
  vectors.forEach((vector, index) => {
    const offset = 16 * index;
    const count = columns - 4 * index;
    if (count >= 4) {
      f.store(place, vector, offset);
      return;
    }
    if (count >= 2) f.storeLane64(place, vector, 0, offset);
    if (count % 2 === 1) f.storeLane32(place, vector, count - 1, offset + 4 * (count - 1));
  });
}

/** Visits the panels of so many columns: in a loop those that are full, then what is left. */
export function eachPanel(f: FunctionBuilder, columns: number, visit: (columns: number) => void): void {
  const full = Math.floor(columns / TILE_COLUMNS);
  if (full > 0) f.for(f.local('i32'), 0, full, 1, () => visit(TILE_COLUMNS));
  if (columns % TILE_COLUMNS > 0) visit(columns % TILE_COLUMNS);
}
