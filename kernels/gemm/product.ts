/**
 * The whole matrix product, `C = A B + addend`, with sizes and strides given at run time: a function that kernels share.
 *
 * Each element of C is the same sum in the same order, whatever the number of rows and columns and however the operands
 * stand: blocks of 256 products, each added up from 0 in order, are added to the addend one after the other. So a row
 * has the same bits alone and in any batch, and the error grows with the block and the number of blocks, not with k.
 */
import {
  i32,
  type Func,
  type FunctionBuilder,
  type I32,
  type Local,
  type ModuleBuilder,
  type Value,
} from '../../src/wasm/index.ts';
import { packPanels, type PackPanel } from './pack.ts';
import { addNarrow } from './narrow.ts';
import { strip, WIDE_PANELS, wideStrip, type Strip, type StripKind } from './strip.ts';
import { PANEL_STEP, TILE_COLUMNS, TILE_ROWS } from './tile.ts';
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

/** The address that stands for an addend of zeros. */
export const NO_ADDEND = -1;

/** Products that are added up in one go: a panel of 8 KiB stays in the first cache. */
const DEPTH_BLOCK = 256;
/** Columns that are packed at a time: with their depth half a MiB, half of a usual second cache. */
const COLUMN_BLOCK = 512;
/** At most so many rows go past the panels at a time: with their depth 80 KiB, for the second cache. */
const ROW_BLOCK = 80;
/** Up to so many rows B is read in place: [8,512] times [512,512] takes 6 % longer with packing, [16,512] does without. */
const UNPACKED_ROWS = 10;

/** Bytes of a cache line. */
const LINE = 64;

const ZEROS_BYTES = 4 * PANEL_STEP;
const NARROW_BYTES = ROW_BLOCK * PANEL_STEP;
const BLOCK_AT = ZEROS_BYTES + NARROW_BYTES;

/** The bytes of workspace that a product of these sizes needs; of several, the largest suffices. */
export function productWorkspace({ a, b }: ProductKind, m: number, n: number, k: number): number {
  const depth = Math.min(k, DEPTH_BLOCK);
  const rows = Math.ceil(Math.min(m, ROW_BLOCK) / TILE_ROWS) * TILE_ROWS;
  const columns = Math.ceil(Math.min(n, COLUMN_BLOCK) / TILE_COLUMNS) * TILE_COLUMNS;
  const turned = a === 'columns' ? rows * (4 * depth + 2 * LINE) : 0;
  return BLOCK_AT + turned + (b === 'panels' ? 0 : 4 * columns * depth);
}

/** The bytes of B `[k, n]` as `packB` leaves it. */
export function packedBytes(k: number, n: number): number {
  return k * PANEL_STEP * Math.ceil(n / TILE_COLUMNS);
}

/** `(b, bStep, k, n, to)`: packs all of B, for products that use it again and again. */
export function packB(module: ModuleBuilder, b: 'rows' | 'columns'): PackPanel {
  const pack = packPanels(module, b);
  return module.once(`gemm: pack all ${b}`, (m) =>
    m.define({ name: 'pack B', params: pack.params }, (f, from, step, k, n, to) => {
      const [p, depth] = [f.local('i32'), f.local('i32')];
      const panelsStep = f.index(i32.shl(i32.and(i32.add(n, TILE_COLUMNS - 1), -TILE_COLUMNS), 2));
      f.for(p, 0, k, DEPTH_BLOCK, () => {
        f.set(depth, least(i32.sub(k, p), DEPTH_BLOCK));
        f.call(pack, i32.add(from, placeIn(b, step, p, 0)), step, depth, n, to);
        f.increment(to, i32.mul(depth, panelsStep));
      });
    }),
  );
}

const PRODUCT_PARAMS = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;

