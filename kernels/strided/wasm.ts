/** The copy of one strided view to another as WebAssembly: the last two axes in one function, loops around it. */
import type { FunctionBuilder, Local, ModuleBuilder } from '../../src/wasm/index.ts';
import type { WasmCall, WasmParams } from '../contract.ts';
import { elementRanges, rangesOf, splitOf } from '../split.ts';
import type { Walk } from './collapse.ts';
import type { Copy } from './copy.ts';
import { emitNest } from './nest.ts';
import { copyRows, reverseRows, stepRows } from './rows.ts';

type RowKind = 'whole' | 'reversed' | 'stepped';

/** Size, then bytes from one position to the next in the output and in x. */
type Axis = readonly [size: number, out: number, x: number];

/** The call that copies input 0 to output 0. */
export function copyCall({ walk, outStart, xStart }: Copy): WasmCall {
  const kind = kindOf(walk);
  const [outStep, xStep] = walk.steps as [number, number];
  const [outStrides, xStrides] = walk.strides as [Int32Array, Int32Array];
  const axes = Array.from(walk.sizes, (size, axis): Axis => [size, 4 * outStrides[axis]!, 4 * xStrides[axis]!]);
  const row: Axis = [walk.length, 4 * outStep, 4 * xStep];
  const argsOf = (start: number, [outermost = row, ...others]: readonly Axis[]): number[] => {
    const [, out, x] = outermost;
    // The innermost outer axis counts the rows of one call.
    const [length, rows = [1, 0, 0], ...outer] = [outermost, ...others].reverse() as [Axis, ...Axis[]];
    return [
      4 * outStart + start * out,
      4 * xStart + start * x,
      ...rows,
      ...(kind === 'stepped' ? length : [4 * length[0]]),
      ...outer.reverse().flat(),
    ];
  };
  const all = [...axes, row];
  const call: Omit<WasmCall, 'split'> = {
    code: `copy ${kind} rows, ${Math.max(0, axes.length - 1)} axes`,
    emit: (f, params, module) => emitCopy(f, module, params, kind, Math.max(0, axes.length - 1)),
    args: argsOf(0, all),
  };
  return {
    ...call,
    split(most, however) {
      if (walk.rows === 0) return undefined;
      const [[length, out, x], ...others] = all as [Axis, ...Axis[]];
      const ranges = others.length > 0 ? rangesOf(length, most) : elementRanges(length, most, however);
      return splitOf(call, ranges, ({ start, size }) => ({
        inputs: [],
        outputs: [],
        args: argsOf(start, [[size, out, x], ...others]),
      }));
    },
  };
}

function kindOf({ steps: [out, x] }: Walk): RowKind {
  if (out !== 1) return 'stepped';
  if (x === 1) return 'whole';
  return x === -1 ? 'reversed' : 'stepped';
}

function emitCopy(
  f: FunctionBuilder,
  module: ModuleBuilder,
  { inputs, outputs, args }: WasmParams,
  kind: RowKind,
  axes: number,
): void {
  const [out, x] = [outputs[0]!, inputs[0]!];
  const [outStart, xStart, rows, outStride, xStride, length] = [0, 1, 2, 3, 4, 5].map((k) => args[k]!) as Six;
  const outer = args.slice(kind === 'stepped' ? 8 : 6);
  const nest = Array.from({ length: axes }, (_, axis) => ({
    size: outer[3 * axis]!,
    strides: outer.slice(3 * axis + 1, 3 * axis + 3),
  }));
  f.increment(out, outStart);
  f.increment(x, xStart);
  emitNest(f, [out, x], nest, () => {
    switch (kind) {
      case 'whole':
        f.call(copyRows(module), out, x, rows, outStride, xStride, length);
        break;
      case 'reversed':
        f.call(reverseRows(module), out, x, rows, outStride, xStride, length);
        break;
      case 'stepped':
        f.call(stepRows(module), out, x, rows, outStride, xStride, length, args[6]!, args[7]!);
    }
  });
}

type Int = Local<'i32'>;
type Six = [Int, Int, Int, Int, Int, Int];
