/**
 * The whole matrix product, `C = A B + addend`, with sizes and strides given at run time: a function that kernels share.
 *
 * Each element of C is the same sum in the same order, whatever the number of rows and columns and however the operands
 * stand: blocks of 256 products, each added up from 0 in order, are added to the addend one after the other. So a row
 * has the same bits alone and in any batch, and the error grows with the block and the number of blocks, not with k.
 */
import { i32, type ModuleBuilder } from '../../src/wasm/index.ts';
import {
  blockProduct,
  COLUMN_BLOCK,
  columnStep,
  DEPTH_BLOCK,
  least,
  placeIn,
  PRODUCT_PARAMS,
  ZEROS_BYTES,
  type Product,
  type ProductKind,
  type Six,
} from './block.ts';
import { placeInPanels } from './packed.ts';

export { productWorkspace, type Product, type ProductKind } from './block.ts';
export { packB, packedBytes } from './packed.ts';

/** The address that stands for an addend of zeros. */
export const NO_ADDEND = -1;

/** The function for operands that stand so; see `Product` for its parameters. */
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
