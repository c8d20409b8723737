/**
 * Strips: all rows of a block times one panel of B, tile below tile, `C = A B + addend`. A strip begins and ends each sum
 * in registers; a longer depth is a further strip whose addend is C.
 */
import {
  f32x4,
  i32,
  v128,
  type Func,
  type FunctionBuilder,
  type I32,
  type Local,
  type ModuleBuilder,
  type Value,
} from '../../src/wasm/index.ts';
import { clearSums, multiplyTile, PANEL_STEP, tileRows, tileSums } from './tile.ts';

/** How B stands: in packed panels (`bStep` bytes from panel to panel), or in place (`bStep` bytes from row to row). */
export type StripKind = 'panels' | 'rows';

type Type = 'i32';
type StripParams = readonly [Type, Type, Type, Type, Type, Type, Type, Type, Type, Type];
const STRIP_PARAMS: StripParams = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'];

/**
 * `(a, aStep, b, bStep, c, cStep, addend, addendStep, depth, rows)`. The addend may be C itself; with a step of 0 its one
 * row is added to each.
 */
export type Strip = Func<StripParams, undefined>;

/** Any number of rows times a panel, of which 1 vector holds 4 columns and 2 vectors hold all. */
export function strip(module: ModuleBuilder, kind: StripKind, vectors: 1 | 2 = 2): Strip {
  const most = tileRows(module);
  const byRows = Array.from({ length: most }, (_, index) => tiles(module, kind, [index + 1, vectors], 1));
  return module.once(`gemm: strip ${kind} ${vectors}`, (m) =>
    m.define(
      { name: 'strip', params: STRIP_PARAMS },
      (f, a, aStep, b, bStep, c, cStep, addend, addendStep, depth, rows) => {
        const run = (count: number, times: I32): void => {
          f.call(byRows[count - 1] as Strip, a, aStep, b, bStep, c, cStep, addend, addendStep, depth, times);
        };
        const whole = f.index(i32.divUnsigned(rows, most));
        const rest = f.index(i32.remUnsigned(rows, most));
        const down = (count: I32): void => {
          f.increment(a, i32.mul(aStep, count));
          f.increment(c, i32.mul(cStep, count));
          f.increment(addend, i32.mul(addendStep, count));
        };
        // Tiles of 1 or 2 rows wait for their own sums: 5 and 1 become 3 and 3, 6 and 2 become 5 and 3.
        const split = f.index(i32.and(i32.ne(whole, 0), i32.ltUnsigned(i32.sub(rest, 1), 2)));
        f.set(whole, i32.sub(whole, split));
        f.if(whole, () => {
          run(most, whole);
          down(i32.mul(whole, most));
        });
        f.if(split, () => {
          f.if(
            i32.eq(rest, 1),
            () => {
              run(most - 2, 1);
              down(most - 2);
            },
            () => {
              run(most - 1, 1);
              down(most - 1);
            },
          );
          f.set(rest, 3);
        });
        for (let count = 1; count < most; count++) f.if(i32.eq(rest, count), () => run(count, 1));
      },
    ),
  );
}

/** Panels of a wide strip of 1 or 2 rows: with one panel its sums would wait for each other. */
export const WIDE_PANELS: readonly [one: number, two: number] = [4, 2];

/** 1 row times 32 columns, or 2 rows times 16. */
export function wideStrip(module: ModuleBuilder, kind: StripKind, rows: 1 | 2): Strip {
  const panels = WIDE_PANELS[rows - 1] as number;
  return tiles(module, kind, [rows, 2 * panels], panels);
}

/** Tiles below each other, all of one size: the last parameter counts them. */
function tiles(module: ModuleBuilder, kind: StripKind, size: readonly [number, number], panels: number): Strip {
  const [rows, vectors] = size;
  return module.once(`gemm: tiles ${kind} ${size.join()}`, (m) =>
    m.define(
      { name: 'tiles', params: STRIP_PARAMS },
      (f, a, aStep, b, bStep, c, cStep, addend, addendStep, depth, count) => {
        const sums = tileSums(f, rows, vectors);
        const aPointers = f.locals('i32', rows);
        const bPointers = f.locals('i32', panels);
        const panelStep = kind === 'rows' ? PANEL_STEP : bStep;
        f.for(f.local('i32'), 0, count, 1, () => {
          clearSums(f, sums);
          line(f, aPointers, a, aStep);
          line(f, bPointers, b, panelStep);
          multiplyTile(f, m, {
            sums,
            a: { rows: aPointers },
            b: kind === 'rows' ? { panels: bPointers, step: bStep } : { panels: bPointers },
            depth,
          });
          for (const row of sums) {
            row.forEach((sum, v) => f.store(c, f32x4.add(sum, v128.load(addend, 16 * v)), 16 * v));
            f.increment(c, cStep);
            f.increment(addend, addendStep);
          }
          f.increment(a, i32.mul(aStep, rows));
        });
      },
    ),
  );
}

/** Pointers at equal distances. */
function line(f: FunctionBuilder, pointers: readonly Local<'i32'>[], first: Value<'i32'>, step: I32): void {
  pointers.forEach((pointer, index) => {
    f.set(pointer, index === 0 ? first : i32.add(pointers[index - 1] as Local<'i32'>, step));
  });
}
