/** Transposition as WebAssembly: four rows and four columns at a time, in registers. */
import {
  i32,
  i32x4,
  v128,
  type Func,
  type FunctionBuilder,
  type Local,
  type ModuleBuilder,
} from '../../src/wasm/index.ts';
import type { WasmCall, WasmParams } from '../contract.ts';
import { bytesFrom, rangesOf, splitOf } from '../split.ts';
import { emitNest } from '../strided/nest.ts';
import { stepRows } from '../strided/rows.ts';
import type { Tiles } from './cpu.ts';

export function tilesCall({ batch, rows, columns, outStride, xStride }: Tiles): WasmCall {
  const [outStrides, xStrides] = batch.strides as [Int32Array, Int32Array];
  const [outStep, xStep] = batch.steps as [number, number];
  const axes = [
    ...Array.from(batch.sizes, (size, axis) => [size, outStrides[axis]!, xStrides[axis]!] as const),
    [batch.length, outStep, xStep] as const,
  ];
  const argsOf = (matrixRows: number, outer: typeof axes): number[] => {
    return [
      matrixRows,
      columns,
      4 * outStride,
      4 * xStride,
      ...outer.flatMap(([size, out, x]) => [size, 4 * out, 4 * x]),
    ];
  };
  const call: Omit<WasmCall, 'split'> = {
    code: `transpose ${axes.length} axes`,
    emit: (f, params, module) => emitTiles(f, module, params, axes.length),
    args: argsOf(rows, axes),
  };
  return {
    ...call,
    split(most, however) {
      const [[length, out, x], ...inner] = axes as [(typeof axes)[number], ...typeof axes];
      if (length !== 1) {
        return splitOf(call, rangesOf(length, most), ({ start, size }) => ({
          inputs: bytesFrom(start, [x]),
          outputs: bytesFrom(start, [out]),
          args: argsOf(rows, [[size, out, x], ...inner]),
        }));
      }
      return splitOf(call, rangesOf(rows, most, however ? 4 : BLOCK), ({ start, size }) => ({
        inputs: bytesFrom(start, [1]),
        outputs: bytesFrom(start, [outStride]),
        args: argsOf(size, axes),
      }));
    },
  };
}

function emitTiles(
  f: FunctionBuilder,
  module: ModuleBuilder,
  { inputs, outputs, args }: WasmParams,
  axes: number,
): void {
  const [out, x] = [outputs[0]!, inputs[0]!];
  const nest = Array.from({ length: axes }, (_, axis) => ({
    size: args[3 * axis + 4]!,
    strides: args.slice(3 * axis + 5, 3 * axis + 7),
  }));
  emitNest(f, [out, x], nest, () => {
    f.call(transposeMatrix(module), out, x, args[0]!, args[1]!, args[2]!, args[3]!);
  });
}

/**
 * Rows of one pass over the columns: a cache line of x, as 16 columns are one of the output. Measured at [1024, 1024],
 * where all lines of a column compete for few places in the caches: 316 us; with 32 rows 815, with all of them 1870.
 */
const BLOCK = 16;

/** `(to, from, rows, columns, toStride, fromStride)`: element (i, j) of `to` is element (j, i) of `from`; strides in bytes. */
function transposeMatrix(module: ModuleBuilder): Func<readonly ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], undefined> {
  const edge = stepRows(module);
  return module.once('transpose matrix', (m) =>
    m.define(
      { name: 'transpose matrix', params: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] },
      (f, to, from, rows, columns, toStride, fromStride) => {
        const j = f.local('i32');
        const wholeRows = f.index(i32.and(rows, -4));
        const rowsLeft = f.index(wholeRows);
        const [blockTo, blockFrom] = [f.index(to), f.index(from)];
        const blockRows = f.local('i32');
        const strips = (groups: number): void => {
          f.forRest(j, i32.sub(columns, 4 * groups - 1), 4 * groups, () => {
            emitStrip(f, { to: blockTo, from: blockFrom, j, rows: blockRows, toStride, fromStride, groups });
          });
        };
        f.for(f.local('i32'), 0, wholeRows, BLOCK, () => {
          f.set(blockRows, i32.select(i32.ltSigned(rowsLeft, BLOCK), rowsLeft, BLOCK));
          f.set(j, 0);
          strips(4);
          strips(1);
          f.increment(blockFrom, 4 * BLOCK);
          f.increment(blockTo, i32.mul(toStride, BLOCK));
          f.increment(rowsLeft, -BLOCK);
        });
        f.set(j, i32.and(columns, -4));
        // What is left: rows below, then columns to the right of the whole tiles.
        f.call(
          edge,
          i32.add(to, i32.mul(wholeRows, toStride)),
          i32.add(from, i32.shl(wholeRows, 2)),
          i32.sub(rows, wholeRows),
          toStride,
          4,
          j,
          4,
          fromStride,
        );
        f.call(
          edge,
          i32.add(to, i32.shl(j, 2)),
          i32.add(from, i32.mul(j, fromStride)),
          i32.sub(columns, j),
          4,
          fromStride,
          rows,
          toStride,
          4,
        );
      },
    ),
  );
}

interface Strip {
  readonly to: Local<'i32'>;
  readonly from: Local<'i32'>;
  readonly j: Local<'i32'>;
  readonly rows: Local<'i32'>;
  readonly toStride: Local<'i32'>;
  readonly fromStride: Local<'i32'>;
  /** Fours of columns. */
  readonly groups: number;
}

function emitStrip(f: FunctionBuilder, { to, from, j, rows, toStride, fromStride, groups }: Strip): void {
  const out = f.index(i32.add(to, i32.shl(j, 2)));
  const x = f.index(i32.add(from, i32.mul(j, fromStride)));
  const [at, row] = [f.local('i32'), f.local('i32')];
  const lines = f.locals('v128', 4);
  const [a, b, c, d] = lines as [Local<'v128'>, Local<'v128'>, Local<'v128'>, Local<'v128'>];
  const [ab, abHigh, cd, cdHigh] = [f.local('v128'), f.local('v128'), f.local('v128'), f.local('v128')];
  f.for(f.local('i32'), 0, rows, 4, () => {
    f.set(at, x);
    for (let group = 0; group < groups; group++) {
      for (const line of lines) {
        f.set(line, v128.load(at));
        f.increment(at, fromStride);
      }
      f.set(ab, i32x4.shuffle(a, b, [0, 4, 1, 5]));
      f.set(abHigh, i32x4.shuffle(a, b, [2, 6, 3, 7]));
      f.set(cd, i32x4.shuffle(c, d, [0, 4, 1, 5]));
      f.set(cdHigh, i32x4.shuffle(c, d, [2, 6, 3, 7]));
      f.set(row, out);
      for (const [left, right] of [
        [ab, cd],
        [abHigh, cdHigh],
      ] as const) {
        f.store(row, i32x4.shuffle(left, right, [0, 1, 4, 5]), 16 * group);
        f.increment(row, toStride);
        f.store(row, i32x4.shuffle(left, right, [2, 3, 6, 7]), 16 * group);
        f.increment(row, toStride);
      }
    }
    f.increment(x, 16);
    f.set(out, row);
  });
}
