/** Matrix product as WebAssembly: one call of the shared product for each position of the batch axes. */
import { i32, type FunctionBuilder, type I32, type Local, type ModuleBuilder } from '../../src/wasm/index.ts';
import type { WasmCall, WasmParams, WasmPart } from '../contract.ts';
import { NO_ADDEND, product, productWorkspace, type ProductKind } from '../gemm/product.ts';
import { TILE_COLUMNS } from '../gemm/tile.ts';
import { bytesFrom, rangesOf, splitOf } from '../split.ts';
import { batchAxes, type BatchAxis } from './batch-axes.ts';
import type { MatmulGeometry } from './cpu.ts';

export function matmulCall(geometry: MatmulGeometry, present: readonly boolean[]): WasmCall {
  const withBias = present[2] === true;
  const { m, n, k, aRow, aDepth, bDepth, bColumn, aStarts, bStarts } = geometry;
  const kind: ProductKind = { a: aDepth === 1 ? 'rows' : 'columns', b: bColumn === 1 ? 'rows' : 'columns' };
  const steps = [kind.a === 'rows' ? aRow : aDepth, kind.b === 'rows' ? bDepth : bColumn, n].map(bytesOf);
  const axes = batchAxes(aStarts, bStarts);
  const argsOf = (rows: number, columns: number, outer: readonly BatchAxis[] = axes): number[] => [
    ...steps,
    rows,
    columns,
    k,
    ...outer.flatMap(({ length, aStep, bStep }) => [length, bytesOf(aStep), bytesOf(bStep)]),
  ];
  const call: Omit<WasmCall, 'split'> = {
    code: `matmul ${kind.a} ${kind.b}${withBias ? ' bias' : ''}, ${axes.length} batch axes`,
    args: argsOf(m, n),
    workspaceBytes: productWorkspace(kind, m, n, k),
    emit: (f, params, module) => emitMatmul(f, params, module, { kind, axes: axes.length, withBias }),
  };
  /** Bytes to what row i and column j of the product begin with. */
  const place = (i: number, j: number): Pick<WasmPart, 'inputs' | 'outputs'> => ({
    inputs: [aRow * i, bColumn * j, j].map(bytesOf),
    outputs: [bytesOf(n * i + j)],
  });
  return {
    ...call,
    split(most, however) {
      const leastColumns = however ? TILE_COLUMNS : PART_COLUMNS;
      const leastRows = however ? 1 : PART_ROWS;
      const [first, ...others] = axes;
      if (first) {
        const { length, aStep, bStep } = first;
        const matrices = others.reduce((count, axis) => count * axis.length, 1);
        return splitOf(call, rangesOf(length, most), ({ start, size }) => ({
          inputs: bytesFrom(start, [aStep, bStep]),
          outputs: bytesFrom(start, [matrices * m * n]),
          args: argsOf(m, n, [{ ...first, length: size }, ...others]),
        }));
      }
      // Each part packs B for its columns, and turns A for its rows: what it would do twice is kept small.
      if (kind.a === 'rows' ? n >= 2 * leastColumns : m < 2 * leastRows) {
        const count = Math.min(most, Math.floor(n / leastColumns));
        return splitOf(call, rangesOf(n, count, TILE_COLUMNS), ({ start, size }) => ({
          ...place(0, start),
          args: argsOf(m, size),
        }));
      }
      const count = Math.min(most, Math.floor(m / leastRows));
      return splitOf(call, rangesOf(m, count, however ? 1 : ROW_STEP), ({ start, size }) => ({
        ...place(start, 0),
        args: argsOf(size, n),
      }));
    },
  };
}

/** The least columns or rows that make a part. */
const PART_COLUMNS = 8 * TILE_COLUMNS;
const PART_ROWS = 60;
/** Rows that are whole tiles of 5, and of the 6 of fused arithmetic. */
const ROW_STEP = 30;

interface MatmulCode {
  readonly kind: ProductKind;
  readonly axes: number;
  readonly withBias: boolean;
}

function emitMatmul(
  f: FunctionBuilder,
  { inputs, outputs, workspace, args }: WasmParams,
  module: ModuleBuilder,
  { kind, axes, withBias }: MatmulCode,
): void {
  const [a, b, bias] = inputs as readonly [Index, Index, Index];
  const c = outputs[0] as Index;
  const [aRows, bRows, cRows, rows, columns, depth] = args as readonly [Index, Index, Index, Index, Index, Index];
  const multiply = product(module, kind);
  const addend: I32 = withBias ? bias : NO_ADDEND;
  const walk = (axis: number): void => {
    if (axis === axes) {
      f.call(multiply, a, aRows, b, bRows, c, cRows, rows, columns, depth, addend, 0, workspace);
      f.increment(c, i32.mul(cRows, rows));
      return;
    }
    const [length, aStride, bStride] = args.slice(6 + 3 * axis) as [Index, Index, Index];
    f.for(f.local('i32'), 0, length, 1, () => {
      walk(axis + 1);
      f.increment(a, aStride);
      f.increment(b, bStride);
    });
    f.set(a, i32.sub(a, i32.mul(length, aStride)));
    f.set(b, i32.sub(b, i32.mul(length, bStride)));
  };
  walk(0);
}

const bytesOf = (floats: number): number => 4 * floats;

type Index = Local<'i32'>;
