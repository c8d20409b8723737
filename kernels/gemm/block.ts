/** One block of a product, at most 512 columns and 256 products deep: blocks of rows go past its panels. */
import {
  i32,
  type Func,
  type FunctionBuilder,
  type I32,
  type Local,
  type ModuleBuilder,
  type Value,
} from '../../src/wasm/index.ts';
import { addNarrow } from './narrow.ts';
import { packPanels } from './pack.ts';
import { strip, WIDE_PANELS, wideStrip, type Strip, type StripKind } from './strip.ts';
import { MOST_TILE_ROWS, PANEL_STEP, TILE_COLUMNS, tileRows } from './tile.ts';
import { transposeBlocks } from './transpose.ts';

export interface ProductKind {
  /** `rows`: A is `[m, k]`, `aStep` bytes from row to row. `columns`: A is its transpose `[k, m]`. */
  readonly a: 'rows' | 'columns';
  /** `rows`: B is `[k, n]`, `bStep` bytes from row to row. `columns`: its transpose `[n, k]`. `panels`: `packB` was there. */
  readonly b: 'rows' | 'columns' | 'panels';
}

type Type = 'i32';

/**
 * `(a, aStep, b, bStep, c, cStep, m, n, k, addend, addendStep, workspace)`. Steps are bytes from row to row, any
 * multiples of 4. The addend: C itself to add to it, a bias with step 0, `NO_ADDEND` for none. With k = 0, C = addend.
 */
export type Product = Func<
  readonly [Type, Type, Type, Type, Type, Type, Type, Type, Type, Type, Type, Type],
  undefined
>;

export const PRODUCT_PARAMS: Product['params'] = [
  'i32',
  'i32',
  'i32',
  'i32',
  'i32',
  'i32',
  'i32',
  'i32',
  'i32',
  'i32',
  'i32',
  'i32',
];

/** Products that are added up in one go: a panel of 8 KiB stays in the first cache. */
export const DEPTH_BLOCK = 256;
/** Columns that are packed at a time: with their depth half a MiB, half of a usual second cache. */
export const COLUMN_BLOCK = 512;
/** At most so many rows go past the panels at a time: with their depth 80 KiB, for the second cache. */
const ROW_BLOCK = 80;
/** Up to so many rows B is read in place: [8,512] times [512,512] takes 6 % longer with packing, [16,512] does without. */
const UNPACKED_ROWS = 10;

/** Bytes of a cache line. */
const LINE = 64;

/** A row of zeros for the widest tile. */
export const ZEROS_BYTES: number = 4 * PANEL_STEP;
const NARROW_BYTES = Math.ceil(ROW_BLOCK / MOST_TILE_ROWS) * MOST_TILE_ROWS * PANEL_STEP;
const BLOCK_AT = ZEROS_BYTES + NARROW_BYTES;

/** The bytes of workspace that a product of these sizes needs; of several, the largest suffices. */
export function productWorkspace({ a, b }: ProductKind, m: number, n: number, k: number): number {
  const depth = Math.min(k, DEPTH_BLOCK);
  // Whole tiles of either size.
  const rows = Math.min(m, ROW_BLOCK) + MOST_TILE_ROWS - 1;
  const columns = Math.ceil(Math.min(n, COLUMN_BLOCK) / TILE_COLUMNS) * TILE_COLUMNS;
  const turned = a === 'columns' ? rows * (4 * depth + 2 * LINE) : 0;
  return BLOCK_AT + turned + (b === 'panels' ? 0 : 4 * columns * depth);
}

