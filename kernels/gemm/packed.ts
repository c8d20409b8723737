/** B packed once for many products: all panels of the first 256 steps of the depth, then those of the next. */
import { i32, type ModuleBuilder, type Value } from '../../src/wasm/index.ts';
import { DEPTH_BLOCK, least, placeIn, type Index } from './block.ts';
import { packPanels, type PackPanel } from './pack.ts';
import { PANEL_STEP, TILE_COLUMNS } from './tile.ts';

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

/** Bytes from packed B to the panel of column j in the block of depth that begins at p. */
export function placeInPanels(n: Index, p: Index, depth: Index, j: Index): Value<'i32'> {
  const padded = i32.and(i32.add(n, TILE_COLUMNS - 1), -TILE_COLUMNS);
  return i32.shl(i32.add(i32.mul(p, padded), i32.mul(j, depth)), 2);
}
