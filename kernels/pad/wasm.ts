/** Padding as WebAssembly: the output is written once, from its first element to its last. */
import { i32, type FunctionBuilder, type Local, type ModuleBuilder } from '../../src/wasm/index.ts';
import type { Shape } from '../../src/tensor/shape.ts';
import type { WasmCall, WasmParams } from '../contract.ts';
import { bytesFrom, elementRanges, rangesOf, splitOf } from '../split.ts';
import { copyRows, fillRow } from '../strided/rows.ts';

/** Cells along one axis: of the value, then of x, then of the value. */
export interface PadLevel {
  readonly before: number;
  readonly size: number;
  readonly after: number;
}

/** Axes without padding are one with the axis before; the last level counts elements, the others blocks of the next. */
export function planLevels(shape: Shape, padded: Shape, before: readonly number[]): readonly PadLevel[] {
  const levels: PadLevel[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    const after = padded[axis]! - size - before[axis]!;
    const level = { before: before[axis]!, size, after };
    const inner = levels[0];
    if (inner && inner.before + inner.after === 0) {
      const { size: cells } = inner;
      levels[0] = { before: level.before * cells, size: size * cells, after: after * cells };
    } else levels.unshift(level);
  }
  return levels.length > 0 ? levels : [{ before: 0, size: 1, after: 0 }];
}

export function padCall(levels: readonly PadLevel[], value: number): WasmCall {
  // Bytes that one position of each level fills.
  const cells = levels.map(() => 4);
  for (let k = levels.length - 2; k >= 0; k--) {
    const { before, size, after } = levels[k + 1]!;
    cells[k] = cells[k + 1]! * (before + size + after);
  }
  const last = levels.length - 1;
  const bits = new Int32Array(Float32Array.of(value).buffer)[0]!;
  const argsOf = (all: readonly PadLevel[]): number[] => [
    bits,
    ...all.flatMap(({ before, size, after }, k) => [
      before * cells[k]!,
      k === last ? 4 * size : size,
      after * cells[k]!,
    ]),
  ];
  const call: Omit<WasmCall, 'split'> = {
    code: `pad ${levels.length} axes`,
    emit: (f, params, module) => emitPad(f, module, params, levels.length),
    args: argsOf(levels),
  };
  return {
    ...call,
    split(most, however) {
      const [{ before, size: length, after }, ...inner] = levels as [PadLevel, ...PadLevel[]];
      const inside = inner.reduce((product, { size }) => product * size, 1);
      const ranges = last > 0 ? rangesOf(length, most) : elementRanges(length, most, however);
      // What comes before the first position and after the last belongs to their parts.
      return splitOf(call, ranges, ({ start, size }) => ({
        inputs: bytesFrom(start, [inside]),
        outputs: [start === 0 ? 0 : (before + start) * cells[0]!],
        args: argsOf([
          { before: start === 0 ? before : 0, size, after: start + size === length ? after : 0 },
          ...inner,
        ]),
      }));
    },
  };
}

function emitPad(
  f: FunctionBuilder,
  module: ModuleBuilder,
  { inputs, outputs, args }: WasmParams,
  levels: number,
): void {
  const [x, out, bits] = [inputs[0]!, outputs[0]!, args[0]!];
  const fill = (bytes: Local<'i32'>): void => {
    f.if(bytes, () => f.call(fillRow(module), out, bytes, bits));
    f.increment(out, bytes);
  };
  const walk = (level: number): void => {
    const [before, size, after] = [args[3 * level + 1]!, args[3 * level + 2]!, args[3 * level + 3]!];
    fill(before);
    if (level < levels - 1) f.for(f.local('i32'), 0, size, 1, () => walk(level + 1));
    else {
      f.call(copyRows(module), out, x, i32.const(1), i32.const(0), i32.const(0), size);
      f.increment(out, size);
      f.increment(x, size);
    }
    fill(after);
  };
  walk(0);
}
