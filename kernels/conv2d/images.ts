/** What stands around the sweeps of a convolution: zero-padded images, and tables that say where pixels start. */
import {
  i32,
  type Func,
  type FunctionBuilder,
  type I32,
  type Local,
  type ModuleBuilder,
  type Value,
} from '../../src/wasm/index.ts';
import { MOST_TILE_ROWS, tileRows } from '../gemm/tile.ts';
import { ROW_ENTRY_BYTES } from './sweep.ts';

/** Images as the sweeps read them: copied into a frame of zeros, or in place where no padding is needed. */
export interface Images {
  readonly lines: number;
  /** Bytes of a line, and from one image to the next, as they stand in the operand. */
  readonly lineBytes: number;
  readonly imageBytes: number;
  readonly width: number;
  /** Bytes of a pixel, with the channels of all groups, in the operand and in the frame. */
  readonly pixelBytes: number;
  readonly framePixelBytes: number;
  readonly framed: boolean;
  /** Zero lines above and zero pixels to the left; the frame's own sizes. */
  readonly top: number;
  readonly left: number;
  readonly frameLineBytes: number;
  readonly frameBytes: number;
}

/** The padding around an image in pixels: `[before, after]` on each axis. */
export type Frame = readonly [lines: readonly [number, number], pixels: readonly [number, number]];

/** `gap` bytes are left free behind each pixel of the frame. */
export function imagesOf(
  lines: number,
  width: number,
  channels: number,
  [above, beside]: Frame,
  gap: number = 0,
): Images {
  const pixelBytes = 4 * channels;
  const lineBytes = width * pixelBytes;
  const framePixelBytes = pixelBytes + gap;
  const framed = above[0] + above[1] + beside[0] + beside[1] + gap > 0;
  const frameLineBytes = (beside[0] + width + beside[1]) * framePixelBytes;
  return {
    lines,
    lineBytes,
    imageBytes: lines * lineBytes,
    width,
    pixelBytes,
    framePixelBytes,
    framed,
    top: above[0],
    left: beside[0],
    frameLineBytes,
    frameBytes: (above[0] + lines + above[1]) * frameLineBytes,
  };
}

/** Where the first images of a group of them are read: in the operand, or in the frames after copying `count` images. */
export function emitFrames(
  f: FunctionBuilder,
  module: ModuleBuilder,
  images: Images,
  at: { readonly source: Local<'i32'>; readonly frames: Local<'i32'>; readonly count: I32 },
): Local<'i32'> {
  if (!images.framed) return at.source;
  const { lines, width, lineBytes, imageBytes, frameLineBytes, frameBytes, pixelBytes, framePixelBytes } = images;
  const { top, left } = images;
  const from = f.index(at.source);
  const to = f.index(i32.add(at.frames, top * frameLineBytes + left * framePixelBytes));
  f.for(f.local('i32'), 0, at.count, 1, () => {
    if (framePixelBytes === pixelBytes) {
      f.call(copySpread(module), from, lineBytes, lines, to, frameLineBytes);
      f.increment(from, imageBytes);
      f.increment(to, frameBytes);
      return;
    }
    const line = f.index(to);
    f.for(f.local('i32'), 0, lines, 1, () => {
      f.call(copySpread(module), from, pixelBytes, width, line, framePixelBytes);
      f.increment(from, lineBytes);
      f.increment(line, frameLineBytes);
    });
    f.increment(to, frameBytes);
  });
  return at.frames;
}

/** `(from, bytes, count, to, toStep)`: pieces that follow each other, spread out. */
function copySpread(module: ModuleBuilder): Func<readonly ['i32', 'i32', 'i32', 'i32', 'i32'], undefined> {
  return module.once('convolution: copy pieces', (m) =>
    m.define(
      { name: 'copy pieces', params: ['i32', 'i32', 'i32', 'i32', 'i32'] },
      (f, from, bytes, count, to, toStep) => {
        f.for(f.local('i32'), 0, count, 1, () => {
          f.copyMemory(to, from, bytes);
          f.increment(from, bytes);
          f.increment(to, toStep);
        });
      },
    ),
  );
}

/** A grid of rows of A and C: how many on each of three axes, and the bytes from one to the next. */
export interface Grid {
  readonly counts: readonly [number, number, number];
  readonly from: { readonly start: number; readonly steps: readonly [number, number, number] };
  readonly to: { readonly start: number; readonly steps: readonly [number, number, number] };
}

const GRID_PARAMS = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;

/** Fills a table of rows, the last axis first. */
export function emitGrid(f: FunctionBuilder, module: ModuleBuilder, grid: Grid, table: I32): void {
  const { counts, from, to } = grid;
  f.call(fillGrid(module), table, ...counts, from.start, ...from.steps, to.start, ...to.steps);
}

function fillGrid(module: ModuleBuilder): Func<typeof GRID_PARAMS, undefined> {
  return module.once('convolution: fill a table of rows', (m) =>
    m.define(
      { name: 'fill grid', params: GRID_PARAMS },
      (f, table, images, lines, pixels, from, fromImage, fromLine, fromPixel, to, toImage, toLine, toPixel) => {
        const [lineFrom, lineTo] = [f.local('i32'), f.local('i32')];
        const [pixelFrom, pixelTo] = [f.local('i32'), f.local('i32')];
        f.for(f.local('i32'), 0, images, 1, () => {
          f.set(lineFrom, from);
          f.set(lineTo, to);
          f.for(f.local('i32'), 0, lines, 1, () => {
            f.set(pixelFrom, lineFrom);
            f.set(pixelTo, lineTo);
            f.for(f.local('i32'), 0, pixels, 1, () => {
              f.store(table, pixelFrom);
              f.store(table, pixelTo, 4);
              f.increment(table, ROW_ENTRY_BYTES);
              f.increment(pixelFrom, fromPixel);
              f.increment(pixelTo, toPixel);
            });
            f.increment(lineFrom, fromLine);
            f.increment(lineTo, toLine);
          });
          f.increment(from, fromImage);
          f.increment(to, toImage);
        });
      },
    ),
  );
}

/** Bytes of a table of so many rows; the last tile may be filled up. */
export function tableBytes(rows: number): number {
  return ROW_ENTRY_BYTES * (rows + MOST_TILE_ROWS - 1);
}

/** The whole tiles of so many rows. */
export function tilesOf(module: ModuleBuilder, rows: number): number {
  return Math.ceil(rows / tileRows(module));
}

export function smaller(a: I32, b: I32): Value<'i32'> {
  return i32.select(i32.ltSigned(a, b), a, b);
}
