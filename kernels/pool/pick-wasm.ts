/** Elements picked by their place in a sample, as WebAssembly: both directions. Nothing but the code is built in. */
import { f32, i32, i32x4, v128, type FunctionBuilder, type Local, type Value } from '../../src/wasm/index.ts';
import type { WasmCall } from '../contract.ts';
import { alongFirstAxis } from '../split.ts';
import { ELEMENT, VECTOR } from '../window-wasm.ts';
import type { PickGeometry } from './cpu.ts';

/** Adds each element of dy at its place to zeros. */
export function scatterPickedCall({ batch, image, picked }: PickGeometry): WasmCall {
  const call: Omit<WasmCall, 'args'> = {
    code: 'maxPoolGrad',
    emit: (f, { inputs, outputs, args }) => {
      const [dy, indices] = inputs as readonly [Local<'i32'>, Local<'i32'>];
      const [dx] = outputs as readonly [Local<'i32'>];
      const [count, imageSize, pickedSize] = args as readonly [Local<'i32'>, Local<'i32'>, Local<'i32'>];
      const imageBytes = f.index(i32.shl(imageSize, 2));
      const cell = f.local('i32');
      f.for(f.local('i32'), 0, count, 1, () => {
        // A sample at a time, so that the zeros are still in the cache.
        f.fillMemory(dx, 0, imageBytes);
        forPicked(
          f,
          indices,
          pickedSize,
          (place, offset) => {
            f.set(cell, i32.add(dx, place));
            f.store(cell, f32.add(f32.load(cell), f32.load(dy, offset)));
          },
          [dy],
        );
        f.increment(dx, imageBytes);
      });
    },
  };
  const elements = { inputs: [picked, picked], outputs: [image] };
  return alongFirstAxis(call, batch, elements, (images) => [images, image, picked]);
}

/** Copies the elements at the places. */
export function gatherPickedCall({ batch, image, picked }: PickGeometry): WasmCall {
  const call: Omit<WasmCall, 'args'> = {
    code: 'poolGather',
    emit: (f, { inputs, outputs, args }) => {
      const [values, indices] = inputs as readonly [Local<'i32'>, Local<'i32'>];
      const [out] = outputs as readonly [Local<'i32'>];
      const [count, imageSize, pickedSize] = args as readonly [Local<'i32'>, Local<'i32'>, Local<'i32'>];
      const imageBytes = f.index(i32.shl(imageSize, 2));
      f.for(f.local('i32'), 0, count, 1, () => {
        forPicked(
          f,
          indices,
          pickedSize,
          (place, offset) => {
            f.store(out, f32.load(i32.add(values, place)), offset);
          },
          [out],
        );
        f.increment(values, imageBytes);
      });
    },
  };
  const elements = { inputs: [image, picked], outputs: [picked] };
  return alongFirstAxis(call, batch, elements, (images) => [images, image, picked]);
}

/**
 * Runs the body for the places of a sample, in bytes, 4 at a time as long as there are; `offset` is what comes on top of
 * the addresses that walk along.
 */
function forPicked(
  f: FunctionBuilder,
  indices: Local<'i32'>,
  picked: Local<'i32'>,
  body: (place: Value<'i32'>, offset: number) => void,
  walking: readonly Local<'i32'>[],
): void {
  const places = f.local('v128');
  const at = f.local('i32');
  const walk = (bytes: number): void => {
    for (const address of [indices, ...walking]) f.increment(address, bytes);
  };
  f.for(at, 0, i32.and(picked, -4), 4, () => {
    f.set(places, i32x4.shl(i32x4.truncSatF32x4(v128.load(indices)), 2));
    for (let lane = 0; lane < 4; lane++) body(i32x4.extractLane(places, lane), lane * ELEMENT);
    walk(VECTOR);
  });
  f.forRest(at, picked, 1, () => {
    body(i32.shl(i32.truncSatF32(f32.load(indices)), 2), 0);
    walk(ELEMENT);
  });
}
