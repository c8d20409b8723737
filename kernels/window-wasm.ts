/** What the WebAssembly kernels over windows share: pixels of any number of channels in vectors, positions in tiles. */
import { i32, v128, type FunctionBuilder, type I32, type Local, type Value, type V128 } from '../src/wasm/index.ts';
import type { WindowAxis } from './window.ts';

/** Bytes of an element. */
export const ELEMENT = 4;
/** Bytes of a vector. */
export const VECTOR = 16;

/** What a kernel's code is known by, of one axis. */
export function axisKey({ size, outputSize, kernelSize, stride, dilation, before }: WindowAxis): string {
  return `${size}>${outputSize} k${kernelSize} s${stride} d${dilation} b${before}`;
}

/** The first `lanes` elements at an address, zeros behind them. */
export function loadLanes(address: I32, lanes: number, offset = 0): Value<'v128'> {
  if (lanes === 1) return v128.load32Zero(address, offset);
  if (lanes === 2) return v128.load64Zero(address, offset);
  if (lanes === 3) return v128.load32Lane(address, v128.load64Zero(address, offset), 2, offset + 2 * ELEMENT);
  return v128.load(address, offset);
}

/** Writes the first lanes of a vector; with 3 lanes the vector is a local, because it is used twice. */
export function storeLanes(f: FunctionBuilder, address: I32, vector: V128, lanes: number, offset = 0): void {
  if (lanes === 1) f.storeLane32(address, vector, 0, offset);
  else if (lanes < 4) f.storeLane64(address, vector, 0, offset);
  else f.store(address, vector, offset);
  if (lanes === 3) f.storeLane32(address, vector, 2, offset + 2 * ELEMENT);
}

/**
 * Runs the body for each vector of a pixel, `at` bytes from its start. The last vector of a pixel of 5 or more channels
 * reaches back over the one before: what both compute is the same, so that only pixels of 1 to 3 channels have tails.
 */
export function forVectors(f: FunctionBuilder, channels: number, body: (at: I32, lanes: number) => void): void {
  if (channels <= 4) {
    body(0, channels);
    return;
  }
  const last = channels * ELEMENT - VECTOR;
  const at = f.index(0);
  f.block((exit) => {
    f.loop((again) => {
      body(at, 4);
      f.brIf(exit, i32.geSigned(at, last));
      f.increment(at, VECTOR);
      if (channels % 4 !== 0) f.set(at, i32.select(i32.ltSigned(at, last), at, last));
      f.br(again);
    });
  });
}

/** Bytes of so many elements, up to whole vectors. */
export function vectorBytes(elements: number): number {
  return Math.ceil(elements / 4) * VECTOR;
}

/**
 * Runs the body for tiles of neighbouring positions, of which there are at least as many as in a tile. The last tile
 * reaches back over the one before. Consumes the count; `advance` moves the addresses by some positions.
 */
export function forTiles(
  f: FunctionBuilder,
  count: Local<'i32'>,
  tile: number,
  body: () => void,
  advance: (positions: Local<'i32'>) => void,
): void {
  const positions = f.local('i32');
  f.block((exit) => {
    f.loop((again) => {
      body();
      f.set(count, i32.sub(count, tile));
      f.brIf(exit, i32.leSigned(count, 0));
      f.set(positions, i32.select(i32.ltSigned(count, tile), count, tile));
      f.set(count, i32.add(i32.sub(count, positions), tile));
      advance(positions);
      f.br(again);
    });
  });
}

/** Bytes of a cache line. */
const CACHE_LINE = 64;

/**
 * Reads a line once in order, for loops that read 4 channels of each pixel at a time: prefetchers miss that pattern. On
 * images that were not in the cache a depthwise convolution and its gradients took 1.5 to 6 times as long without this.
 * `unused` is a word of the workspace; the store to it keeps the loads alive.
 */
export function emitTouch(f: FunctionBuilder, line: Value<'i32'>, bytes: number, unused: I32): void {
  const at = f.index(line);
  const all = f.index(0);
  f.forRest(at, f.index(i32.add(at, bytes)), CACHE_LINE, () => f.set(all, i32.or(all, i32.load(at))));
  f.store(unused, all);
}
