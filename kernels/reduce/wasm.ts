/** Reductions as WebAssembly: rows go into partial totals; columns are folded row by row, like on the cpu. */
import type { FunctionBuilder, Local } from '../../src/wasm/index.ts';
import type { WasmCall, WasmParams } from '../contract.ts';
import { bytesFrom, elementRanges, rangesOf, splitOf } from '../split.ts';
import { emitNest, type NestAxis } from '../strided/nest.ts';
import { COLUMN_BLOCK, emitColumns } from './columns.ts';
import { divisorOf, finish, type VectorFold } from './fold.ts';
import { foursOf, memoryRow, RowTotals } from './rows.ts';
import type { Run, Runs } from './runs.ts';

/** @param count elements that one result folds */
export function reduceCall(fold: VectorFold, { kept, reduced, row, rowReduced }: Runs, count: number): WasmCall {
  const kind = rowReduced ? `rows by ${4 * foursOf(fold, row)}` : 'columns';
  const workspaceBytes = (fold.wide ? 8 : 4) * Math.min(row, COLUMN_BLOCK);
  const argsOf = (elements: number, outer: readonly Run[]): number[] => [
    4 * elements,
    count,
    ...[...outer, ...reduced].flatMap(({ size, stride }) => [size, 4 * stride]),
  ];
  const call: Omit<WasmCall, 'split'> = {
    code: `${fold.name} ${kind}, ${kept.length} kept and ${reduced.length} reduced axes`,
    emit: (f, params, module) => {
      const [x, out] = [params.inputs[0]!, params.outputs[0]!];
      const axes = axesOf(params, kept.length, reduced.length);
      const [rowBytes, elements] = [params.args[0]!, params.args[1]!];
      const divisor = divisorOf(f, fold, elements);
      if (rowReduced) emitRows(f, fold, { x, out, row, rowBytes, divisor, ...axes });
      else emitColumns(f, module, fold, { x, out, totals: params.workspace, rowBytes, divisor, ...axes });
    },
    args: argsOf(row, kept),
    ...(!rowReduced && { workspaceBytes: 16 * Math.ceil(workspaceBytes / 16) }),
  };
  return {
    ...call,
    split(most, however) {
      const [outer, ...inner] = kept;
      if (outer) {
        const inside = inner.reduce((product, { size }) => product * size, rowReduced ? 1 : row);
        return splitOf(call, rangesOf(outer.size, most), ({ start, size }) => ({
          inputs: bytesFrom(start, [outer.stride]),
          outputs: bytesFrom(start, [inside]),
          args: argsOf(row, [{ ...outer, size }, ...inner]),
        }));
      }
      if (rowReduced) return undefined;
      return splitOf(call, elementRanges(row, most, however), ({ start, size }) => ({
        inputs: bytesFrom(start, [1]),
        outputs: bytesFrom(start, [1]),
        args: argsOf(size, []),
      }));
    },
  };
}

function axesOf({ args }: WasmParams, kept: number, reduced: number): { kept: NestAxis[]; reduced: NestAxis[] } {
  const axes = Array.from({ length: kept + reduced }, (_, axis) => ({
    size: args[2 * axis + 2]!,
    strides: [args[2 * axis + 3]!],
  }));
  return { kept: axes.slice(0, kept), reduced: axes.slice(kept) };
}

interface Rows {
  readonly x: Local<'i32'>;
  readonly out: Local<'i32'>;
  readonly row: number;
  readonly rowBytes: Local<'i32'>;
  readonly divisor: Local<'v128'>;
  readonly kept: readonly NestAxis[];
  readonly reduced: readonly NestAxis[];
}

function emitRows(f: FunctionBuilder, fold: VectorFold, { x, out, row, rowBytes, divisor, kept, reduced }: Rows): void {
  const totals = new RowTotals(f, fold, row);
  const source = memoryRow(f, fold, x);
  emitNest(f, [x], kept, () => {
    totals.clear();
    emitNest(f, [x], reduced, () => totals.add(source, rowBytes));
    f.storeLane32(out, finish(fold, totals.total(), divisor), 0);
    f.increment(out, 4);
  });
}
