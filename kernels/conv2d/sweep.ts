/**
 * The inner loops of every convolution: one panel of 8 columns of B times many rows of A that are found through tables.
 * `C[i, j] = sum over runs s and steps l of A[row i + run s + l * step] B[s * length + l, j]`.
 * In a correlation rows are pixels and runs are lines of taps; in the filter gradient rows are taps and runs are lines
 * of pixels. So strides, dilation, groups, line ends and single channels need no loops of their own, and no patches are
 * copied.
 */
import {
  f32x4,
  i32,
  i32x4,
  v128,
  type Func,
  type FunctionBuilder,
  type Local,
  type ModuleBuilder,
} from '../../src/wasm/index.ts';
import { clearSums, multiplyTile, TILE_COLUMNS, TILE_ROWS, tileSums, type Tile } from '../gemm/tile.ts';

/** An entry of the table of rows: where the row of A starts and where its row of C goes, in bytes. */
export const ROW_ENTRY_BYTES = 8;

/** The steps of all runs; `step` and `offsets` are in bytes. */
export interface Walk {
  readonly step: number;
  readonly length: number;
  /** The runs built in, for few steps; else they are read from a table. */
  readonly offsets?: readonly number[];
}

/** What becomes of the sums: `width` columns are stored with the bias added, or whole rows of 8 are added to. */
export type Finish = 'bias' | 'accumulate';

const PARAMS = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;

/**
 * Takes the table of rows and the number of its tiles, A, the panel of B, the table of runs and its end, C, the panel
 * of the bias, the columns to store (1 to 8).
 */
export type Sweep = Func<typeof PARAMS, undefined>;

export function sweepFunction(module: ModuleBuilder, walk: Walk, finish: Finish): Sweep {
  return module.once(`sweep ${finish} ${JSON.stringify(walk)}`, (m) => {
    const storePart = finish === 'bias' ? partFunction(m) : undefined;
    return m.define({ name: 'sweep', params: PARAMS }, (f, rows, tiles, a, panel, runs, runsEnd, c, bias, width) => {
      const sums = tileSums(f, TILE_ROWS);
      const pointers = f.locals('i32', TILE_ROWS);
      const b = f.local('i32');
      const stretch = { sums, a: { rows: pointers, step: walk.step }, b: { panels: [b] }, depth: walk.length };
      f.for(f.local('i32'), 0, tiles, 1, () => {
        clearSums(f, sums);
        f.set(b, panel);
        if (walk.offsets) runsInLine(f, stretch, { ...walk, offsets: walk.offsets }, rows, a);
        else runsOfTable(f, stretch, { rows, a, runs, runsEnd });
        if (storePart) storeWithBias(f, sums, storePart, { rows, c, bias, width });
        else addToRows(f, sums, rows, c);
        f.increment(rows, TILE_ROWS * ROW_ENTRY_BYTES);
      });
    });
  });
}

interface Stretch extends Tile {
  readonly a: { readonly rows: readonly Local<'i32'>[]; readonly step: number };
}

function runsOfTable(
  f: FunctionBuilder,
  stretch: Stretch,
  at: Readonly<Record<'rows' | 'a' | 'runs' | 'runsEnd', Local<'i32'>>>,
): void {
  const run = f.local('i32');
  const start = f.local('i32');
  f.for(run, at.runs, at.runsEnd, 4, () => {
    f.set(start, i32.add(at.a, i32.load(run)));
    locate(f, stretch.a.rows, at.rows, start);
    multiplyTile(f, stretch);
  });
}

function runsInLine(
  f: FunctionBuilder,
  stretch: Stretch,
  { step, length, offsets }: Required<Walk>,
  rows: Local<'i32'>,
  a: Local<'i32'>,
): void {
  locate(f, stretch.a.rows, rows, a);
  let reached = 0;
  for (const offset of offsets) {
    for (const pointer of stretch.a.rows) f.increment(pointer, offset - reached);
    multiplyTile(f, stretch);
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
  visit: (place: Local<'i32'>, low: Local<'v128'>, high: Local<'v128'>) => void,
): void {
  const place = f.local('i32');
  sums.forEach(([low, high], i) => {
    f.set(place, i32.add(i32.load(rows, ROW_ENTRY_BYTES * i + 4), c));
    visit(place, low as Local<'v128'>, high as Local<'v128'>);
  });
}

function storeWithBias(
  f: FunctionBuilder,
  sums: Tile['sums'],
  storePart: PartFunction,
  { rows, c, bias, width }: Readonly<Record<'rows' | 'c' | 'bias' | 'width', Local<'i32'>>>,
): void {
  const biasLow = f.local('v128', v128.load(bias));
  const biasHigh = f.local('v128', v128.load(bias, 16));
  f.if(
    i32.eq(width, TILE_COLUMNS),
    () =>
      eachRow(f, sums, rows, c, (place, low, high) => {
        f.store(place, f32x4.add(low, biasLow));
        f.store(place, f32x4.add(high, biasHigh), 16);
      }),
    () =>
      eachRow(f, sums, rows, c, (place, low, high) => {
        f.call(storePart, place, f32x4.add(low, biasLow), f32x4.add(high, biasHigh), width);
      }),
  );
}

function addToRows(f: FunctionBuilder, sums: Tile['sums'], rows: Local<'i32'>, c: Local<'i32'>): void {
  eachRow(f, sums, rows, c, (place, low, high) => {
    f.store(place, f32x4.add(v128.load(place), low));
    f.store(place, f32x4.add(v128.load(place, 16), high), 16);
  });
}

const PART_PARAMS = ['i32', 'v128', 'v128', 'i32'] as const;
export type PartFunction = Func<typeof PART_PARAMS, undefined>;

/** Stores the first 1 to 7 of 8 floats. */
export function partFunction(module: ModuleBuilder): PartFunction {
  return module.once('store a part of 8 floats', (m) =>
    m.define({ name: 'store part', params: PART_PARAMS }, (f, place, low, high, width) => {
      const rest = f.local('v128', low);
      f.if(i32.and(width, 4), () => {
        f.store(place, low);
        f.increment(place, 16);
        f.set(rest, high);
      });
      f.if(i32.and(width, 2), () => {
        f.storeLane64(place, rest, 0);
        f.increment(place, 8);
        f.set(rest, i32x4.shuffle(rest, rest, [2, 3, 2, 3]));
      });
      f.if(i32.and(width, 1), () => f.storeLane32(place, rest, 0));
    }),
  );
}