export function product(module: ModuleBuilder, kind: ProductKind): Product {
  const block = blockProduct(module, kind);
  return module.once(`gemm: product ${kind.a} ${kind.b}`, (m) =>
    m.define(
      { name: 'product', params: PRODUCT_PARAMS },
      (f, a, aStep, b, bStep, c, cStep, rows, n, k, addend, addendStep, workspace) => {
        const [j, p, depth, columns, plus, plusStep] = f.locals('i32', 6) as Six;
        f.fillMemory(workspace, 0, ZEROS_BYTES);
        f.if(i32.eq(addend, NO_ADDEND), () => {
          f.set(addend, workspace);
          f.set(addendStep, 0);
        });
        const addendColumn = columnStep(f, addend, workspace);
        f.for(j, 0, n, COLUMN_BLOCK, () => {
          f.set(columns, least(i32.sub(n, j), COLUMN_BLOCK));
          f.set(plus, i32.add(addend, i32.mul(j, addendColumn)));
          f.set(plusStep, addendStep);
          f.set(p, 0);
          f.loop((again) => {
            f.set(depth, least(i32.sub(k, p), DEPTH_BLOCK));
            const left = kind.a === 'rows' ? i32.shl(p, 2) : i32.mul(p, aStep);
            const right = kind.b === 'panels' ? placeInPanels(n, p, depth, j) : placeIn(kind.b, bStep, p, j);
            const at = i32.add(c, i32.shl(j, 2));
            const [x, y] = [i32.add(a, left), i32.add(b, right)];
            f.call(block, x, aStep, y, bStep, at, cStep, rows, columns, depth, plus, plusStep, workspace);
            // What follows is added to what stands there.
            f.set(plus, at);
            f.set(plusStep, cStep);
            f.increment(p, DEPTH_BLOCK);
            f.brIf(again, i32.ltSigned(p, k));
          });
        });
      },
    ),
  );
}

/** The same for at most `COLUMN_BLOCK` columns and `DEPTH_BLOCK` products: blocks of rows go past the panels. */
function blockProduct(module: ModuleBuilder, kind: ProductKind): Product {
  const pack = kind.b === 'panels' ? undefined : packPanels(module, kind.b);
  const packed = strips(module, 'panels');
  const inPlace = kind.b === 'rows' ? strips(module, 'rows') : undefined;
  const transpose = kind.a === 'columns' ? transposeBlocks(module) : undefined;
  const half = strip(module, 'panels', 1);
  const narrow = addNarrow(module);
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
        const blockRows = f.index(i32.mul(i32.divUnsigned(i32.add(evenRows, TILE_ROWS - 1), TILE_ROWS), TILE_ROWS));
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

type Six = readonly [Index, Index, Index, Index, Index, Index];
type Index = Local<'i32'>;

interface Strips {
  readonly narrow: Strip;
  /** For 1 and 2 rows. */
  readonly wide: readonly Strip[];
}

function strips(module: ModuleBuilder, b: StripKind): Strips {
  return { narrow: strip(module, b), wide: [wideStrip(module, b, 1), wideStrip(module, b, 2)] };
}

/** Bytes from B to its element `[p, j]`. */
function placeIn(b: 'rows' | 'columns', step: Index, p: I32, j: I32): Value<'i32'> {
  const [row, column] = b === 'rows' ? [p, j] : [j, p];
  return i32.add(i32.mul(row, step), i32.shl(column, 2));
}

/** Bytes from packed B to the panel of column j in the block of depth that begins at p. */
function placeInPanels(n: Index, p: Index, depth: Index, j: Index): Value<'i32'> {
  const padded = i32.and(i32.add(n, TILE_COLUMNS - 1), -TILE_COLUMNS);
  return i32.shl(i32.add(i32.mul(p, padded), i32.mul(j, depth)), 2);
}

/** Bytes from column to column of the addend: the zeros, which begin the workspace, serve all columns. */
function columnStep(f: FunctionBuilder, addend: Index, workspace: Index): Index {
  return f.index(i32.shl(i32.ne(addend, workspace), 2));
}

/**
 * Bytes from row to row of a turned block of A: an odd number of cache lines, so that the rows fall on different places
 * of the cache. With 1024 bytes turning took four times as long.
 */
function turnedStep(depth: Index): Value<'i32'> {
  return i32.or(i32.and(i32.add(i32.shl(depth, 2), LINE - 1), -LINE), LINE);
}

function least(a: I32, b: I32): Value<'i32'> {
  return i32.select(i32.ltSigned(a, b), a, b);
}
