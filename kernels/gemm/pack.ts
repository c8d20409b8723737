/**
 * Packing of B into panels: 8 columns side by side, `[depth][8]`, so that a tile reads one straight line. Columns that
 * the last panel lacks are zeros. Steps from row to row are in bytes.
 */
import { i32, v128, type Func, type ModuleBuilder } from '../../src/wasm/index.ts';
import { PANEL_STEP, TILE_COLUMNS } from './tile.ts';
import { transposeBlocks } from './transpose.ts';

/** `(from, rowStep, depth, columns, to)`: one panel of `depth * 32` bytes; more than 8 columns count as 8. */
export type PackPanel = Func<readonly ['i32', 'i32', 'i32', 'i32', 'i32'], undefined>;

const PACK_PARAMS = ['i32', 'i32', 'i32', 'i32', 'i32'] as const;

/** Packs a panel of B `[depth, columns]`. */
export function packRows(module: ModuleBuilder): PackPanel {
  return module.once('gemm: pack rows', (m) =>
    m.define({ name: 'pack rows', params: PACK_PARAMS }, (f, from, rowStep, depth, columns, to) => {
      const p = f.local('i32');
      f.if(
        i32.geSigned(columns, TILE_COLUMNS),
        () => {
          f.for(p, 0, depth, 1, () => {
            f.store(to, v128.load(from));
            f.store(to, v128.load(from, 16), 16);
            f.increment(from, rowStep);
            f.increment(to, PANEL_STEP);
          });
        },
        () => {
          const [source, target] = [f.local('i32'), f.local('i32')];
          f.fillMemory(to, 0, i32.mul(depth, PANEL_STEP));
          f.for(p, 0, depth, 1, () => {
            f.set(source, from);
            f.set(target, to);
            f.if(i32.and(columns, 4), () => {
              f.store(target, v128.load(source));
              f.increment(source, 16);
              f.increment(target, 16);
            });
            f.if(i32.and(columns, 2), () => {
              f.storeLane64(target, v128.load64Zero(source), 0);
              f.increment(source, 8);
              f.increment(target, 8);
            });
            f.if(i32.and(columns, 1), () => f.store(target, i32.load(source)));
            f.increment(from, rowStep);
            f.increment(to, PANEL_STEP);
          });
        },
      );
    }),
  );
}

/** Packs a panel of B that is given as its transpose, `[columns, depth]`. */
export function packColumns(module: ModuleBuilder): PackPanel {
  const transpose = transposeBlocks(module);
  return module.once('gemm: pack columns', (m) =>
    m.define({ name: 'pack columns', params: PACK_PARAMS }, (f, from, rowStep, depth, columns, to) => {
      f.if(
        i32.geSigned(columns, TILE_COLUMNS),
        () => f.call(transpose, from, rowStep, TILE_COLUMNS, depth, to, PANEL_STEP),
        () => {
          f.fillMemory(to, 0, i32.mul(depth, PANEL_STEP));
          f.call(transpose, from, rowStep, columns, depth, to, PANEL_STEP);
        },
      );
    }),
  );
}

/** `(from, rowStep, depth, columns, to)`: panels for all columns, one behind the other. */
export function packPanels(module: ModuleBuilder, b: 'rows' | 'columns'): PackPanel {
  const pack = b === 'rows' ? packRows(module) : packColumns(module);
  return module.once(`gemm: pack panels of ${b}`, (m) =>
    m.define({ name: 'pack panels', params: PACK_PARAMS }, (f, from, rowStep, depth, columns, to) => {
      const panelBytes = f.index(i32.mul(depth, PANEL_STEP));
      const j = f.local('i32');
      // Two panels at a time from rows: each holds half of a line of the cache, which may be gone when the other is packed.
      if (b === 'rows') {
        const [p, source, second] = [f.local('i32'), f.local('i32'), f.local('i32')];
        f.for(j, 0, i32.sub(columns, 2 * TILE_COLUMNS - 1), 2 * TILE_COLUMNS, () => {
          f.set(source, from);
          f.set(second, i32.add(to, panelBytes));
          f.for(p, 0, depth, 1, () => {
            f.store(to, v128.load(source));
            f.store(to, v128.load(source, 16), 16);
            f.store(second, v128.load(source, 32));
            f.store(second, v128.load(source, 48), 16);
            f.increment(source, rowStep);
            f.increment(to, PANEL_STEP);
            f.increment(second, PANEL_STEP);
          });
          f.set(to, second);
          f.increment(from, 2 * PANEL_STEP);
        });
      }
      f.forRest(j, columns, TILE_COLUMNS, () => {
        f.call(pack, from, rowStep, depth, i32.sub(columns, j), to);
        f.increment(from, b === 'rows' ? PANEL_STEP : i32.shl(rowStep, 3));
        f.increment(to, panelBytes);
      });
    }),
  );
}
