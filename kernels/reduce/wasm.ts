/**
 * Reductions as WebAssembly. The order of summation follows from the shape alone: a row goes into 16 partial totals, which
 * are combined as a tree; columns are folded row by row, like on the cpu.
 */
import { i32, i32x4, type FunctionBuilder, type Local } from '../../src/wasm/index.ts';
import type { WasmCall, WasmParams } from '../contract.ts';
import { emitNest, type NestAxis } from '../strided/nest.ts';
import { COLUMN_BLOCK, emitColumns } from './columns.ts';
import { divisorOf, finish, loadFour, loadOne, vectorsOfFour, type VectorFold } from './fold.ts';
import type { Runs } from './runs.ts';

/** @param count elements that one result folds */
export function reduceCall(fold: VectorFold, { kept, reduced, row, rowReduced }: Runs, count: number): WasmCall {
  const fours = rowReduced ? foursOf(fold, row) : 0;
  const kind = rowReduced ? `rows by ${4 * fours}` : 'columns';
  const workspaceBytes = (fold.wide ? 8 : 4) * Math.min(row, COLUMN_BLOCK);
  return {
    code: `${fold.name} ${kind}, ${kept.length} kept and ${reduced.length} reduced axes`,
    emit: (f, params, module) => {
      const [x, out] = [params.inputs[0]!, params.outputs[0]!];
      const axes = axesOf(params, kept.length, reduced.length);
      const [rowBytes, elements] = [params.args[0]!, params.args[1]!];
      const divisor = divisorOf(f, fold, elements);
      if (rowReduced) emitRows(f, fold, fours, { x, out, rowBytes, divisor, ...axes });
      else emitColumns(f, module, fold, { x, out, totals: params.workspace, rowBytes, divisor, ...axes });
    },
    args: [4 * row, count, ...[...kept, ...reduced].flatMap(({ size, stride }) => [size, 4 * stride])],
    ...(!rowReduced && { workspaceBytes: 16 * Math.ceil(workspaceBytes / 16) }),
  };
}

function axesOf({ args }: WasmParams, kept: number, reduced: number): { kept: NestAxis[]; reduced: NestAxis[] } {
  const axes = Array.from({ length: kept + reduced }, (_, axis) => ({
    size: args[2 * axis + 2]!,
    strides: [args[2 * axis + 3]!],
  }));
  return { kept: axes.slice(0, kept), reduced: axes.slice(kept) };
}

/** Fours of partial totals: short rows would spend their time on starting and combining them. */
function foursOf({ ordered }: VectorFold, row: number): 0 | 1 | 4 {
  if (ordered || row < 4) return 0;
  return row < 32 ? 1 : 4;
}

interface Rows {
  readonly x: Local<'i32'>;
  readonly out: Local<'i32'>;
  readonly rowBytes: Local<'i32'>;
  readonly divisor: Local<'v128'>;
  readonly kept: readonly NestAxis[];
  readonly reduced: readonly NestAxis[];
}

function emitRows(f: FunctionBuilder, fold: VectorFold, fours: number, rows: Rows): void {
  const { x, out, rowBytes, divisor, kept, reduced } = rows;
  const { combine } = fold;
  const totals = f.locals('v128', fours * vectorsOfFour(fold));
  // Folds what does not fill four elements, and in the end everything.
  const total = f.local('v128');
  const [at, end, partEnd] = [f.local('i32'), f.local('i32'), f.local('i32')];
  const add = (offset: number): void => {
    loadFour(fold, at, offset).forEach((value, k) => {
      const into = totals[(offset / 16) * vectorsOfFour(fold) + k]!;
      f.set(into, combine(into, value));
    });
  };
  emitNest(f, [x], kept, () => {
    for (const local of [...totals, total]) f.set(local, fold.start);
    emitNest(f, [x], reduced, () => {
      f.set(at, x);
      f.set(end, i32.add(x, rowBytes));
      if (fours > 1) {
        f.set(partEnd, i32.sub(end, 16 * fours - 1));
        f.forRest(at, partEnd, 16 * fours, () => {
          for (let four = 0; four < fours; four++) add(16 * four);
        });
      }
      if (fours > 0) f.forRest(at, i32.sub(end, 15), 16, () => add(0));
      f.forRest(at, end, 4, () => f.set(total, combine(total, loadOne(fold, at))));
    });
    let left: readonly Local<'v128'>[] = totals;
    for (; left.length > 1; left = left.slice(0, left.length / 2)) {
      const half = left.length / 2;
      for (let k = 0; k < half; k++) f.set(left[k]!, combine(left[k]!, left[k + half]!));
    }
    const [last] = left;
    if (last) {
      if (!fold.wide) f.set(last, combine(last, i32x4.shuffle(last, last, [2, 3, 0, 1])));
      const neighbour = fold.wide ? ([2, 3, 0, 1] as const) : ([1, 0, 3, 2] as const);
      f.set(total, combine(total, combine(last, i32x4.shuffle(last, last, neighbour))));
    }
    f.storeLane32(out, finish(fold, total, divisor), 0);
    f.increment(out, 4);
  });
}
