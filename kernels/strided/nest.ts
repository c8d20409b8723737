/** Nested loops over strided axes, emitted as WebAssembly. */
import { i32, type FunctionBuilder, type I32, type Local } from '../../src/wasm/index.ts';

/** One axis of a nest: how often it is walked and, for each pointer, the bytes from one position to the next. */
export interface NestAxis {
  readonly size: I32;
  readonly strides: readonly I32[];
}

/** Runs the body at each position of the axes, the last of them fastest; the pointers end where they began. */
export function emitNest(
  f: FunctionBuilder,
  pointers: readonly Local<'i32'>[],
  axes: readonly NestAxis[],
  body: () => void,
): void {
  const [axis, ...rest] = axes;
  if (!axis) {
    body();
    return;
  }
  const { size, strides } = axis;
  f.for(f.local('i32'), 0, size, 1, () => {
    emitNest(f, pointers, rest, body);
    pointers.forEach((pointer, k) => f.increment(pointer, strides[k] as I32));
  });
  pointers.forEach((pointer, k) => f.set(pointer, i32.sub(pointer, i32.mul(strides[k] as I32, size))));
}
