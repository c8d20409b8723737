/** Argmax as WebAssembly, bit for bit that of the cpu: the lowest position of the largest element, or of the first NaN. */
import { f32, f32x4, i32, i32x4, v128, type FunctionBuilder, type Local, type Value } from '../../src/wasm/index.ts';
import type { WasmCall, WasmParams } from '../contract.ts';
import { alongFirstAxis } from '../split.ts';
import type { SpanGeometry } from './plan.ts';

/** Rows below this length are folded like a column: two passes of vectors would cost more. */
const LONG_ROW = 16;

export function argmaxCall({ outer, length, inner }: SpanGeometry): WasmCall {
  const rows = inner === 1 && length >= LONG_ROW;
  const call = {
    code: `argmax ${rows ? 'rows' : 'columns'}`,
    emit: (f: FunctionBuilder, params: WasmParams) => emitArgmax(f, params, rows),
  };
  return alongFirstAxis(call, outer, { inputs: [length * inner], outputs: [inner] }, (count) => [
    count,
    length,
    4 * inner,
  ]);
}

interface Span {
  readonly x: Local<'i32'>;
  readonly out: Local<'i32'>;
  readonly length: Local<'i32'>;
  /** Bytes from one element of a column to the next. */
  readonly stride: Local<'i32'>;
}

function emitArgmax(f: FunctionBuilder, { inputs, outputs, args }: WasmParams, rows: boolean): void {
  const span = { x: inputs[0]!, out: outputs[0]!, length: args[1]!, stride: args[2]! };
  const bytes = f.index(i32.mul(span.length, span.stride));
  f.for(f.local('i32'), 0, args[0]!, 1, () => {
    if (rows) emitRow(f, span, bytes);
    else emitColumns(f, span);
    f.increment(span.x, bytes);
    f.increment(span.out, span.stride);
  });
}

/** The largest element first, then where it is. The last vector overlaps the one before, which changes neither. */
function emitRow(f: FunctionBuilder, { x, out }: Span, bytes: Local<'i32'>): void {
  const [at, last] = [f.local('i32'), f.index(i32.add(x, i32.sub(bytes, 16)))];
  const [largest, second, value, found] = [f.local('v128'), f.local('v128'), f.local('v128'), f.local('v128')];
  const unordered = f.local('v128');
  const take = (into: Local<'v128'>, offset: number): void => {
    f.set(value, v128.load(at, offset));
    // One instruction where `max` is nine; it passes over a NaN, which is remembered apart.
    f.set(into, f32x4.pmax(into, value));
    f.set(unordered, v128.or(unordered, f32x4.ne(value, value)));
  };
  f.set(largest, v128.load(last));
  f.set(second, largest);
  f.set(unordered, f32x4.ne(largest, largest));
  const pairsEnd = f.index(i32.sub(last, 16));
  f.for(at, x, pairsEnd, 32, () => {
    take(largest, 0);
    take(second, 16);
  });
  f.forRest(at, last, 16, () => take(largest, 0));
  // All ones are a NaN.
  f.set(largest, v128.or(f32x4.max(largest, second), unordered));
  f.set(largest, f32x4.max(largest, i32x4.shuffle(largest, largest, [2, 3, 0, 1])));
  f.set(largest, f32x4.max(largest, i32x4.shuffle(largest, largest, [1, 0, 3, 2])));
  const look = (): void => {
    f.set(value, v128.load(at));
    // With a NaN in the row, the largest is NaN and equals nothing.
    f.set(found, v128.or(f32x4.eq(value, largest), f32x4.ne(value, value)));
  };
  f.block((exit) => {
    f.for(at, x, last, 16, () => {
      look();
      f.brIf(exit, v128.anyTrue(found));
    });
    f.set(at, last);
    look();
  });
  const position = i32.add(i32.shrUnsigned(i32.sub(at, x), 2), i32.ctz(i32x4.bitmask(found)));
  f.store(out, f32.convertI32Signed(position));
}

function emitColumns(f: FunctionBuilder, span: Span): void {
  const column = f.index(0);
  f.for(column, 0, i32.sub(span.stride, 15), 16, () => {
    emitColumn(f, span, column, v128.load, (address, positions) => f.store(address, positions));
  });
  f.forRest(column, span.stride, 4, () => {
    emitColumn(f, span, column, v128.load32Zero, (address, positions) => f.storeLane32(address, positions, 0));
  });
}

function emitColumn(
  f: FunctionBuilder,
  { x, out, length, stride }: Span,
  column: Local<'i32'>,
  load: (address: Value<'i32'>) => Value<'v128'>,
  store: (address: Value<'i32'>, positions: Value<'v128'>) => void,
): void {
  const at = f.index(i32.add(x, column));
  const [best, positions, position] = [f.local('v128'), f.local('v128'), f.local('v128')];
  const [value, better] = [f.local('v128'), f.local('v128')];
  f.if(length, () => f.set(best, load(at)));
  f.set(positions, v128.zero());
  f.set(position, v128.zero());
  f.for(f.local('i32'), 1, length, 1, () => {
    f.increment(at, stride);
    f.set(position, i32x4.add(position, i32x4.splat(1)));
    f.set(value, load(at));
    const firstNaN = v128.and(f32x4.ne(value, value), f32x4.eq(best, best));
    f.set(better, v128.or(f32x4.gt(value, best), firstNaN));
    f.set(best, v128.bitselect(value, best, better));
    f.set(positions, v128.bitselect(position, positions, better));
  });
  store(i32.add(out, column), f32x4.convertI32x4Signed(positions));
}
