/** Matrix product as WebAssembly: one call of the shared product for each position of the batch axes. */
import { i32, type I32, type Local } from '../../src/wasm/index.ts';
import type { WasmCall } from '../contract.ts';
import { NO_ADDEND, product, productWorkspace, type ProductKind } from '../gemm/product.ts';
import { batchAxes } from './batch-axes.ts';
import type { MatmulGeometry } from './cpu.ts';

const FLOAT_BYTES = 4;

export function matmulCall(geometry: MatmulGeometry, withBias: boolean): WasmCall {
  const { m, n, k, aRow, aDepth, bDepth, bColumn, aStarts, bStarts } = geometry;
  const kind: ProductKind = { a: aDepth === 1 ? 'rows' : 'columns', b: bColumn === 1 ? 'rows' : 'columns' };
  const aStep = kind.a === 'rows' ? aRow : aDepth;
  const bStep = kind.b === 'rows' ? bDepth : bColumn;
  const axes = batchAxes(aStarts, bStarts);
  const sizes = [aStep, bStep].map((step) => FLOAT_BYTES * step);
  return {
    code: `matmul ${kind.a} ${kind.b}${withBias ? ' bias' : ''}, ${axes.length} batch axes`,
    args: [...sizes, m, n, k, ...axes.flatMap(({ length, aStep, bStep }) => [length, 4 * aStep, 4 * bStep])],
    workspaceBytes: productWorkspace(kind, m, n, k),
    emit(f, { inputs, outputs, workspace, args }, module) {
      const [a, b, bias] = inputs as readonly [Index, Index, Index];
      const c = outputs[0] as Index;
      const [aRows, bRows, rows, columns, depth] = args as readonly [Index, Index, Index, Index, Index];
      const multiply = product(module, kind);
      const [cStep, addend]: [I32, I32] = [f.index(i32.shl(columns, 2)), withBias ? bias : NO_ADDEND];
      const walk = (axis: number): void => {
        if (axis === axes.length) {
          f.call(multiply, a, aRows, b, bRows, c, cStep, rows, columns, depth, addend, 0, workspace);
          f.increment(c, i32.mul(cStep, rows));
          return;
        }
        const [length, aStride, bStride] = args.slice(5 + 3 * axis) as [Index, Index, Index];
        f.for(f.local('i32'), 0, length, 1, () => {
          walk(axis + 1);
          f.increment(a, aStride);
          f.increment(b, bStride);
        });
        f.set(a, i32.sub(a, i32.mul(length, aStride)));
        f.set(b, i32.sub(b, i32.mul(length, bStride)));
      };
      walk(0);
    },
  };
}

type Index = Local<'i32'>;