/** The product within the block; the addend of zeros is the beginning of the workspace. */
export function blockProduct(module: ModuleBuilder, kind: ProductKind): Product {
  const pack = kind.b === 'panels' ? undefined : packPanels(module, kind.b);
  const packed = strips(module, 'panels');
  const inPlace = kind.b === 'rows' ? strips(module, 'rows') : undefined;
  const transpose = kind.a === 'columns' ? transposeBlocks(module) : undefined;
  const half = strip(module, 'panels', 1);
  const narrow = addNarrow(module);
  const tile = tileRows(module);
  return module.once(`gemm: block ${kind.a} ${kind.b}`, (m) =>
    m.define(
      { name: 'block', params: PRODUCT_PARAMS },
      (f, a, aStep, b, bStep, c, cStep, rows, n, depth, addend, addendStep, workspace) => {
        const [i, j, height, target, plus, panel] = f.locals('i32', 6) as Six;
        const panelBytes = f.index(i32.mul(depth, PANEL_STEP));
        const blocks = f.index(i32.divUnsigned(i32.add(rows, ROW_BLOCK - 1), ROW_BLOCK));
        f.set(blocks, i32.add(blocks, i32.eqz(blocks)));
        // Blocks of equal height, whole tiles.
        const evenRows = i32.divUnsigned(i32.add(rows, i32.sub(blocks, 1)), blocks);
        const blockRows = f.index(i32.mul(i32.divUnsigned(i32.add(evenRows, tile - 1), tile), tile));
        // Columns of A are turned into rows, block by block.
        const xStep = transpose ? f.index(turnedStep(depth)) : aStep;
        const x = transpose ? f.index(i32.add(workspace, BLOCK_AT)) : a;
        const behindBlock = transpose ? i32.add(x, i32.mul(blockRows, xStep)) : i32.add(workspace, BLOCK_AT);
        const panels = f.index(kind.b === 'panels' ? b : behindBlock);
        // With one block of rows each panel is used once: all go to the same two places, which stay in the first cache.
        const oneBlock = kind.b === 'panels' ? i32.const(0) : i32.geSigned(blockRows, rows);
        const places = f.index(i32.select(oneBlock, TILE_COLUMNS, -TILE_COLUMNS));
        const addendColumn = columnStep(f, addend, workspace);
        const results = f.index(i32.add(workspace, ZEROS_BYTES));
        const packHere = (panelCount: number): void => {
          if (!pack || kind.b === 'panels') return;
          const columns = least(i32.sub(n, j), panelCount * TILE_COLUMNS);
          f.call(pack, i32.add(b, placeIn(kind.b, bStep, 0, j)), bStep, depth, columns, panel);
        };
        // Panels are packed by twos, when the first row comes past; the last one alone where the others stay in place.
        const alone = inPlace ? i32.leSigned(rows, UNPACKED_ROWS) : i32.const(0);
        const packTwo = (): void => {
          f.if(i32.eqz(i), () => f.if(i32.or(alone, i32.eqz(i32.and(j, TILE_COLUMNS))), () => packHere(2)));
        };
        const there = i32.add(b, i32.shl(j, 2));
        const wide = (count: 1 | 2, otherwise: () => void): void => {
          const columns = TILE_COLUMNS * (WIDE_PANELS[count - 1] as number);
          f.if(
            i32.and(i32.eq(rows, count), i32.geSigned(i32.sub(n, j), columns)),
            () => {
              if (inPlace) {
                const func = inPlace.wide[count - 1] as Strip;
                f.call(func, x, xStep, there, bStep, target, cStep, plus, addendStep, depth, 1);
              } else {
                packHere(columns / TILE_COLUMNS);
                const func = packed.wide[count - 1] as Strip;
                f.call(func, x, xStep, panel, panelBytes, target, cStep, plus, addendStep, depth, 1);
              }
              f.increment(j, columns);
            },
            otherwise,
          );
        };
        const onePanel = (): void => {
          f.if(
            i32.geSigned(i32.sub(n, j), TILE_COLUMNS),
            () => {
              const fromPanel = (): void => {
                packTwo();
                f.call(packed.narrow, x, xStep, panel, 0, target, cStep, plus, addendStep, depth, height);
              };
              if (!inPlace) {
                fromPanel();
                return;
              }
              f.if(
                i32.leSigned(rows, UNPACKED_ROWS),
                () => f.call(inPlace.narrow, x, xStep, there, bStep, target, cStep, plus, addendStep, depth, height),
                fromPanel,
              );
            },
            () => {
              packTwo();
              const sums = [x, xStep, panel, 0, results, PANEL_STEP, workspace, 0, depth, height] as const;
              f.if(
                i32.leSigned(i32.sub(n, j), TILE_COLUMNS / 2),
                () => f.call(half, ...sums),
                () => f.call(packed.narrow, ...sums),
              );
              f.call(narrow, results, target, cStep, plus, addendStep, height, i32.sub(n, j));
            },
          );
          f.increment(j, TILE_COLUMNS);
        };
        f.for(i, 0, rows, blockRows, () => {
          f.set(height, least(i32.sub(rows, i), blockRows));
          if (transpose) f.call(transpose, a, aStep, depth, height, x, xStep);
          f.set(j, 0);
          f.forRest(j, n, 0, () => {
            f.set(target, i32.add(c, i32.shl(j, 2)));
            f.set(plus, i32.add(addend, i32.mul(j, addendColumn)));
            f.set(panel, i32.add(panels, i32.shl(i32.mul(i32.and(j, places), depth), 2)));
            wide(1, () => wide(2, onePanel));
          });
          f.increment(a, kind.a === 'rows' ? i32.mul(aStep, height) : i32.shl(height, 2));
          f.increment(c, i32.mul(cStep, height));
          f.increment(addend, i32.mul(addendStep, height));
        });
      },
    ),
  );
}

export type Six = readonly [Index, Index, Index, Index, Index, Index];
export type Index = Local<'i32'>;

interface Strips {
  readonly narrow: Strip;
  /** For 1 and 2 rows. */
  readonly wide: readonly Strip[];
}

function strips(module: ModuleBuilder, b: StripKind): Strips {
  return { narrow: strip(module, b), wide: [wideStrip(module, b, 1), wideStrip(module, b, 2)] };
}

/** Bytes from B to its element `[p, j]`. */
export function placeIn(b: 'rows' | 'columns', step: Index, p: I32, j: I32): Value<'i32'> {
  const [row, column] = b === 'rows' ? [p, j] : [j, p];
  return i32.add(i32.mul(row, step), i32.shl(column, 2));
}

/** Bytes from column to column of the addend: the zeros, which begin the workspace, serve all columns. */
export function columnStep(f: FunctionBuilder, addend: Index, workspace: Index): Index {
  return f.index(i32.shl(i32.ne(addend, workspace), 2));
}

/**
 * Bytes from row to row of a turned block of A: an odd number of cache lines, so that the rows fall on different places
 * of the cache. With 1024 bytes turning took four times as long.
 */
function turnedStep(depth: Index): Value<'i32'> {
  return i32.or(i32.and(i32.add(i32.shl(depth, 2), LINE - 1), -LINE), LINE);
}

export function least(a: I32, b: I32): Value<'i32'> {
  return i32.select(i32.ltSigned(a, b), a, b);
}
